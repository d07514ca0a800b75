# Gives tests what `selection`, `merging` and `compression` compute of made-up numbers.


class CompressionProbe(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    compression : __torch__.compression.TokenCompression

    def largest(self, scores: Tensor, count: int) -> Tensor:
        return __torch__.selection.largest(scores, count)

    def covering(self, features: Tensor, weights: Tensor, count: int) -> Tuple[Tensor, Tensor]:
        return __torch__.selection.covering(features, weights, count)

    def diverse(self, tokens: Tensor, count: int) -> Tuple[Tensor, Tensor]:
        return __torch__.selection.diverse(tokens, count)

    def outliers(self, attention: Tensor) -> Tensor:
        return __torch__.merging.outliers(attention)

    def grid_step(self, count: int, patches: int) -> Tensor:
        return torch.tensor([__torch__.merging.grid_step(count, patches)])

    def sampled(self, attention: Tensor, top: int, step: int) -> Tensor:
        return __torch__.merging.sampled(attention, top, step)

    # Adaptive PruMerge, or PruMerge+ with step -1: the features that come out [n, C] and how many each picture has [B].
    def merge(self, features: Tensor, attention: Tensor, keys: Tensor, step: int) -> Tuple[Tensor, Tensor]:
        self.compression.load(__torch__.compression_method.PRUMERGE(), 0, 0, 0, 0, step, 0)
        x, counts, _, _ = self.compression.compress_features(features, [attention.unsqueeze(1)], keys)
        return (x.squeeze(0), counts)
