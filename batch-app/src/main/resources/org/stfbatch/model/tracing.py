# What `model trace` shows: intermediate results of a call, in float32.


# What the last token of the last call was after each layer and, at the end, after the last norm: [layers + 1, d]. x [1, d]
# is that token after the last layer. Only for calls that were watched, see LlamaDecoder.watch.
def last_states(decoder: __torch__.llama.LlamaDecoder, x: Tensor) -> Tensor:
    last = decoder.last_norm(x).float()
    return torch.cat([torch.stack(decoder.states), last])


# Of the last call's first pruned image: which tokens were kept, [m], and what all were ranked by, [N].
def pruned_image(decoder: __torch__.llama.LlamaDecoder) -> List[Tensor]:
    return [decoder.pruned["kept"][0], decoder.pruned["score"][0].float()]


# One picture's way to vision tokens: [pixel_values [3, S, S], the hidden states of the taps in their order without CLS
# [P, d] each, the fused blocks [P, C], the vision tokens [n, H], what patches were chosen by [P], if they were].
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
