# Gives tests the products of `linear` with made-up numbers: x [..., in], weights [out, in]; float32 comes out.


class LinearProbe(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    def linear(self, x: Tensor, weight: Tensor, bias: Tensor, dtype: int, format: int) -> Tensor:
        matrix = __torch__.linear.placed(weight.to(dtype), __torch__.linear.format_on("cpu", dtype, format))
        return __torch__.linear.linear(x.to(dtype), matrix, bias.to(dtype)).float()

    def linear_add(self, x: Tensor, weight: Tensor, residual: Tensor, dtype: int, format: int) -> Tensor:
        matrix = __torch__.linear.placed(weight.to(dtype), __torch__.linear.format_on("cpu", dtype, format))
        return __torch__.linear.linear_add(x.to(dtype), matrix, None, residual.to(dtype)).float()

    def linear_gelu(self, x: Tensor, weight: Tensor, bias: Tensor, dtype: int, format: int) -> Tensor:
        matrix = __torch__.linear.placed(weight.to(dtype), __torch__.linear.format_on("cpu", dtype, format))
        return __torch__.linear.linear_gelu(x.to(dtype), matrix, bias.to(dtype)).float()

    def gated(self, x: Tensor, gate: Tensor, up: Tensor, dtype: int, format: int) -> Tensor:
        one = __torch__.linear.placed(gate.to(dtype), __torch__.linear.format_on("cpu", dtype, format))
        other = __torch__.linear.placed(up.to(dtype), __torch__.linear.format_on("cpu", dtype, format))
        return __torch__.linear.gated(x.to(dtype), one, other).float()

    def linear_behind(self, x: Tensor, weight: Tensor, norm: Tensor, dtype: int, format: int) -> Tensor:
        matrix = __torch__.linear.placed_behind(weight.to(dtype), format, norm)
        return __torch__.linear.linear(x.to(dtype), matrix, None).float()
