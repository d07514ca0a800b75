# What the processor's products of 8-bit integers are like.


class Int8(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    def row_zero(self) -> int:
        return __torch__.linear.row_zero()
