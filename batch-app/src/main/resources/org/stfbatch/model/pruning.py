# Fewer tokens of an image from layer K on:
#
#   FastV (Chen et al. 2024, arXiv:2403.06764) keeps those that the prompt's last token attends to most in layer K-1,
#   averaged over its heads; kept tokens keep their position ids.
#   LLaVolta (Chen et al. 2024, arXiv:2406.20092) replaces each s tokens that follow each other by their mean, at their mean
#   position id.
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


# Hidden states of the images' tokens with the indices `of` [P, n]: [P, n, d], from the call's x [T, d] and cached images
# [S, N, d].
def images(x: Tensor, prefix_images: Tensor, of: Tensor, pruning: __torch__.pruning.Pruning) -> Tensor:
    of_call = x[(pruning.tokens.unsqueeze(1) + of).clamp(0, x.size(0) - 1)]
    if prefix_images.size(0) == 0 or of.size(0) == 0:
        return of_call
    entries = pruning.entries.unsqueeze(1)
    of_entry = prefix_images[entries.clamp(0), of.clamp(0, prefix_images.size(1) - 1)]
    return torch.where(entries.unsqueeze(2) >= 0, of_entry, of_call)


# The hidden states that continue, [U, d], from the call's x [T, d] and those of the images, [P, m, d].
def states(x: Tensor, images: Tensor, pruning: __torch__.pruning.Pruning) -> Tensor:
    return torch.cat([x, images.flatten(0, 1)])[pruning.sources]


# Their position ids [U], from those of the call's tokens [T] and of the images' [P, m].
def positions(positions: Tensor, of_images: Tensor, pruning: __torch__.pruning.Pruning) -> Tensor:
    return torch.cat([positions, of_images.flatten()])[pruning.sources]


# Means of position ids [P, m, s] to [P, m]: rounded to float16 as the original does, and then truncated.
def mean_positions(ids: Tensor) -> Tensor:
    return ids.to(__torch__.dtype.FLOAT16()).float().mean([2]).to(__torch__.dtype.FLOAT16()).long()
