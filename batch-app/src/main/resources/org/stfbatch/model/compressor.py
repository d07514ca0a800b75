# LLaVA-Mini's compressor (Zhang et al. 2025, arXiv:2501.03895; names of its tensors below `model.compressor.`): learned
# queries attend to the patches of an image, and each becomes one compressed token. Keys have positions, values do not:
# the queries' table of positions, resized to the grid of the patches.
#
# B images, P patches on a g x g grid, C channels of a CLIP block, n queries on a square grid, N rows of an image.


class Compressor(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    ratio : int  # r: an image is r x r parts on a finer grid, followed by the whole if r > 1
    weights : Dict[str, Tensor]  # query, pos_embed [n, C], and norms
    attn : __torch__.multihead.MultiheadAttention

    def load(self, weights: Dict[str, Tensor], ratio: int, format: int) -> None:
        self.ratio = ratio
        for name in ["query", "pos_embed", "ln_q.weight", "ln_q.bias", "ln_kv.weight", "ln_kv.bias"]:
            self.weights[name] = __torch__.linear.kept(weights.pop("model.compressor." + name), format)
        self.attn.load(weights, "model.compressor.attn.", format)
        return None

    # The rows of each image before the projector, [B, N, C]: all its patches, then its compressed tokens. features
    # [B * parts, P, C].
    def rows(self, features: Tensor) -> Tensor:
        if self.ratio == 1:
            return torch.cat([features, self.compress(features)], 1)
        parts = features.unflatten(0, [-1, self.ratio * self.ratio + 1])
        tiled = self.tiled(parts[:, :-1])  # [B, r^2 * P, C]
        return torch.cat([tiled, parts[:, -1], self.compress(tiled)], 1)

    # Parts in row-major order, [B, r^2, P, C], as one row-major grid of (r * g)^2 patches, [B, r^2 * P, C].
    def tiled(self, parts: Tensor) -> Tensor:
        side = __torch__.fusion.grid_side(parts[:, 0])
        x = parts.unflatten(2, [side, side]).unflatten(1, [self.ratio, self.ratio])  # [B, r, r, g, g, C]
        return x.transpose(2, 3).flatten(1, 4)

    # Patches on a square grid, [B, P, C], to [B, n, C].
    def compress(self, x: Tensor) -> Tensor:
        q = self.norm(self.weights["query"], "ln_q") + self.weights["pos_embed"]  # [n, C]
        values = self.norm(x, "ln_kv")
        keys = values + self.positions(__torch__.fusion.grid_side(x)).to(x.dtype)
        return self.attn.forward(q.unsqueeze(0).expand([x.size(0), -1, -1]), keys, values)

    # The table of positions, interpolated bicubically to a side x side grid: [side^2, C] float32.
    def positions(self, side: int) -> Tensor:
        table = self.weights["pos_embed"].float()
        own = __torch__.fusion.grid_side(table.unsqueeze(0))
        map = table.transpose(0, 1).unflatten(1, [own, own]).unsqueeze(0)  # [1, C, own, own]
        map = torch.upsample_bicubic2d(map, [side, side], False, None, None)
        return map.squeeze(0).flatten(1).transpose(0, 1)

    def norm(self, x: Tensor, name: str) -> Tensor:
        return torch.layer_norm(x, [x.size(-1)], self.weights[name + ".weight"], self.weights[name + ".bias"], 1e-5)
