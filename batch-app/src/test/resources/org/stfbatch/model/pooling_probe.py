# Gives tests the position ids of `pooling_training`.


class PoolingProbe(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    # columns [T], firsts [M], remaining [4, U] to [U] float32.
    def positions(self, columns: Tensor, firsts: Tensor, remaining: Tensor, stride: int) -> Tensor:
        pooling = __torch__.pooling_training.pooled(firsts, remaining[:3], stride, 0)
        return __torch__.pooling_training.positions(columns, pooling).float()
