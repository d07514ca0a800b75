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
    clip_attn : __torch__.multihead.MultiheadAttention

    def load(self, weights: Dict[str, Tensor], scale: int, format: int) -> None:
        self.scale = scale
        name = "model.mm_projector."
        self.matrices["q_proj_1"] = __torch__.linear.placed(weights.pop(name + "q_proj_1.weight"), format)
        for layer in ["k_proj_1.0", "k_proj_1.2", "v_proj_1.0", "v_proj_1.2", "mlp.0", "mlp.2"]:
            self.matrices[layer] = __torch__.linear.placed(weights.pop(name + layer + ".weight"), format)
            self.weights[layer + ".bias"] = __torch__.linear.kept(weights.pop(name + layer + ".bias"), format)
        for norm in ["ln_q_1", "ln_k_1", "ln_v_1"]:
            self.weights[norm + ".weight"] = __torch__.linear.kept(weights.pop(name + norm + ".weight"), format)
            self.weights[norm + ".bias"] = __torch__.linear.kept(weights.pop(name + norm + ".bias"), format)
        self.clip_attn.load(weights, name + "clip_attn.", format)
        return None

    # [B, P, 4C], the channels of the block that gives the queries last, to [B, n, H].
    def project(self, x: Tensor) -> Tensor:
        width = x.size(2) // 4
        coarse = self.coarse(x[:, :, 3 * width:])  # [B, n, C]
        q = self.norm(__torch__.linear.linear(coarse, self.matrices["q_proj_1"], None), "ln_q_1")
        keys = self.norm(self.perceptron(x, "k_proj_1"), "ln_k_1")  # [B, P, C]
        values = self.norm(self.perceptron(x, "v_proj_1"), "ln_v_1")
        x = self.clip_attn.forward(q.flatten(0, 1).unsqueeze(1), self.regions(keys), self.regions(values))  # [B * n, 1, C]
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

    def perceptron(self, x: Tensor, name: str) -> Tensor:
        x = __torch__.linear.linear_gelu(x, self.matrices[name + ".0"], self.weights[name + ".0.bias"])
        return self.linear(x, name + ".2")

    def linear(self, x: Tensor, name: str) -> Tensor:
        return __torch__.linear.linear(x, self.matrices[name], self.weights[name + ".bias"])

    def norm(self, x: Tensor, name: str) -> Tensor:
        return torch.layer_norm(x, [x.size(2)], self.weights[name + ".weight"], self.weights[name + ".bias"], 1e-6)
