# torch.nn.MultiheadAttention with separate queries, keys and values, 8 heads whatever the width, and its own names of
# tensors.
#
# R rows, n queries and m keys of a row, C channels, h heads of size e.


class MultiheadAttention(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    matrices : Dict[str, __torch__.linear.Matrix]  # "out_proj", and the parts of in_proj_weight unless it is whole
    weights : Dict[str, Tensor]                    # biases, and in_proj_weight if it is whole

    # name: of the attention in the checkpoint, with a dot at its end.
    def load(self, weights: Dict[str, Tensor], name: str, format: int) -> None:
        self.matrices["out_proj"] = __torch__.linear.placed(weights.pop(name + "out_proj.weight"), format)
        for bias in ["out_proj.bias", "in_proj_bias"]:
            self.weights[bias] = __torch__.linear.kept(weights.pop(name + bias), format)
        self.place_inputs(weights.pop(name + "in_proj_weight"), format)
        return None

    # weight [3C, C] of queries, keys and values. As PLAIN it stays whole, because training needs it as it is in
    # checkpoints.
    def place_inputs(self, weight: Tensor, format: int) -> None:
        if format == __torch__.weight_format.PLAIN():
            self.weights["in_proj_weight"] = weight
        else:
            parts = weight.chunk(3)
            for i in range(3):
                self.matrices["in_proj_weight.{}".format(i)] = __torch__.linear.placed(parts[i], format)
        return None

    # q [R, n, C], keys and values [R, m, C] to [R, n, C].
    def forward(self, q: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        q = self.project_in(q, 0).unflatten(2, [8, -1]).transpose(1, 2)  # [R, h, n, e]
        keys = self.project_in(keys, 1).unflatten(2, [8, -1]).transpose(1, 2)  # [R, h, m, e]
        values = self.project_in(values, 2).unflatten(2, [8, -1]).transpose(1, 2)
        x = __torch__.attention.attention(q, keys, values, None, False)
        x = x.transpose(1, 2).flatten(2)
        return __torch__.linear.linear(x, self.matrices["out_proj"], self.weights["out_proj.bias"])

    # Part 0, 1 or 2 of the input projections, for queries, keys or values.
    def project_in(self, x: Tensor, part: int) -> Tensor:
        begin, end = part * x.size(2), (part + 1) * x.size(2)
        bias = self.weights["in_proj_bias"][begin:end]
        if "in_proj_weight" in self.weights:
            return torch.linear(x, self.weights["in_proj_weight"][begin:end], bias)
        return __torch__.linear.linear(x, self.matrices["in_proj_weight.{}".format(part)], bias)
