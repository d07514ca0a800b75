# Token fusion of LLaVA-STF: multi-block token fusion, then spatial token fusion, then the projection to the language
# model's width H. A checkpoint's tensors decide which of the parts it has:
#
#   multi-block  mm_projector_crosslayer.{0,2}: fuses the channel-wise concatenation of several CLIP blocks into one map
#   spatial      NONE: one token per patch; CONCAT: each k x k neighbourhood's channels are concatenated and split into E
#                tokens; CONV: a learned 2x2 convolution of stride 2, the form of the paper's Table 1; AVERAGE: each k x k
#                neighbourhood is averaged; PACKER: TokenPacker's attention, see token_packer
#   projection   the remaining layers of mm_projector
#
# B images, P patches on a g x g grid, C channels of one CLIP block, T fused blocks, n = P / k^2 * E vision tokens.


# [B, P, C] to [B, P/k^2, C]: the mean of each k x k neighbourhood.
def average_neighbours(x: Tensor, k: int) -> Tensor:
    return __torch__.fusion.neighbourhoods(x, k).mean([2, 4]).flatten(1, 2)


# [B, P, C] to [B, g/k, k, g/k, k, C].
def neighbourhoods(x: Tensor, k: int) -> Tensor:
    side = __torch__.fusion.grid_side(x) // k
    return x.reshape([x.size(0), side, k, side, k, x.size(2)])


def grid_side(x: Tensor) -> int:
    side = 1
    while side * side < x.size(1):
        side += 1
    assert side * side == x.size(1), "the patches do not form a square grid"
    return side


class TokenFusion(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    taps : List[int]
    multi_block : bool
    spatial : int
    kernel : int
    tokens : int
    trailing_gelu : bool
    matrices : Dict[str, __torch__.linear.Matrix]
    weights : Dict[str, Tensor]  # biases, and the weight of the convolution
    packer : __torch__.token_packer.TokenPacker  # of PACKER only

    def load(self, weights: Dict[str, Tensor], taps: List[int], multi_block: bool, spatial: int, kernel: int,
             tokens: int, trailing_gelu: bool, format: int) -> None:
        self.taps = taps
        self.multi_block = multi_block
        self.spatial = spatial
        self.kernel = kernel
        self.tokens = tokens
        self.trailing_gelu = trailing_gelu
        if spatial == __torch__.spatial_form.PACKER():
            self.packer.load(weights, kernel, format)
            return None
        names = ["mm_projector.0", "mm_projector.2"]
        if multi_block:
            names += ["mm_projector_crosslayer.0", "mm_projector_crosslayer.2"]
        if spatial == __torch__.spatial_form.CONV():
            names += ["mm_projector.4"]
        for name in names:
            weight = weights.pop("model." + name + ".weight")
            if weight.dim() == 2:
                self.matrices[name] = __torch__.linear.placed(weight, format)
            else:
                self.weights[name + ".weight"] = __torch__.linear.kept(weight, format)
            self.weights[name + ".bias"] = __torch__.linear.kept(weights.pop("model." + name + ".bias"), format)
        return None

    # The patch features [B, P, C], row-major over the grid: of one block, or the multi-block fusion of several; for PACKER
    # [B, P, T * C], several blocks as they are.
    # hidden_states: CLIP's, [B, 1 + P, C] each.
    def fuse_blocks(self, hidden_states: List[Tensor]) -> Tensor:
        return self.fuse(self.tap_blocks(hidden_states))

    # The input of fusion: [B, P, T * C], the blocks in the order of `taps`.
    def tap_blocks(self, hidden_states: List[Tensor]) -> Tensor:
        features = annotate(List[Tensor], [])
        for tap in self.taps:
            features.append(hidden_states[tap][:, 1:])  # without the CLS token
        return torch.cat(features, 2)

    # [B, P, T * C] to [B, P, C].
    def fuse(self, x: Tensor) -> Tensor:
        if self.multi_block:
            x = self.linear_gelu(x, "mm_projector_crosslayer.0")
            x = self.linear(x, "mm_projector_crosslayer.2")  # [B, P, C]
            if self.trailing_gelu:
                x = torch.gelu(x)
        return x

    # Spatial fusion and projection: [B, P, C] to [B, n, H].
    def project(self, x: Tensor) -> Tensor:
        if self.spatial == __torch__.spatial_form.CONV():
            return self.project_convolved(x)
        if self.spatial == __torch__.spatial_form.PACKER():
            return self.packer.project(x)
        if self.spatial == __torch__.spatial_form.CONCAT():
            x = self.join_neighbours(x)  # [B, n, k^2 * C / E]
        elif self.spatial == __torch__.spatial_form.AVERAGE():
            x = __torch__.fusion.average_neighbours(x, self.kernel)  # [B, n, C]
        x = self.linear_gelu(x, "mm_projector.0")
        x = self.linear(x, "mm_projector.2")  # [B, n, H]
        return torch.gelu(x) if self.trailing_gelu else x

    def project_convolved(self, x: Tensor) -> Tensor:
        side = __torch__.fusion.grid_side(x)
        x = x.transpose(1, 2).unflatten(2, [side, side])  # [B, C, g, g]
        x = torch.conv2d(x, self.weights["mm_projector.0.weight"], self.weights["mm_projector.0.bias"], [2, 2])
        x = torch.gelu(x).flatten(2).transpose(1, 2)  # [B, P/4, 4C]
        x = self.linear_gelu(x, "mm_projector.2")
        x = self.linear(x, "mm_projector.4")  # [B, P/4, H]
        return torch.gelu(x) if self.trailing_gelu else x

    # [B, P, C] to [B, n, k^2 * C / E]. Before the split, element c*k^2 + row*k + column of a neighbourhood is channel c
    # of that patch: channel-major, the order of a convolution's weight, which the released weights require. The E tokens
    # of a neighbourhood are adjacent; each has some channels of all its patches.
    def join_neighbours(self, x: Tensor) -> Tensor:
        x = __torch__.fusion.neighbourhoods(x, self.kernel).permute([0, 1, 3, 5, 2, 4])  # [B, g/k, g/k, C, k, k]
        x = x.flatten(3).flatten(1, 2)  # [B, P/k^2, k^2 * C]
        if self.tokens == 1:
            return x
        return x.unflatten(2, [self.tokens, -1]).flatten(1, 2)

    def linear(self, x: Tensor, name: str) -> Tensor:
        return __torch__.linear.linear(x, self.matrices[name], self.weights[name + ".bias"])

    def linear_gelu(self, x: Tensor, name: str) -> Tensor:
        return __torch__.linear.linear_gelu(x, self.matrices[name], self.weights[name + ".bias"])
