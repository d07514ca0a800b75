# FastV (Chen et al. 2024, arXiv:2403.06764): from layer K on, an image has only the tokens that the prompt's last token
# attends to most in layer K-1, averaged over its heads. Kept tokens keep their position ids.
#
# T tokens of a call, U tokens that continue from layer K on, P rows of the call with an image, N tokens of the longest
# image, m kept ones, h heads of size e, d width.


class Pruning(NamedTuple):
    keep : int               # m
    image_tokens : int       # max(N, m)
    slots : Tensor           # [P] slot of each row with an image
    queries : Tensor         # [P] index in the call of the prompt's last token
    starts : Tensor          # [P] cache position of the image's first token
    lengths : Tensor         # [P] number of tokens of the image
    entries : Tensor         # [P] the prefix cache entry with the image's hidden states, -1 if its tokens are in the call
    tokens : Tensor          # [P] index in the call of the image's first token, if they are
    sources : Tensor         # [U] index in the call, or T + p * m + j: the j-th kept token of the image of row p
    rows : Tensor            # [U] as in CacheView, from layer K on
    columns : Tensor         # [U]
    cache_positions : Tensor  # [U]
    subtree_ends : Optional[Tensor]  # [U] for tree attention
    longest : int            # tokens of the longest row from layer K on
    span : int               # attention reads the first `span` cache positions from layer K on


# Attention of the prompts' last tokens: q [P, h, e], keys [P, h, span, e], cache_positions [P] of the queries. Returns
# the attention to each image's tokens, averaged over the heads: [P, N] float64, -1 after an image's end.
def scores(q: Tensor, keys: Tensor, cache_positions: Tensor, pruning: __torch__.pruning.Pruning) -> Tensor:
    scale = 1.0 / float(q.size(2)) ** 0.5
    seen = __torch__.cache.causal(cache_positions, keys.size(2))  # [P, 1, span]
    found = annotate(List[Tensor], [])
    # One row at a time: keys in float32 take twice the memory of those in bfloat16.
    for p in range(q.size(0)):
        logits = torch.bmm(q[p].float().unsqueeze(1) * scale, keys[p].float().transpose(1, 2)).squeeze(1)  # [h, span]
        logits = logits.double().masked_fill(seen[p].logical_not(), -float("inf"))
        found.append(torch.softmax(logits, 1).mean([0]))
    number = torch.arange(pruning.image_tokens, device=q.device)  # [N]
    at = (pruning.starts.unsqueeze(1) + number).clamp(0, keys.size(2) - 1)  # [P, N]
    of_image = torch.stack(found).gather(1, at)
    return of_image.masked_fill(number >= pruning.lengths.unsqueeze(1), -1.0)


# The hidden states that continue, [U, d], from the call's x [T, d] and cached images [S, N, d].
def states(x: Tensor, prefix_images: Tensor, kept: Tensor, pruning: __torch__.pruning.Pruning) -> Tensor:
    if kept.size(0) == 0:
        return x[pruning.sources]
    of_call = x[(pruning.tokens.unsqueeze(1) + kept).clamp(0, x.size(0) - 1)]  # [P, m, d]
    if prefix_images.size(0) > 0:
        entries = pruning.entries.unsqueeze(1)
        of_entry = prefix_images[entries.clamp(0), kept.clamp(0, prefix_images.size(1) - 1)]
        of_call = torch.where(entries.unsqueeze(2) >= 0, of_entry, of_call)
    return torch.cat([x, of_call.flatten(0, 1)])[pruning.sources]


# Their position ids [U]. positions [T] are those of the call's tokens.
def positions(positions: Tensor, kept: Tensor, pruning: __torch__.pruning.Pruning) -> Tensor:
    of_images = (pruning.starts.unsqueeze(1) + kept).flatten()  # [P * m]
    return torch.cat([positions, of_images])[pruning.sources]
