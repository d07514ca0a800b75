# LLaVA-Mini's modality pre-fusion (Zhang et al. 2025, arXiv:2501.03895; names of its tensors below
# `model.prefusion_layers.`): Llama layers, without a last norm, over an image's projected patches, its compressed tokens
# and the text of the prompt. Only compressed tokens and text continue to the language model.
#
# Attention is causal, so an image's rows do not depend on the text: they run once, their keys and values stay in an entry
# of the module, and the text of every prompt about the image attends to these.
#
# B images of N rows each, the last n of which are compressed tokens; T text tokens of a call; P layers, d width, h heads
# of size e, k key/value heads.


class Prefusion(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    decoder : __torch__.llama.LlamaDecoder  # the layers; without cache and head
    keys : Dict[int, Tensor]    # entry * P + layer: [k, N, e]
    values : Dict[int, Tensor]
    tokens : Dict[int, Tensor]  # entry: [n, d], the compressed tokens after the last layer

    # Shares the language model's embedding; has rotary tables for the rows of an image before the text.
    def load(self, language_model: __torch__.llama.LlamaDecoder, rope_theta: float, max_positions: int) -> None:
        self.keys = annotate(Dict[int, Tensor], {})
        self.values = annotate(Dict[int, Tensor], {})
        self.tokens = annotate(Dict[int, Tensor], {})
        self.decoder.heads = language_model.heads
        self.decoder.key_value_heads = language_model.key_value_heads
        self.decoder.epsilon = language_model.epsilon
        self.decoder.tensors["model.embed_tokens.weight"] = language_model.tensors["model.embed_tokens.weight"]
        if "sizes" in language_model.tensors:
            self.decoder.tensors["sizes"] = language_model.tensors["sizes"]
        self.decoder.rope_scaling = language_model.rope_scaling
        self.decoder.load_rotary(rope_theta, max_positions)
        return None

    # Moves the next layer out of `weights`. Its projections stay apart, because the last layer computes no queries of
    # patches. The language model's outliers follow those of these layers, whose output it reads.
    def load_layer(self, weights: Dict[str, Tensor], language_model: __torch__.llama.LlamaDecoder, format: int) -> None:
        layer = "model.prefusion_layers.{}.".format(len(self.decoder.o_proj))
        self.decoder.load_layer_named(weights, layer, False, format)
        if "sizes" in self.decoder.tensors:
            language_model.tensors["sizes"] = self.decoder.tensors["sizes"]
        return None

    # Runs the rows of images, x [B, N, d], and keeps what prompts need of them in `entries`; tokens is n.
    def fuse_images(self, x: Tensor, tokens: int, entries: List[int]) -> None:
        count, length, last = x.size(0), x.size(1), len(self.decoder.o_proj) - 1
        positions = torch.arange(length, device=x.device)
        cos, sin = self.decoder.rotary(positions.repeat([count]))
        mask = __torch__.cache.causal(positions, length).transpose(0, 1)  # [1, N, N]
        mask = mask.unsqueeze(0).expand([count, -1, -1, -1])
        x = x.flatten(0, 1)
        for i in range(last):
            y = self.decoder.rms_norm(x, self.decoder.input_layernorm[i])
            k, v = self.keys_values(y, i, cos, sin, count)
            self.keep(k, v, i, entries)
            q = self.queries(y, i, cos, sin).unflatten(0, [count, -1])
            x = self.decoder.finish_layer(x, self.attend(q, k, v, mask), i)
        y = self.decoder.rms_norm(x, self.decoder.input_layernorm[last])
        k, v = self.keys_values(y, last, cos, sin, count)
        self.keep(k, v, last, entries)
        x = self.ends(x, count, tokens)
        q = self.queries(self.ends(y, count, tokens), last, self.ends(cos, count, tokens), self.ends(sin, count, tokens))
        y = self.attend(q.unflatten(0, [count, -1]), k, v, mask[:, :, length - tokens:])
        x = self.decoder.finish_layer(x, y, last).unflatten(0, [count, -1])
        for b in range(count):
            self.tokens[entries[b]] = x[b].clone()
        return None

    # The last `tokens` rows of each image: [B * N, ..] to [B * n, ..].
    def ends(self, x: Tensor, count: int, tokens: int) -> Tensor:
        return x.unflatten(0, [count, -1])[:, -tokens:].flatten(0, 1)

    def keep(self, k: Tensor, v: Tensor, i: int, entries: List[int]) -> None:
        for b in range(len(entries)):
            self.keys[entries[b] * len(self.decoder.o_proj) + i] = k[b].clone()
            self.values[entries[b] * len(self.decoder.o_proj) + i] = v[b].clone()
        return None

    # Runs the text of prompts, x [T, d]: lengths[r] tokens of prompt r about the image in entries[r]. Returns [T, d].
    def fuse_text(self, x: Tensor, lengths: List[int], entries: List[int]) -> Tensor:
        image = self.keys[entries[0] * len(self.decoder.o_proj)].size(1)  # N
        positions = annotate(List[Tensor], [])
        for length in lengths:
            positions.append(torch.arange(image, image + length, device=x.device))
        cos, sin = self.decoder.rotary(torch.cat(positions))
        for i in range(len(self.decoder.o_proj)):
            y = self.decoder.rms_norm(x, self.decoder.input_layernorm[i])
            k, v = self.keys_values(y, i, cos, sin, 1)  # [1, k, T, e]
            q = self.queries(y, i, cos, sin)
            attended = annotate(List[Tensor], [])
            begin = 0
            for r in range(len(lengths)):
                end = begin + lengths[r]
                if begin < end:
                    keys = torch.cat([self.keys[entries[r] * len(self.decoder.o_proj) + i], k[0, :, begin:end]], 1)
                    values = torch.cat([self.values[entries[r] * len(self.decoder.o_proj) + i], v[0, :, begin:end]], 1)
                    mask = __torch__.cache.causal(positions[r], image + lengths[r]).transpose(0, 1).unsqueeze(0)
                    row = q[begin:end].unsqueeze(0)
                    attended.append(self.attend(row, keys.unsqueeze(0), values.unsqueeze(0), mask))
                begin = end
            x = self.decoder.finish_layer(x, torch.cat(attended), i)
        return x

    # y [B * N, d], normed, to its rotated keys and its values, [B, k, N, e] each.
    def keys_values(self, y: Tensor, i: int, cos: Tensor, sin: Tensor, count: int) -> Tuple[Tensor, Tensor]:
        k = __torch__.linear.linear(y, self.decoder.qkv_proj[3 * i + 1], None)
        v = __torch__.linear.linear(y, self.decoder.qkv_proj[3 * i + 2], None)
        k = self.decoder.rotate(k.unflatten(1, [self.decoder.key_value_heads, -1]), cos, sin)
        v = v.unflatten(1, [self.decoder.key_value_heads, -1])
        return (k.unflatten(0, [count, -1]).transpose(1, 2), v.unflatten(0, [count, -1]).transpose(1, 2))

    # y [T, d], normed, to its rotated queries, [T, h, e].
    def queries(self, y: Tensor, i: int, cos: Tensor, sin: Tensor) -> Tensor:
        q = __torch__.linear.linear(y, self.decoder.qkv_proj[3 * i], None)
        return self.decoder.rotate(q.unflatten(1, [self.decoder.heads, -1]), cos, sin)

    # q [B, L, h, e], keys and values [B, k, N, e], mask [B, 1, L, N]; returns [B * L, d].
    def attend(self, q: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        y = self.decoder.attention(q.transpose(1, 2), keys, values, mask)
        return y.transpose(1, 2).flatten(2).flatten(0, 1)
