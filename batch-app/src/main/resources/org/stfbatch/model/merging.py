# LLaVA-PruMerge and PruMerge+ (Shang et al. 2024, arXiv:2403.15388): patches with much of CLIP's class attention stay,
# and what is like them is added to them. B pictures, P patches, K that stay, C channels. Scores and sums are float32.


# How many patches are outliers: above the third quartile of a picture's attention [B, P] by more than 1.5 times the
# distance between the quartiles. Returns [B] int64.
def outliers(attention: Tensor) -> Tensor:
    first = torch.quantile(attention, 0.25, 1, True, interpolation="linear")  # [B, 1]
    third = torch.quantile(attention, 0.75, 1, True, interpolation="linear")
    return (attention > third + 1.5 * (third - first)).sum([1])


# The step of PruMerge+'s grid where `count` of `patches` are outliers: a third of the outliers' mean distance, rounded
# down as the authors do; 1 where theirs is 0.
def grid_step(count: int, patches: int) -> int:
    return max(1, patches // count // 3)


# The patches that stay of one picture, [K] int64: the `top` ones of most attention [P] in that order, of equal ones the
# first, then every `step`-th of the others up to the last but one; none of these with step 0.
def sampled(attention: Tensor, top: int, step: int) -> Tensor:
    _, order = attention.sort(stable=True, dim=0, descending=True)
    kept = order[:top]
    if step == 0:
        return kept
    taken = torch.zeros_like(attention, dtype=__torch__.dtype.BOOL()).index_fill(0, kept, True)
    grid = torch.arange(0, attention.size(0) - 1, step, device=attention.device)
    return torch.cat([kept, grid[taken[grid].logical_not()]])


# What stays of one picture, [K + 1, C] float32: to each kept patch's features, the 32 patches with the most similar
# keys are added, each times its attention; a last token is the sum of all dropped ones, likewise.
# features [P, C], keys [P, d], attention [P], kept [K].
def merged(features: Tensor, keys: Tensor, attention: Tensor, kept: Tensor) -> Tensor:
    keys = __torch__.selection.unit(keys)
    similarity = torch.mm(keys[kept], keys.t())  # [K, P]
    similarity = similarity.scatter(1, kept.unsqueeze(1), -float("inf"))
    _, order = similarity.sort(stable=True, dim=1, descending=True)
    nearest = order[:, :min(32, keys.size(0) - 1)]
    weights = torch.zeros_like(similarity).scatter(1, nearest, attention[nearest])
    weights = weights.scatter(1, kept.unsqueeze(1), 1.0)
    dropped = attention.index_fill(0, kept, 0.0).unsqueeze(0)  # [1, P]
    return torch.mm(torch.cat([weights, dropped]), features.float())
