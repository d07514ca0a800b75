#!/usr/bin/env python3
"""Repeats a recording of a module's calls with the PyTorch of this Python: compares results, and times the calls.

A recording is a folder module-N that stf-batch writes with -Dstfbatch.record=DIR. The TorchScript module is the
program's own, loaded with torch.jit.load; arguments and their order are those of the recorded run. Results are
compared if the recorded weights came from a checkpoint, whose folder --checkpoint names. Exits with 1 if they differ.

Where only shapes are recorded, arguments are random, and --weights-of can take the loading calls from the recording of
a larger model: the calls of a run depend on the numbers of its tokens, not on the width of its model.

Loading calls run once. Inference calls run --rounds times; the first round warms up and is compared, the others are
timed: wall-clock time until the result is on the CPU, as the engine waits for it, and CUDA events around the call.
"""
import argparse
import collections
import copy
import json
import math
import os
import re
import statistics
import sys
import time

import torch

DTYPES = {"uint8": 0, "int64": 4, "float16": 5, "float32": 6, "bfloat16": 15}
TORCH_DTYPES = {"uint8": torch.uint8, "int64": torch.int64, "float32": torch.float32, "float64": torch.float64,
                "int32": torch.int32, "boolean": torch.bool}
# Of ||result - recorded|| / ||recorded||, and the share of equal tokens, for a recording in float32.
LIMITS = {"float32": (5e-4, 0.99), "float16": (2e-2, 0.9), "bfloat16": (5e-2, 0.9)}
LAYER = re.compile(r"^model\.layers\.\d+\.")
CONFIGURE, LAST_OF_PART, LAYER_LOADED, HEAD_LOADED = ("configure", "unmap", "load_language_model_layer",
                                                      "load_language_model_head")


class Recording:
    """Calls as recorded: loading ones up to the last `unmap`, then inference."""

    def __init__(self, folder):
        self.module = os.path.join(folder, "module.pt")
        with open(os.path.join(folder, "calls.jsonl"), encoding="utf-8") as lines:
            calls = [json.loads(line) for line in lines]
        with open(os.path.join(folder, "tensors.bin"), "rb") as file:
            self.bytes = bytearray(file.read())
        loaded = max((i + 1 for i, call in enumerate(calls) if call["method"] == LAST_OF_PART), default=0)
        self.loading, self.inference = calls[:loaded], calls[loaded:]
        self.replaced_width = (None, None)
        self.is_random = any(call["method"].startswith("draw") for call in calls)

    def width(self):
        """Hidden size of the language model, if its weights are random."""
        for call in self.loading:
            name, *shape = call["arguments"][:2] or [{}]
            if call["method"] == "draw" and name["string"] == "model.norm.weight":
                return shape[0]["ints"][0]
        return None

    def with_loading_of(self, other):
        """The other recording's loading calls before these inference calls, whose vision tokens get its width."""
        own, wanted = self.width(), other.width()
        if not own or not wanted:
            sys.exit("replay: --weights-of needs two recordings with random weights")
        self.module, self.loading, self.replaced_width = other.module, other.loading, (own, wanted)

    def tensor(self, recorded):
        """The recorded contents; random ones where only the shape is recorded."""
        shape, dtype = list(recorded["shape"]), TORCH_DTYPES[recorded["dtype"]]
        if len(shape) == 2 and dtype == torch.float32 and shape[1] == self.replaced_width[0]:
            shape[1] = self.replaced_width[1]
        count = math.prod(shape)
        if count == 0:
            return torch.zeros(shape, dtype=dtype)
        if "offset" in recorded:
            return torch.frombuffer(self.bytes, dtype=dtype, count=count, offset=recorded["offset"]).reshape(shape)
        if dtype == torch.uint8:
            return torch.randint(0, 256, shape, dtype=dtype)
        return torch.randn(shape).to(dtype)

    def value(self, recorded):
        (kind, value), = recorded.items()
        if kind == "tensor":
            return self.tensor(value)
        if kind in ("tuple", "list"):
            return [self.value(part) for part in value]
        return value


def loading_with_layers(loading, layers):
    """The loading calls for another number of language model layers: the last recorded layer is repeated."""
    parts, part = [], []
    for call in loading:
        part.append(call)
        if call["method"] == LAST_OF_PART:
            parts.append(part)
            part = []
    is_layer = [any(call["method"] == LAYER_LOADED for call in part) for part in parts]
    recorded = [part for part, layer in zip(parts, is_layer) if layer]
    if not recorded:
        sys.exit("replay: the recording loads no language model layer: leave --layers out")
    wanted = []
    for i in range(layers):
        part = copy.deepcopy(recorded[min(i, len(recorded) - 1)])
        for call in part:
            for argument in call["arguments"]:
                if "string" in argument:
                    argument["string"] = LAYER.sub(f"model.layers.{i}.", argument["string"])
        wanted.append(part)
    first = is_layer.index(True)
    others = [part for part, layer in zip(parts[first:], is_layer[first:]) if not layer]
    return [call for part in parts[:first] + wanted + others for call in part]


class Replay:
    def __init__(self, recording, device, dtype, checkpoint):
        self.recording, self.device, self.dtype, self.checkpoint = recording, device, dtype, checkpoint
        self.module = torch.jit.load(recording.module, map_location="cpu")

    def arguments(self, call):
        values = [self.recording.value(argument) for argument in call["arguments"]]
        if call["method"] == CONFIGURE:
            values[:2] = [self.device, DTYPES[self.dtype]]
        elif call["method"] == "map" and self.checkpoint:
            values[1] = self.in_checkpoint(values[1])
        return values

    def in_checkpoint(self, file):
        """The file below the given folder: its longest recorded ending that exists there."""
        parts = file.split("/")
        for begin in range(1, len(parts)):
            found = os.path.join(self.checkpoint, *parts[begin:])
            if os.path.exists(found):
                return found
        sys.exit(f"replay: {self.checkpoint} has no {parts[-1]}: name the recorded checkpoint with --checkpoint")

    def call(self, call, arguments):
        return getattr(self.module, call["method"])(*arguments)

    def is_cuda(self):
        return self.device.startswith("cuda")


def on_cpu(result):
    if isinstance(result, torch.Tensor):
        return result.cpu()
    if isinstance(result, (tuple, list)):
        return [on_cpu(part) for part in result]
    return result


def tensors(value):
    """All tensors of a result, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (tuple, list)):
        return [tensor for part in value for tensor in tensors(part)]
    return []


class Comparison:
    """Of results with recorded ones, by method."""

    def __init__(self):
        self.errors = collections.defaultdict(list)
        self.equal = collections.Counter()
        self.tokens = collections.Counter()

    def add(self, method, result, recorded):
        found, wanted = tensors(result), tensors(recorded)
        if [x.shape for x in found] != [x.shape for x in wanted]:
            self.errors[method].append(math.inf)
            return
        for x, y in zip(found, wanted):
            if y.is_floating_point():
                x, y = x.double(), y.double()
                error = float((x - y).norm() / y.norm().clamp_min(1e-30)) if y.numel() else 0.0
                self.errors[method].append(math.inf if math.isnan(error) else error)
            else:
                self.equal[method] += int((x == y).sum())
                self.tokens[method] += y.numel()

    def summary(self, dtype):
        limit, share = LIMITS[dtype]
        rows = {}
        for method in sorted(set(self.errors) | set(self.tokens)):
            worst = max(self.errors[method], default=0.0)
            same = self.equal[method] / self.tokens[method] if self.tokens[method] else 1.0
            rows[method] = {"worst_error": worst, "integers": self.tokens[method], "equal": same,
                            "passes": worst <= limit and same >= share}
        return rows


def kind(call, arguments):
    """What a call is timed as: steps by their number of decoding sequences, with or without prompts."""
    if call["method"] != "step":
        return call["method"]
    decoding = arguments[2]
    return f"step, {decoding} decoding" if arguments[0].size(1) == decoding else "step with prompts"


def timed_round(replay, calls, times, events):
    """Runs the calls once; appends (wall, device) milliseconds by kind. Returns the seconds of the round."""
    total = 0.0
    for call, arguments in calls:
        if replay.is_cuda():
            torch.cuda.synchronize()
            begin, end = events
            begin.record()
        started = time.perf_counter()
        result = replay.call(call, arguments)
        if replay.is_cuda():
            end.record()
        on_cpu(result)
        if replay.is_cuda():
            torch.cuda.synchronize()
        wall = time.perf_counter() - started
        total += wall
        device = begin.elapsed_time(end) if replay.is_cuda() else 1000 * wall
        times[kind(call, arguments)].append((1000 * wall, device))
    return total


def work(calls):
    """What one round does."""
    done = collections.Counter()
    for call, arguments in calls:
        if call["method"] == "step":
            done["tokens"] += arguments[3].size(0)
            done["prompt_tokens"] += arguments[0].size(1) - arguments[2]
        elif call["method"] == "fill_prefixes":
            done["prompt_tokens"] += arguments[0].size(1)
        elif call["method"] == "encode_images":
            done["images"] += arguments[0].size(0)
    return dict(done)


def profiled(replay, calls, file):
    activities = [torch.profiler.ProfilerActivity.CPU]
    if replay.is_cuda():
        activities.append(torch.profiler.ProfilerActivity.CUDA)
    with torch.profiler.profile(activities=activities) as profile:
        for call, arguments in calls:
            on_cpu(replay.call(call, arguments))
    rows = profile.key_averages()
    steps = sum(call["method"] == "step" for call, _ in calls)
    launches = sum(row.count for row in rows if row.key in ("cudaLaunchKernel", "cudaLaunchKernelExC", "cuLaunchKernel",
                                                           "cuLaunchKernelEx"))
    order = "self_device_time_total" if replay.is_cuda() else "self_cpu_time_total"
    with open(file, "w", encoding="utf-8") as out:
        out.write(f"{len(calls)} calls, {steps} of them steps; {launches} kernel launches\n")
        out.write(rows.table(sort_by=order, row_limit=60, max_name_column_width=100))


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", help="a folder module-N")
    parser.add_argument("--device", default="cuda:0" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--dtype", default="float32", choices=list(LIMITS))
    parser.add_argument("--checkpoint", help="folder of the recorded checkpoint on this machine")
    parser.add_argument("--weights-of", metavar="RECORDING", help="load the model of another recording; both random")
    parser.add_argument("--layers", type=int, help="language model layers, of random weights; default: as recorded")
    parser.add_argument("--rounds", type=int, default=1, help="first one for warm-up; default: 1")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no further round after so many seconds")
    parser.add_argument("--profile", metavar="FILE", help="profile one more round")
    parser.add_argument("--profile-calls", type=int, default=40, help="the last N calls are profiled; default: 40")
    parser.add_argument("--json", metavar="FILE", help="append the figures to it, as one line")
    return parser.parse_args()


def main():
    options = parsed()
    began = time.monotonic()
    # float32 is compared with float32: no shortened products.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    recording = Recording(options.recording)
    if options.weights_of:
        recording.with_loading_of(Recording(options.weights_of))
    if options.layers and not recording.is_random:
        sys.exit("replay: a checkpoint has its own layers: leave --layers out")
    loading = loading_with_layers(recording.loading, options.layers) if options.layers else recording.loading
    with torch.inference_mode(), torch.jit.optimized_execution(False):
        replay = Replay(recording, options.device, options.dtype, options.checkpoint)
        for call in loading:
            replay.call(call, replay.arguments(call))
        loaded = time.monotonic() - began
        calls = [(call, replay.arguments(call)) for call in recording.inference]
        comparison = Comparison()
        for call, arguments in calls:
            result = on_cpu(replay.call(call, arguments))
            if "result" in call and not recording.is_random:
                comparison.add(call["method"], result, recording.value(call["result"]))
        times, seconds = collections.defaultdict(list), []
        events = [torch.cuda.Event(enable_timing=True) for _ in range(2)] if replay.is_cuda() else []
        for _ in range(options.rounds - 1):
            if time.monotonic() - began > options.seconds:
                break
            seconds.append(timed_round(replay, calls, times, events))
        figures = report(options, replay, comparison, times, seconds, loaded, calls)
        if options.json:
            with open(options.json, "a", encoding="utf-8") as out:
                out.write(json.dumps(figures) + "\n")
        if options.profile:
            profiled(replay, calls[-options.profile_calls:], options.profile)
    sys.exit(0 if all(row["passes"] for row in figures["compared"].values()) else 1)


def report(options, replay, comparison, times, seconds, loaded, calls):
    device = torch.cuda.get_device_name(replay.device) if replay.is_cuda() else "cpu"
    figures = {"recording": os.path.basename(os.path.normpath(options.recording)), "torch": torch.__version__,
               "device": device, "dtype": options.dtype, "layers": options.layers, "load_seconds": loaded,
               "compared": comparison.summary(options.dtype), "work": work(calls), "round_seconds": seconds}
    if replay.is_cuda():
        figures["peak_bytes"] = torch.cuda.max_memory_allocated(replay.device)
    figures["calls"] = {
        name: {"calls": len(each), "wall_ms": statistics.median(x for x, _ in each),
               "device_ms": statistics.median(y for _, y in each)} for name, each in sorted(times.items())}
    print(f"{options.recording}: torch {figures['torch']}, {device}, {options.dtype}; loaded in {loaded:.1f} s")
    for method, row in figures["compared"].items():
        verdict = "as recorded" if row["passes"] else "DIFFERENT"
        print(f"  {method:24} error {row['worst_error']:.2e}, {100 * row['equal']:.2f} % of {row['integers']} integers"
              f" equal: {verdict}")
    for name, row in figures["calls"].items():
        print(f"  {name:24} {row['calls']:6} calls, median {row['wall_ms']:9.3f} ms,"
              f" on the device {row['device_ms']:9.3f} ms")
    if seconds:
        middle = statistics.median(seconds)
        rates = ", ".join(f"{count / middle:.1f} {name}/s" for name, count in figures["work"].items())
        print(f"  a round of {len(calls)} calls: {middle:.3f} s, {rates}")
    return figures


if __name__ == "__main__":
    main()
