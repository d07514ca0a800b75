# Region loss for training a vision tower: contrasts each patch with all words of a vocabulary, of which some describe its
# content. A sigmoid loss as in SigLIP (Zhai et al. 2023, arXiv:2303.15343), because a patch may have several words. Word
# 0 means that the patch shows nothing.
#
# B images, K patches of each, d width, V words.


class RegionWords(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    weights : Dict[str, Tensor]

    # Zero-initialized words with the width of `like`, by their tensor names in training.
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

    # features [B, K, d], targets [B, K, V] uint8: 1 where a word describes the patch. Patches with and without content
    # have equal weight in total, whatever their numbers.
    def loss(self, features: Tensor, targets: Tensor) -> Tensor:
        x = torch.layer_norm(features, [features.size(-1)], None, None, 1.0e-5)
        logits = torch.linear(x, self.weights["weight"], self.weights["bias"])  # [B, K, V]
        losses = torch.binary_cross_entropy_with_logits(logits, targets.float(), None, None, 0).sum([2])  # [B, K]
        nothing = targets.select(2, 0).float()
        something = 1.0 - nothing
        of_nothing = (losses * nothing).sum() / nothing.sum().clamp(1.0)
        of_something = (losses * something).sum() / something.sum().clamp(1.0)
        return 0.5 * (of_nothing + of_something)
