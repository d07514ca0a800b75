# How a vision tower of one's own learns: each patch is contrasted with all words of a vocabulary, of which some describe
# what it shows. The loss is a sigmoid one, as SigLIP's (Zhai et al. 2023, arXiv:2303.15343), because a patch has several
# words. Word 0 means that it shows nothing.
#
# B pictures, K patches of each, d width, V words.


class RegionWords(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    weights : Dict[str, Tensor]

    # Words of the width of `like` that say nothing yet, by the names that their training knows them by.
    def begin(self, words: int, like: Tensor) -> Dict[str, Tensor]:
        weights = annotate(Dict[str, Tensor], {})
        dtype = __torch__.dtype.FLOAT32()
        weights["region_words.weight"] = torch.zeros([words, like.size(0)], dtype=dtype, device=like.device)
        weights["region_words.bias"] = torch.zeros([words], dtype=dtype, device=like.device)
        return weights

    def take(self, weights: Dict[str, Tensor]) -> None:
        self.weights["weight"] = weights["region_words.weight"]
        self.weights["bias"] = weights["region_words.bias"]
        return None

    # features [B, K, d], targets [B, K, V] uint8: 1 where a word describes the patch. Patches that show something and
    # those that do not count alike, however few there are of either.
    def loss(self, features: Tensor, targets: Tensor) -> Tensor:
        x = torch.layer_norm(features, [features.size(-1)], None, None, 1.0e-5)
        logits = torch.linear(x, self.weights["weight"], self.weights["bias"])  # [B, K, V]
        losses = torch.binary_cross_entropy_with_logits(logits, targets.float(), None, None, 0).sum([2])  # [B, K]
        nothing = targets.select(2, 0).float()
        something = 1.0 - nothing
        of_nothing = (losses * nothing).sum() / nothing.sum().clamp(1.0)
        of_something = (losses * something).sum() / something.sum().clamp(1.0)
        return 0.5 * (of_nothing + of_something)
