# LLaVA-PruMerge and PruMerge+ (Shang et al. 2024, arXiv:2403.15388): keep the patches with high attention from CLIP's
# class token, and merge similar patches into them. B images, P patches, K kept ones, C channels. Scores and sums are
# float32.


# Number of outlier patches: those above the third quartile of an image's attention [B, P] by more than 1.5 times the
# interquartile range. Returns [B] int64.
def outliers(attention: Tensor) -> Tensor:
    first = torch.quantile(attention, 0.25, 1, True, interpolation="linear")  # [B, 1]
    third = torch.quantile(attention, 0.75, 1, True, interpolation="linear")
    return (attention > third + 1.5 * (third - first)).sum([1])


# Step of PruMerge+'s grid if `count` of `patches` are outliers: a third of the outliers' mean distance, rounded down as
# in the authors' code, but at least 1 (theirs can be 0).
def grid_step(count: int, patches: int) -> int:
    return max(1, patches // count // 3)


# Kept patches of one image, [K] int64: the `top` patches with the highest attention [P] in descending order, ties by
# index, then every `step`-th of the other patches except the last patch; with step 0 none of these.
def sampled(attention: Tensor, top: int, step: int) -> Tensor:
    _, order = attention.sort(stable=True, dim=0, descending=True)
    kept = order[:top]
    if step == 0:
        return kept
    taken = torch.zeros_like(attention, dtype=__torch__.dtype.BOOL()).index_fill(0, kept, True)
    grid = torch.arange(0, attention.size(0) - 1, step, device=attention.device)
    return torch.cat([kept, grid[taken[grid].logical_not()]])


# Tokens of one image, [K + 1, C] float32: each kept patch's features plus those of the 32 patches with the most similar
# keys, each weighted by its attention; and a last token, the attention-weighted sum of all dropped patches. features [P,
# C], keys [P, d], attention [P], kept [K].
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
