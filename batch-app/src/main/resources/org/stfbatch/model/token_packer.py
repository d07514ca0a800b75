# TokenPacker's projector (Li et al. 2024, arXiv:2407.02392; names of its tensors below `model.mm_projector.`): a coarse map
# of one CLIP block queries the fine features of several blocks, each coarse token within its own s x s region.
#
# B images, P patches on a g x g grid, C channels of one CLIP block, n = P / s^2 vision tokens, h heads, H the language
# model's width.


class TokenPacker(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    scale : int  # s
    matrices : Dict[str, __torch__.linear.Matrix]
    weights : Dict[str, Tensor]  # norms and biases

    def load(self, weights: Dict[str, Tensor], scale: int, format: int) -> None:
        self.scale = scale
        name = "model.mm_projector."
        self.matrices["q_proj_1"] = __torch__.linear.placed(weights.pop(name + "q_proj_1.weight"), format)
        for layer in ["k_proj_1.0", "k_proj_1.2", "v_proj_1.0", "v_proj_1.2", "clip_attn.out_proj", "mlp.0", "mlp.2"]:
            self.matrices[layer] = __torch__.linear.placed(weights.pop(name + layer + ".weight"), format)
            self.weights[layer + ".bias"] = __torch__.linear.kept(weights.pop(name + layer + ".bias"), format)
        for norm in ["ln_q_1", "ln_k_1", "ln_v_1"]:
            self.weights[norm + ".weight"] = __torch__.linear.kept(weights.pop(name + norm + ".weight"), format)
            self.weights[norm + ".bias"] = __torch__.linear.kept(weights.pop(name + norm + ".bias"), format)
        self.place_attention(weights.pop(name + "clip_attn.in_proj_weight"), format)
        bias = weights.pop(name + "clip_attn.in_proj_bias")
        self.weights["clip_attn.in_proj_bias"] = __torch__.linear.kept(bias, format)
        return None

    # weight [3C, C] of queries, keys and values. As PLAIN it stays whole, because training needs it as it is in checkpoints.
    def place_attention(self, weight: Tensor, format: int) -> None:
        if format == __torch__.weight_format.PLAIN():
            self.weights["clip_attn.in_proj_weight"] = weight
        else:
            parts = weight.chunk(3)
            for i in range(3):
                self.matrices["clip_attn.in_proj_weight.{}".format(i)] = __torch__.linear.placed(parts[i], format)
        return None

    # [B, P, 4C], the channels of the block that gives the queries last, to [B, n, H].
    def project(self, x: Tensor) -> Tensor:
        width = x.size(2) // 4
        coarse = self.coarse(x[:, :, 3 * width:])  # [B, n, C]
        q = self.norm(__torch__.linear.linear(coarse, self.matrices["q_proj_1"], None), "ln_q_1")
        keys = self.norm(self.perceptron(x, "k_proj_1"), "ln_k_1")  # [B, P, C]
        values = self.norm(self.perceptron(x, "v_proj_1"), "ln_v_1")
        x = self.attend(q.flatten(0, 1).unsqueeze(1), self.regions(keys), self.regions(values))  # [B * n, 1, C]
        return self.perceptron(x.reshape(q.size()), "mlp")

    # Bilinear interpolation of the map to one point a region: [B, P, C] to [B, n, C].
    def coarse(self, x: Tensor) -> Tensor:
        side = __torch__.fusion.grid_side(x)
        n = side // self.scale
        map = x.float().transpose(1, 2).unflatten(2, [side, side])  # [B, C, g, g]
        map = torch.upsample_bilinear2d(map, [n, n], False, None, None)
        return map.flatten(2).transpose(1, 2).to(x.dtype)

    # [B, P, C] to [B * n, s^2, C]: the patches of each region, row-major.
    def regions(self, x: Tensor) -> Tensor:
        regions = __torch__.fusion.neighbourhoods(x, self.scale).permute([0, 1, 3, 2, 4, 5])
        return regions.flatten(3, 4).flatten(0, 2)

    # torch.nn.MultiheadAttention with the 8 heads of the original, whatever the width: q [R, 1, C], keys and values [R, s^2, C] to [R, 1, C].
    def attend(self, q: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        q = self.project_in(q, 0).unflatten(2, [8, -1]).transpose(1, 2)  # [R, h, 1, e]
        keys = self.project_in(keys, 1).unflatten(2, [8, -1]).transpose(1, 2)  # [R, h, s^2, e]
        values = self.project_in(values, 2).unflatten(2, [8, -1]).transpose(1, 2)
        x = __torch__.attention.attention(q, keys, values, None, False)
        return self.linear(x.transpose(1, 2).flatten(2), "clip_attn.out_proj")

    # Part 0, 1 or 2 of the attention's projections, for queries, keys or values.
    def project_in(self, x: Tensor, part: int) -> Tensor:
        begin, end = part * x.size(2), (part + 1) * x.size(2)
        bias = self.weights["clip_attn.in_proj_bias"][begin:end]
        if "clip_attn.in_proj_weight" in self.weights:
            return torch.linear(x, self.weights["clip_attn.in_proj_weight"][begin:end], bias)
        return __torch__.linear.linear(x, self.matrices["clip_attn.in_proj_weight.{}".format(part)], bias)

    def perceptron(self, x: Tensor, name: str) -> Tensor:
        x = __torch__.linear.linear_gelu(x, self.matrices[name + ".0"], self.weights[name + ".0.bias"])
        return self.linear(x, name + ".2")

    def linear(self, x: Tensor, name: str) -> Tensor:
        return __torch__.linear.linear(x, self.matrices[name], self.weights[name + ".bias"])

    def norm(self, x: Tensor, name: str) -> Tensor:
        return torch.layer_norm(x, [x.size(2)], self.weights[name + ".weight"], self.weights[name + ".bias"], 1e-6)
