#!/usr/bin/env python3
"""A plain PyTorch loop of LLaVA-1.5 7B's shapes, for comparison with the program: random weights, static batches, SDPA.

Prints the device's ceilings (a large copy, a large matrix product), then for each batch size the time of a prefill and
of a decoding step. The language model is written as one would by hand: fused q/k/v and gate/up products, a KV cache of
the exact length, no mask in decoding, no scheduler. Nothing is compiled or captured.
"""
import argparse
import json
import statistics
import time

import torch
import torch.nn.functional as F

# width, inner, heads, layers, vocabulary
SHAPES = {"7b": (4096, 11008, 32, 32, 32000), "small": (128, 256, 8, 4, 1000)}


class Layer:
    def __init__(self, width, inner, draw):
        self.qkv, self.o = draw(3 * width, width), draw(width, width)
        self.gate_up, self.down = draw(2 * inner, width), draw(width, inner)
        self.norm1 = self.norm2 = torch.ones(width, dtype=self.o.dtype, device=self.o.device)


class Decoder:
    """A Llama decoder of R sequences of the same length; its KV cache has [R, h, M, e] per layer."""

    def __init__(self, shape, layers, device, dtype):
        self.width, inner, self.heads, depth, vocabulary = SHAPES[shape]
        self.size = self.width // self.heads
        self.device, self.dtype = device, dtype

        def draw(rows, columns):
            return torch.randn(rows, columns, device=device, dtype=dtype) / columns ** 0.5

        self.embedding, self.head = draw(vocabulary, self.width), draw(vocabulary, self.width)
        self.layers = [Layer(self.width, inner, draw) for _ in range(layers or depth)]
        frequency = 1e4 ** (-torch.arange(0, self.size, 2, device=device) / self.size)
        angle = torch.outer(torch.arange(4096, device=device), frequency).repeat(1, 2)
        self.cos, self.sin = angle.cos().to(dtype), angle.sin().to(dtype)

    def reserve(self, rows, positions):
        shape = (rows, self.heads, positions, self.size)
        self.keys = [torch.zeros(shape, device=self.device, dtype=self.dtype) for _ in self.layers]
        self.values = [torch.zeros(shape, device=self.device, dtype=self.dtype) for _ in self.layers]

    def rotate(self, x, begin):
        cos, sin = self.cos[begin:begin + x.size(2)], self.sin[begin:begin + x.size(2)]
        first, second = x.chunk(2, -1)
        return x * cos + torch.cat([-second, first], -1) * sin

    def forward(self, ids, begin):
        """ids [R, L] at positions begin, begin + 1, ...; returns the next tokens [R]."""
        x = F.embedding(ids, self.embedding)
        end = begin + ids.size(1)
        for layer, keys, values in zip(self.layers, self.keys, self.values):
            y = F.rms_norm(x, [self.width], layer.norm1, 1e-5)
            q, k, v = F.linear(y, layer.qkv).unflatten(2, [3, self.heads, self.size]).permute(2, 0, 3, 1, 4)
            q, keys[:, :, begin:end], values[:, :, begin:end] = self.rotate(q, begin), self.rotate(k, begin), v
            y = F.scaled_dot_product_attention(q, keys[:, :, :end], values[:, :, :end], is_causal=begin == 0)
            x = x + F.linear(y.transpose(1, 2).flatten(2), layer.o)
            gate, up = F.linear(F.rms_norm(x, [self.width], layer.norm2, 1e-5), layer.gate_up).chunk(2, -1)
            x = x + F.linear(F.silu(gate) * up, layer.down)
        return F.linear(F.rms_norm(x[:, -1], [self.width], torch.ones_like(x[0, 0]), 1e-5), self.head).argmax(1)


def milliseconds(call, seconds=1.0):
    """Median of a call that ends on the CPU, after two warm-up calls."""
    call()
    call()
    samples, began = [], time.perf_counter()
    while time.perf_counter() - began < seconds or len(samples) < 3:
        started = time.perf_counter()
        call()
        samples.append(1000 * (time.perf_counter() - started))
    return statistics.median(samples)


def ceilings(device, dtype, small):
    """GB/s of a copy, counting bytes read and written, and TFLOP/s of a matrix product on random data."""
    megabytes, side = (64, 512) if small else (4096, 8192)
    source = torch.rand(megabytes << 18, device=device)
    target = torch.empty_like(source)
    a, b = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))

    def product():
        for _ in range(10):
            y = a @ b
        return float(y[-1, -1])

    def copy():
        for _ in range(10):
            target.copy_(source)
        return float(target[-1])

    return {"copy_gb_s": 10 * 2 * source.nbytes / milliseconds(copy) / 1e6,
            "product_tflop_s": 10 * 2 * side ** 3 / milliseconds(product) / 1e9}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda:0" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--shape", default="7b", choices=list(SHAPES))
    parser.add_argument("--layers", type=int)
    parser.add_argument("--batch", default="1,16,64,256", help="default: 1,16,64,256")
    parser.add_argument("--prompt", type=int, default=636, help="tokens of a prompt; default: 636 (576 of an image)")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no further batch size after so many seconds")
    parser.add_argument("--json", metavar="FILE", help="append the figures to it, as one line")
    options = parser.parse_args()
    began = time.monotonic()
    dtype = getattr(torch, options.dtype)
    figures = {"peer": options.shape, "torch": torch.__version__, "dtype": options.dtype, "prompt": options.prompt, "batches": {}}
    with torch.inference_mode():
        figures.update(ceilings(options.device, dtype, options.shape == "small"))
        print(f"copy {figures['copy_gb_s']:.0f} GB/s, product {figures['product_tflop_s']:.2f} TFLOP/s", flush=True)
        decoder = Decoder(options.shape, options.layers, options.device, dtype)
        for batch in map(int, options.batch.split(",")):
            if time.monotonic() - began > options.seconds:
                break
            decoder.reserve(batch, options.prompt + 1)
            ids = torch.randint(3, 900, [batch, options.prompt], device=options.device)
            # Prompts of at most 16 sequences at once, which fill the device.
            prefill = milliseconds(lambda: prefilled(decoder, ids[:16]))
            step = milliseconds(lambda: decoder.forward(ids[:, :1], options.prompt).tolist())
            tokens = 1000 * min(batch, 16) * options.prompt / prefill
            figures["batches"][batch] = {"prefill_tokens_s": tokens, "step_ms": step, "tokens_s": 1000 * batch / step}
            print(f"batch {batch:4}: prefill {tokens:10.0f} tokens/s, step {step:8.3f} ms,"
                  f" {1000 * batch / step:9.0f} tokens/s", flush=True)


    if options.json:
        with open(options.json, "a", encoding="utf-8") as out:
            out.write(json.dumps(figures) + "\n")


def prefilled(decoder, ids):
    keys, values = decoder.keys, decoder.values
    decoder.keys, decoder.values = ([x[:ids.size(0)] for x in cache] for cache in (keys, values))
    try:
        return decoder.forward(ids, 0).tolist()
    finally:
        decoder.keys, decoder.values = keys, values


if __name__ == "__main__":
    main()
