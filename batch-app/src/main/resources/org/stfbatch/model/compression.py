# Training-free compression of a picture's vision tokens before the language model, on LLaVA-1.5's projector:
#
#   NONE           every patch becomes a token, or what the checkpoint's fusion makes of them
#   VTC_CLS        the patches stay that CLIP's class token attends to most (Wang et al. 2024, arXiv:2412.05819)
#   SCOPE          those stay that cover the others best, see selection.covering
#   AVGPOOL        each k x k block of patches is averaged
#   PRUMERGE       attended patches stay and others are merged into them, see merging
#   DIVPRUNE       the projected tokens stay that differ most, see selection.diverse
#
# B pictures, P patches, C channels of a CLIP block, K tokens that stay, n vision tokens of all pictures, H the language
# model's width.


class TokenCompression(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    method : int
    first_block : int  # of those in which the class token's attention is wanted
    end_block : int    # behind the last of them; none where it is first_block
    last_block : int   # PRUMERGE: CLIP's last block, whose keys are wanted; else -1
    tokens : int       # that stay; PRUMERGE: patches that stay for their attention, 0 for the outliers
    step : int         # PRUMERGE: of the grid whose patches stay too, 0 for none, -1 for what the outliers' share gives
    kernel : int       # AVGPOOL: k

    def load(self, method: int, first_block: int, end_block: int, last_block: int, tokens: int, step: int,
             kernel: int) -> None:
        self.method = method
        self.first_block = first_block
        self.end_block = end_block
        self.last_block = last_block
        self.tokens = tokens
        self.step = step
        self.kernel = kernel
        return None

    def merges(self) -> bool:
        return self.method == __torch__.compression_method.PRUMERGE()

    def chooses_projected(self) -> bool:
        return self.method == __torch__.compression_method.DIVPRUNE()

    # Between CLIP and the projector. features [B, P, C]; attention: the class token's, [B, h, P] a block; keys: the
    # last block's [B, P, d], for PRUMERGE. Returns features [B, K, C], or [1, n, C] of all pictures where each has its
    # own number; these numbers [B] int64, else nothing; the patches that stay, ascending, picture after picture, int64;
    # and what they were chosen by, [B, P] float32; nothing of either where none is chosen.
    def compress_features(self, features: Tensor, attention: List[Tensor],
                          keys: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
        equal = torch.zeros([0], dtype=__torch__.dtype.INT64())
        if self.method == __torch__.compression_method.VTC_CLS():
            score = torch.zeros([features.size(0), features.size(1)], dtype=__torch__.dtype.FLOAT32(),
                                device=features.device)
            for probabilities in attention:
                score += probabilities.mean([1])
            kept = __torch__.selection.largest(score, self.tokens)
            return (__torch__.selection.rows(features, kept), equal, kept.flatten(), score)
        if self.method == __torch__.compression_method.SCOPE():
            kept, score = __torch__.selection.covering(features, attention[0].sum([1]), self.tokens)
            return (__torch__.selection.rows(features, kept), equal, kept.flatten(), score)
        if self.method == __torch__.compression_method.PRUMERGE():
            return self.merge(features, attention[0].squeeze(1), keys)
        if self.method == __torch__.compression_method.AVGPOOL():
            features = __torch__.fusion.average_neighbours(features, self.kernel)
        return (features, equal, equal, torch.zeros([0], dtype=__torch__.dtype.FLOAT32()))

    # Behind the projector, for DIVPRUNE: tokens [B, P, H]. Returns those that stay [B, K, H], which they are, and what
    # they were chosen by, as compress_features does.
    def compress_tokens(self, tokens: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        kept, score = __torch__.selection.diverse(tokens, self.tokens)
        return (__torch__.selection.rows(tokens, kept), kept.flatten(), score)

    # PruMerge and PruMerge+, picture by picture: each has its own number of tokens. attention [B, P], keys [B, P, d].
    def merge(self, features: Tensor, attention: Tensor, keys: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
        patches = features.size(1)
        outliers = __torch__.merging.outliers(attention)
        tokens = annotate(List[Tensor], [])
        counts = annotate(List[int], [])
        all_kept = annotate(List[Tensor], [])
        for i in range(features.size(0)):
            top = max(1, int(outliers[i])) if self.tokens == 0 else self.tokens
            step = __torch__.merging.grid_step(top, patches) if self.step < 0 else self.step
            kept = __torch__.merging.sampled(attention[i], top, step)
            tokens.append(__torch__.merging.merged(features[i], keys[i], attention[i], kept))
            counts.append(kept.size(0) + 1)
            all_kept.append(__torch__.selection.ascending(kept.unsqueeze(0)).squeeze(0))
        x = torch.cat(tokens).unsqueeze(0).to(features.dtype)  # [1, n, C]
        return (x, torch.tensor(counts), torch.cat(all_kept), attention)
