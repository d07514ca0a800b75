# Training of LLaVA-Mini's compressor and pre-fusion: their weights by name, and a forward pass without entries; see
# llama_training.
#
# B images of N rows each, the last n of which are compressed tokens; T text tokens of the prompts, L of the longest; S = N
# + L; d width, h heads of size e, k key/value heads.


def named_weights(compressor: __torch__.compressor.Compressor,
                  prefusion: __torch__.prefusion.Prefusion) -> Dict[str, Tensor]:
    weights = annotate(Dict[str, Tensor], {})
    for key in compressor.weights.keys():
        weights["model.compressor." + key] = compressor.weights[key]
    __torch__.multihead_training.add_weights(compressor.attn, weights, "model.compressor.attn.")
    __torch__.llama_training.add_layers(prefusion.decoder, weights, "model.prefusion_layers.{}.")
    return weights


def take(compressor: __torch__.compressor.Compressor, prefusion: __torch__.prefusion.Prefusion,
         weights: Dict[str, Tensor]) -> None:
    for key in compressor.weights.keys():
        compressor.weights[key] = weights["model.compressor." + key]
    __torch__.multihead_training.take(compressor.attn, weights, "model.compressor.attn.")
    __torch__.llama_training.take_layers(prefusion.decoder, weights, "model.prefusion_layers.{}.")
    return None


# Pre-fusion of images [B, N, d] with text [T, d]: token t is the columns[t]-th of the prompt about image pictures[t], the
# longest of which has `longest`. Returns the compressed tokens [B, n, d] and the text [T, d].
def fuse(prefusion: __torch__.prefusion.Prefusion, images: Tensor, tokens: int, text: Tensor, pictures: Tensor,
         columns: Tensor, longest: int) -> Tuple[Tensor, Tensor]:
    decoder = prefusion.decoder
    last = len(decoder.o_proj) - 1
    padded = torch.zeros([images.size(0), longest, images.size(2)], dtype=images.dtype, device=images.device)
    x = torch.cat([images, padded.index_put([pictures, columns], text)], 1)  # [B, S, d]
    # Copies, because the tables were created in inference mode and autograd cannot save them.
    cos = decoder.tensors["rotary.cos"][:x.size(1)].clone().to(x.dtype)  # [S, e]
    sin = decoder.tensors["rotary.sin"][:x.size(1)].clone().to(x.dtype)
    for i in range(last):
        x = __torch__.mini_training.layer(decoder, x, cos, sin, i, 0)
    x = __torch__.mini_training.layer(decoder, x, cos, sin, last, images.size(1) - tokens)
    return (x[:, :tokens], x[:, tokens:][pictures, columns])


# Layer i of x [B, S, d], from row `first` on: [B, S - first, d]. The rows before are keys and values only.
def layer(decoder: __torch__.llama.LlamaDecoder, x: Tensor, cos: Tensor, sin: Tensor, i: int, first: int) -> Tensor:
    y = decoder.rms_norm(x, decoder.input_layernorm[i])
    q = __torch__.mini_training.heads(y[:, first:], decoder.qkv_proj[3 * i], decoder.heads)  # [B, h, S - first, e]
    k = __torch__.mini_training.heads(y, decoder.qkv_proj[3 * i + 1], decoder.key_value_heads)  # [B, k, S, e]
    v = __torch__.mini_training.heads(y, decoder.qkv_proj[3 * i + 2], decoder.key_value_heads)
    q = decoder.rotate(q, cos[first:], sin[first:])
    k = decoder.repeat(decoder.rotate(k, cos, sin))
    positions = torch.arange(first, x.size(1), device=x.device)
    mask = __torch__.cache.causal(positions, x.size(1)).transpose(0, 1)  # [1, S - first, S]
    # Padding follows the text, so the causal mask hides it. In float32; see llama_training.forward.
    y = torch.scaled_dot_product_attention(q.float(), k.float(), decoder.repeat(v).float(), mask)
    return decoder.finish_layer(x[:, first:], y.to(x.dtype).transpose(1, 2).flatten(2), i)


# [B, S, d] to [B, count, S, e].
def heads(x: Tensor, matrix: __torch__.linear.Matrix, count: int) -> Tensor:
    return __torch__.linear.linear(x, matrix, None).unflatten(2, [count, -1]).transpose(1, 2)
