# Lets a test compare the orders of attention's products.


class AttentionProbe(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    # How far apart both are in bfloat16. q [R, h, 1, e], keys and values [R, h, N, e], float32.
    def orders(self, q: Tensor, keys: Tensor, values: Tensor) -> float:
        left = __torch__.attention.of_single_queries(q.to(__torch__.dtype.BFLOAT16()), keys.to(__torch__.dtype.BFLOAT16()), values.to(__torch__.dtype.BFLOAT16()), None, True)
        right = __torch__.attention.of_single_queries(q.to(__torch__.dtype.BFLOAT16()), keys.to(__torch__.dtype.BFLOAT16()), values.to(__torch__.dtype.BFLOAT16()), None, False)
        return float((left - right).abs().float().max())
