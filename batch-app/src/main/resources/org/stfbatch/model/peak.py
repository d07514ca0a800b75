# Peak rates of the device: matrix products and memory bandwidth. For measurements only; not part of the model.
#
# Products run like the model's, with packed weights where the model packs them. Every kernel returns a value that depends
# on its result, because unused results are optimized away, and reading it synchronizes with a GPU.


class Peak(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    device : str
    dtype : int
    format : int                # weight format of the matrices; see `linear`
    weights : List[__torch__.linear.Matrix]  # [out, in] each, more than fit the processor's caches
    inputs : Dict[str, Tensor]  # "x": the rows [n, in], or their int8 codes
    buffers : List[Tensor]      # two of the same size

    def configure(self, device: str, dtype: int, format: int) -> None:
        self.device = device
        self.dtype = dtype
        self.format = __torch__.linear.format_on(device, dtype, format)
        return None

    # Creates `copies` random matrices [outputs, inputs]. Their values are the same, because drawing them takes longer than
    # measuring; each has memory of its own.
    def draw_weights(self, outputs: int, inputs: int, copies: int) -> None:
        self.weights.clear()
        weight = self.uniform([outputs, inputs])
        for _ in range(copies):
            self.weights.append(__torch__.linear.placed(weight.clone(), self.format))
        return None

    def draw_rows(self, rows: int, inputs: int) -> None:
        x = self.uniform([rows, inputs])
        if self.format == __torch__.weight_format.INT8():
            x = __torch__.linear.coded(x, self.weights[0]).codes
        self.inputs["x"] = x
        return None

    # Uniform random numbers in [-1, 1).
    def uniform(self, shape: List[int]) -> Tensor:
        x = torch.rand(shape, dtype=__torch__.dtype.FLOAT32(), device=torch.device(self.device)) * 2.0 - 1.0
        return x.to(self.dtype)

    # Multiplies the rows with one of the matrices.
    def product(self, copy: int) -> float:
        if self.format == __torch__.weight_format.INT8():
            dtype = __torch__.linear.written(self.dtype)
            y = __torch__.linear.multiplied(self.inputs["x"], self.weights[copy], dtype)
        else:
            y = __torch__.linear.linear(self.inputs["x"], self.weights[copy], None)
        return float(y[-1, -1])

    # Creates two buffers of this many float32 numbers and touches every page.
    def draw_buffers(self, elements: int) -> None:
        self.buffers.clear()
        for _ in range(2):
            self.buffers.append(torch.ones([elements], dtype=__torch__.dtype.FLOAT32(), device=torch.device(self.device)))
        return None

    def copy(self) -> float:
        self.buffers[1].copy_(self.buffers[0])
        return float(self.buffers[1][-1])

    def read(self) -> float:
        return float(self.buffers[0].sum())

    def clear(self) -> None:
        self.weights.clear()
        self.inputs.clear()
        self.buffers.clear()
        return None
