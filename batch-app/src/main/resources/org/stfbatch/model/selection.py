# Selection of patches to keep. B images, P patches, K kept ones. Scores are float32; ties go to the lower index, which a
# stable `sort` and `argmax` guarantee and `topk` does not.


# Indices of the K largest scores [B, P], float32 or float64: [B, K] int64, ascending.
def largest(scores: Tensor, count: int) -> Tensor:
    _, order = scores.sort(stable=True, dim=1, descending=True)
    return __torch__.selection.ascending(order[:, :count])


# SCOPE (Deng et al. 2025, arXiv:2510.24214): greedily selects the patch with the largest gain, its weight [B, P] times
# the increase in coverage: the sum over all patches of the similarity to the nearest kept patch. features [B, P, C].
# Returns the indices [B, K] int64, ascending, and the gains [B, P]: of kept patches when they were selected, of the
# others in the last step.
def covering(features: Tensor, weights: Tensor, count: int) -> Tuple[Tensor, Tensor]:
    similarity = __torch__.selection.cosines(features)
    covered = torch.zeros_like(weights)  # similarity to the nearest kept patch
    taken = torch.zeros_like(weights, dtype=__torch__.dtype.BOOL())
    gains = torch.zeros_like(weights)
    picks = annotate(List[Tensor], [])
    for _ in range(count):
        gain = weights * (similarity - covered.unsqueeze(1)).clamp_(0.0).sum([2])  # [B, P]
        gains = torch.where(taken, gains, gain)
        pick = gain.masked_fill(taken, -float("inf")).argmax(1, True)  # [B, 1]
        taken = taken.scatter(1, pick, True)
        covered = torch.maximum(covered, __torch__.selection.row(similarity, pick))
        picks.append(pick)
    return (__torch__.selection.ascending(torch.cat(picks, 1)), gains)


# DivPrune (Alvar et al. 2025, arXiv:2503.02175): max-min selection. The first token is the one whose nearest other token
# is farthest away, each further one the token farthest from all kept ones. tokens [B, P, H]. Returns the indices [B, K]
# int64, ascending, and the distances [B, P]: of kept tokens when they were selected, of the others in the last step.
def diverse(tokens: Tensor, count: int) -> Tuple[Tensor, Tensor]:
    distance = 1.0 - __torch__.selection.cosines(tokens)
    itself = torch.eye(tokens.size(1), dtype=__torch__.dtype.BOOL(), device=tokens.device)
    nearest = distance.masked_fill(itself, float("inf")).amin([2])  # [B, P]
    taken = torch.zeros_like(nearest, dtype=__torch__.dtype.BOOL())
    distances = torch.zeros_like(nearest)
    picks = annotate(List[Tensor], [])
    for i in range(count):
        distances = torch.where(taken, distances, nearest)
        pick = nearest.masked_fill(taken, -float("inf")).argmax(1, True)  # [B, 1]
        taken = taken.scatter(1, pick, True)
        to_pick = __torch__.selection.row(distance, pick)
        nearest = to_pick if i == 0 else torch.minimum(nearest, to_pick)
        picks.append(pick)
    return (__torch__.selection.ascending(torch.cat(picks, 1)), distances)


# Cosine similarities of vectors x [B, P, C]: [B, P, P] float32, from -1 to 1.
def cosines(x: Tensor) -> Tensor:
    x = __torch__.selection.unit(x)
    return torch.bmm(x, x.transpose(1, 2))


# Vectors normalized to length 1, float32; zero vectors stay zero.
def unit(x: Tensor) -> Tensor:
    x = x.float()
    return x / torch.norm(x, 2, [-1], True).clamp(1.0e-12)


# One row of each image's matrix [B, P, P], at index [B, 1]: [B, P].
def row(matrix: Tensor, index: Tensor) -> Tensor:
    return matrix.gather(1, index.unsqueeze(2).expand([-1, -1, matrix.size(2)])).squeeze(1)


# The vectors [B, K, C] of x [B, P, C] at index [B, K].
def rows(x: Tensor, index: Tensor) -> Tensor:
    return x.gather(1, index.unsqueeze(2).expand([-1, -1, x.size(2)]))


def ascending(index: Tensor) -> Tensor:
    sorted, _ = index.sort(1)
    return sorted
