# Intermediate results of a call for `model trace`, in float32.


# Hidden states of the last call's last token after each layer and, as the last row, after the last norm: [layers + 1, d].
# x [1, d] is that token after the last layer. Only valid for watched calls, see LlamaDecoder.watch.
def last_states(decoder: __torch__.llama.LlamaDecoder, x: Tensor) -> Tensor:
    last = decoder.last_norm(x).float()
    return torch.cat([torch.stack(decoder.states), last])


# The pooled tokens [m, d] of the last call's first image, as they enter layer K.
def pooled_image(decoder: __torch__.llama.LlamaDecoder) -> Tensor:
    return decoder.pruned["pooled"][0].float()


# The last call's vision tokens [V, d] as they enter layer L of YOPO.
def reduced_image(decoder: __torch__.llama.LlamaDecoder) -> Tensor:
    return decoder.pruned["reduced"].float()


# The kept tokens [m] of the last call's first pruned image, and the scores of all its tokens [N].
def pruned_image(decoder: __torch__.llama.LlamaDecoder) -> List[Tensor]:
    return [decoder.pruned["kept"][0], decoder.pruned["score"][0].float()]


# Intermediate tensors of one image: [pixel_values [3, S, S], the hidden states of the fused blocks in their order without
# CLS [P, d] each, the fused blocks [P, C], the vision tokens [n, H], and the scores of the selection of patches [P], if
# there was one].
def image(fusion: __torch__.fusion.TokenFusion, pixel_values: Tensor, hidden_states: List[Tensor], tokens: Tensor,
          score: Tensor) -> List[Tensor]:
    trace = [pixel_values[0]]
    for tap in fusion.taps:
        trace.append(hidden_states[tap][0, 1:].float())
    trace.append(fusion.fuse_blocks(hidden_states)[0].float())
    trace.append(tokens.float())
    if score.size(0) > 0:
        trace.append(score[0])
    return trace


# Intermediate tensors of one image of LLaVA-Mini: [pixel_values [parts, 3, S, S], the features of its patches
# [parts * P, C], the compressed tokens before the projector [n, C], and the vision tokens [n, H]].
def fused_image(compressor: __torch__.compressor.Compressor, pixel_values: Tensor, features: Tensor,
                tokens: Tensor) -> List[Tensor]:
    compressed = compressor.rows(features)[0, -tokens.size(0):]
    return [pixel_values, features.flatten(0, 1).float(), compressed.float(), tokens.float()]
