# Training of LLaVA-STF: the inference model with float32 weights that collect gradients. All code that only training
# needs is in this file and in regions.py, training.py and the other *_training files; an archive for inference contains
# none of it.


class LlavaTraining(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    model : __torch__.llava.Llava

    trained : List[str]            # names of the trained weights
    training_dtype : int
    leaves : Dict[str, Tensor]     # the weights, in float32
    features : Dict[str, Tensor]   # "all": the input of fusion of all images, [N, P, T * C], memory-mapped
    optimizer : __torch__.training.AdamW
    region_words : __torch__.regions.RegionWords

    # ---- loading; see Llava -----------------------------------------------------------------------------------------

    def configure(self, device: str, dtype: int, format: int) -> None:
        self.model.configure(device, dtype, format)
        return None

    def map(self, name: str, file: str, elements: int, dtype: int, offset: int, shape: List[int]) -> None:
        self.model.map(name, file, elements, dtype, offset, shape)
        return None

    def put(self, name: str, x: Tensor) -> None:
        self.model.put(name, x)
        return None

    def unmap(self) -> None:
        self.model.unmap()
        return None

    def load_vision_tower(self, layers: int, heads: int, patch_size: int, epsilon: float, quick_gelu: bool,
                          mean: Tensor, std: Tensor) -> None:
        self.model.load_vision_tower(layers, heads, patch_size, epsilon, quick_gelu, mean, std)
        return None

    def load_compression(self, method: int, first_block: int, end_block: int, last_block: int, tokens: int, step: int,
                         kernel: int) -> None:
        self.model.load_compression(method, first_block, end_block, last_block, tokens, step, kernel)
        return None

    def load_fusion(self, taps: List[int], multi_block: bool, spatial: int, kernel: int, tokens: int,
                    trailing_gelu: bool) -> None:
        self.model.load_fusion(taps, multi_block, spatial, kernel, tokens, trailing_gelu)
        return None

    def scale_rope(self, factor: float, low: float, high: float, positions: int) -> None:
        self.model.scale_rope(factor, low, high, positions)
        return None

    def load_language_model(self, heads: int, key_value_heads: int, epsilon: float, rope_theta: float,
                            max_positions: int) -> None:
        self.model.load_language_model(heads, key_value_heads, epsilon, rope_theta, max_positions)
        return None

    def load_compressor(self, ratio: int) -> None:
        self.model.load_compressor(ratio)
        return None

    def load_prefusion(self, rope_theta: float, max_positions: int) -> None:
        self.model.load_prefusion(rope_theta, max_positions)
        return None

    def load_prefusion_layer(self) -> None:
        self.model.load_prefusion_layer()
        return None

    def load_language_model_layer(self) -> None:
        self.model.load_language_model_layer()
        return None

    def load_language_model_head(self) -> None:
        self.model.load_language_model_head()
        return None

    # ---- training: `select` names the weights, `make_leaves` or `make_tower_leaves` begins ----------------------------

    # names: one per line. dtype is that of the products; weights, gradients and optimizer are always float32.
    def select(self, names: str, dtype: int) -> None:
        self.trained = names.split("\n")
        self.training_dtype = dtype
        return None

    # Must be called outside inference mode, like `training_loss`. Returns the number of trained tensors.
    def make_leaves(self, unused: Tensor) -> Tensor:
        fusion = __torch__.fusion_training.named_weights(self.model.fusion)
        language_model = __torch__.llama_training.named_weights(self.model.language_model)
        __torch__.training.add_leaves(self.leaves, fusion, self.trained)
        __torch__.training.add_leaves(self.leaves, language_model, self.trained)
        if self.prefuses():
            mini = __torch__.mini_training.named_weights(self.model.compressor, self.model.prefusion)
            __torch__.training.add_leaves(self.leaves, mini, self.trained)
        self.take(self.leaves)
        self.optimizer.load(self.leaves)
        return torch.tensor(len(self.optimizer.weights))

    # Whether the model is LLaVA-Mini.
    def prefuses(self) -> bool:
        return "query" in self.model.compressor.weights

    def take(self, weights: Dict[str, Tensor]) -> None:
        __torch__.fusion_training.take(self.model.fusion, weights)
        __torch__.llama_training.take(self.model.language_model, weights)
        if self.prefuses():
            __torch__.mini_training.take(self.model.compressor, self.model.prefusion, weights)
        return None

    # pixels [B, 3, S, S] uint8 to the input of fusion, [B, P, T * C] float32, rounded to a dtype; see
    # TokenFusion.tap_blocks.
    def vision_features(self, pixels: Tensor, dtype: int) -> Tensor:
        x = self.model.normalise(pixels).to(self.model.dtype)
        return self.model.fusion.tap_blocks(self.model.vision_tower.forward(x)).to(dtype).float()

    # Maps the file with the features of N images, concatenated, for `training_loss`.
    def map_features(self, file: str, dtype: int, shape: List[int]) -> None:
        if shape[0] == 0:
            self.features["all"] = torch.zeros(shape, dtype=dtype)
        else:
            # A shared mapping uses no private memory; nothing writes to it.
            x = torch.from_file(file, True, shape[0] * shape[1] * shape[2], dtype=dtype)
            self.features["all"] = x.reshape(shape)
        return None

    # Vision-token strategy of the calls of `training_loss` that follow; see LlamaDecoder.prune. A stride of 0: none.
    def pool(self, layer: int, keep: int, stride: int) -> None:
        self.model.prune(layer, keep, stride)
        return None

    # Likewise, YOPO; see Llava.reduce_vision. Empty `kept`: none.
    def reduce_vision(self, side: int, radius: int, layers: int, ffn: int, skips: bool, kept: List[int]) -> None:
        self.model.language_model.reduction = annotate(List[__torch__.vision_parts.Reduction], [])
        if len(kept) > 0:
            self.model.reduce_vision(side, radius, layers, ffn, skips, kept)
        return None

    # tokens [5, T]: input id, vision index, row, column and target of each token; the target is the next id, or -100
    # where the loss is masked. For LLaVA-Mini [7, T]: also the image of the token's row, counted in the call, or -1, and
    # the token's number among those that are fused with it, or -1. pictures [B] are the indices of the images that the
    # vision index counts through. firsts [M] and remaining [4, U], the last of which is the target: see
    # pooling_training.pooled; empty where nothing is pooled. Returns the mean cross entropy of the targets; at least one is
    # required.
    def training_loss(self, tokens: Tensor, pictures: Tensor, firsts: Tensor, remaining: Tensor) -> Tensor:
        count = int(tokens[2].max()) + 1
        longest = self.model.longest(tokens)
        fields = self.model.moved(tokens)
        input_ids, vision_index, rows, columns, targets = fields[:5].unbind(0)
        features = self.model.moved(self.features["all"].index_select(0, pictures)).to(self.training_dtype)
        if self.training_dtype != self.model.dtype:
            self.take(__torch__.training.rounded(self.leaves, self.training_dtype))
        if tokens.size(0) == 5:
            x = self.training_embeddings(input_ids, vision_index, features)
        else:
            images, numbers = fields[5:].unbind(0)
            x = self.fused_embeddings(input_ids, vision_index, images, numbers, features)
        decoder = self.model.language_model
        batch = __torch__.llama_training.packed(decoder, rows, columns, count, longest, x.dtype)
        if len(decoder.reduction) > 0 and pictures.size(0) > 0:
            x = __torch__.reduction_training.forward(decoder, x, batch, vision_index)
        elif firsts.size(0) == 0:
            x = __torch__.llama_training.forward(decoder, x, batch)
        else:
            longest = int(remaining[2].max()) + 1
            remaining = self.model.moved(remaining)
            pooling = __torch__.pooling_training.pooled(self.model.moved(firsts), remaining[:3], decoder.prune_stride,
                                                        longest)
            x = __torch__.llama_training.forward_pooled(decoder, x, batch, pooling)
            targets = remaining[3]
        answering = (targets >= 0).nonzero().squeeze(1)
        logits = self.model.language_model.logits(x[answering])
        return torch.cross_entropy_loss(logits, targets[answering])

    # Like `embed`, but runs fusion even without an image, so that its weights have zero gradients instead of none.
    def training_embeddings(self, input_ids: Tensor, vision_index: Tensor, features: Tensor) -> Tensor:
        vision = self.model.fusion.project(self.model.fusion.fuse(features)).flatten(0, 1)  # [B * n, H]
        text = self.model.language_model.embed(input_ids.clamp(0))
        rows = torch.arange(text.size(0), device=text.device)
        rows = torch.where(vision_index >= 0, vision_index + text.size(0), rows)
        return torch.cat([text, vision], 0)[rows]

    # LLaVA-Mini: fuses the text of prompts with their images. As in the original, the embedding learns from rows without an
    # image only. images and numbers [T]: see training_loss.
    def fused_embeddings(self, input_ids: Tensor, vision_index: Tensor, images: Tensor, numbers: Tensor,
                         features: Tensor) -> Tensor:
        ratio = self.model.compressor.ratio
        parts = 1 if ratio == 1 else ratio * ratio + 1
        if features.size(0) == 0:  # a picture that is not used, so that its weights have zero gradients instead of none
            features = torch.zeros([1, features.size(1), features.size(2)], dtype=features.dtype, device=features.device)
        features = features.unflatten(1, [parts, -1]).flatten(0, 1)
        image_rows = self.model.fusion.project(self.model.compressor.rows(features))
        text = self.model.language_model.embed(input_ids.clamp(0))
        text = torch.where((images < 0).unsqueeze(1), text, text.detach())
        fused = (numbers >= 0).nonzero().squeeze(1)
        tokens = self.model.compressor.weights["query"].size(0)
        longest = int(numbers.max()) + 1
        vision, fused_text = __torch__.mini_training.fuse(self.model.prefusion, image_rows, tokens, text[fused],
                                                          images[fused], numbers[fused], longest)
        text = text.index_put([fused], fused_text) + 0.0 * vision.sum()
        rows = torch.arange(text.size(0), device=text.device)
        rows = torch.where(vision_index >= 0, vision_index + text.size(0), rows)
        return torch.cat([text, vision.flatten(0, 1)], 0)[rows]

    # Must be called outside inference mode, like `region_loss`, with only the vision tower loaded. words [V] has the size
    # of the vocabulary. Returns the number of trained tensors.
    def make_tower_leaves(self, words: Tensor) -> Tensor:
        like = self.model.vision_tower.embeddings["embeddings.class_embedding"]
        begun = self.region_words.begin(words.size(0), like)
        tower = __torch__.clip_training.named_weights(self.model.vision_tower)
        __torch__.training.add_leaves(self.leaves, tower, self.trained)
        __torch__.training.add_leaves(self.leaves, begun, self.trained)
        __torch__.clip_training.take(self.model.vision_tower, self.leaves)
        self.region_words.take(self.leaves)
        self.optimizer.load(self.leaves)
        return torch.tensor(len(self.optimizer.weights))

    # pixels [B, 3, S, S] uint8; patches [B, K] int64: indices of the patches that are processed; targets [B, K, V] uint8,
    # see RegionWords.loss.
    def region_loss(self, pixels: Tensor, patches: Tensor, targets: Tensor) -> Tensor:
        if self.training_dtype != self.model.dtype:
            rounded = __torch__.training.rounded(self.leaves, self.training_dtype)
            __torch__.clip_training.take(self.model.vision_tower, rounded)
        numbers = self.model.moved(patches)
        pixels = self.model.moved(pixels)
        cut = __torch__.clip_training.cut(self.model.vision_tower, pixels, numbers)  # [B, K, 3, patch_size, patch_size]
        pixel_values = self.model.normalise(cut.flatten(0, 1)).unflatten(0, [cut.size(0), -1]).to(self.training_dtype)
        hidden_states = __torch__.clip_training.forward_patches(self.model.vision_tower, pixel_values, numbers)
        return self.region_words.loss(hidden_states[-1][:, 1:].float(), self.model.moved(targets))

    # Sets leaves to the values in `weights` with their names, which `map` added.
    def restore_leaves(self, names: str) -> None:
        for name in names.split("\n"):
            self.leaves[name].detach().copy_(self.model.weights[name])
        return None

    def take_step(self, rate: float, beta1: float, beta2: float, epsilon: float, limit: float) -> float:
        return self.optimizer.step(rate, beta1, beta2, epsilon, limit)

    # Moves AdamW's moments out of `weights`, which `map` and `put` added.
    def restore_optimizer(self, steps: int) -> None:
        self.optimizer.restore(steps, self.model.weights)
        return None

    def weight(self, name: str) -> Tensor:
        return self.leaves[name]

    def first_moment(self, name: str) -> Tensor:
        return self.optimizer.first_moments[name]

    def second_moment(self, name: str) -> Tensor:
        return self.optimizer.second_moments[name]

    def gradient(self, name: str) -> Tensor:
        return self.leaves[name].grad
