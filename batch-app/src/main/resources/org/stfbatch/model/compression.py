# Training-free compression of an image's vision tokens before the language model, for LLaVA-1.5's projector:
#
#   NONE           all tokens of the checkpoint's projector
#   VTC_CLS        keeps the patches that CLIP's class token attends to most (Wang et al. 2024, arXiv:2412.05819)
#   SCOPE          keeps the patches that cover the others best, see selection.covering
#   AVGPOOL        averages each k x k block of patches
#   PRUMERGE       keeps attended patches and merges others into them, see merging
#   DIVPRUNE       keeps the most diverse projected tokens, see selection.diverse
#   POOL_TOKENS    averages each k projected tokens that follow each other (LLaVolta at layer -1)
#
# B images, P patches, C channels of a CLIP block, K kept tokens, n vision tokens of all images, H the language model's
# width.


class TokenCompression(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    method : int
    first_block : int  # first block whose class token attention is used
    end_block : int    # end of these blocks, exclusive
    last_block : int   # PRUMERGE: CLIP's last block, whose keys are used; else -1
    tokens : int       # number of kept tokens; PRUMERGE: patches kept for their attention, 0 for the outliers
    step : int         # PRUMERGE: step of the grid of kept patches, 0 for none, -1 to derive it from the outliers
    kernel : int       # AVGPOOL and POOL_TOKENS: k

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

    def compresses_projected(self) -> bool:
        method = self.method
        return (method == __torch__.compression_method.DIVPRUNE()
                or method == __torch__.compression_method.POOL_TOKENS())

    # Compression between CLIP and the projector. features [B, P, C]; attention: the class token's, [B, h, P] per block;
    # keys: the last block's [B, P, d], for PRUMERGE. Returns features [B, K, C], or [1, n, C] of all images if their
    # numbers of tokens differ; these numbers [B] int64, otherwise empty; the kept patches, ascending, concatenated over
    # images, int64; and their scores [B, P] float32; both empty if no patches are selected.
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

    # Compression after the projector: tokens [B, P, H]. Returns the kept ones [B, K, H], their indices, and the scores, as
    # compress_features does.
    def compress_tokens(self, tokens: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        if self.method == __torch__.compression_method.POOL_TOKENS():
            none = torch.zeros([0], dtype=__torch__.dtype.INT64())
            count = tokens.size(1) // self.kernel
            windows = tokens[:, :count * self.kernel].unflatten(1, [count, self.kernel])
            return (windows.mean([2]), none, none.float())
        kept, score = __torch__.selection.diverse(tokens, self.tokens)
        return (__torch__.selection.rows(tokens, kept), kept.flatten(), score)

    # PruMerge and PruMerge+, one image at a time, because their numbers of tokens differ. attention [B, P], keys [B, P,
    # d].
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
