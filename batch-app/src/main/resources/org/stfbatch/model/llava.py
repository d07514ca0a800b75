# LLaVA-STF: CLIP tower -> token fusion -> Llama decoder, in LLaVA-1.5's arrangement (arXiv:2310.03744).
#
# Arguments and results are uint8, int64 or float32, because Java has no bfloat16.


class Llava(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    device : str
    dtype : int
    format : int                   # weight format of the matrices; see `linear`
    files : Dict[str, Tensor]      # "dtype:path" -> the whole file, memory-mapped; only while loading
    weights : Dict[str, Tensor]    # only while loading
    constants : Dict[str, Tensor]  # "mean" and "std" of the pixels, [3, 1, 1] float32

    vision_tower : __torch__.clip.ClipVisionTower
    compression : __torch__.compression.TokenCompression
    fusion : __torch__.fusion.TokenFusion
    compressor : __torch__.compressor.Compressor  # of LLaVA-Mini only, like prefusion
    prefusion : __torch__.prefusion.Prefusion
    language_model : __torch__.llama.LlamaDecoder

    # ---- loading: `configure`, then for each part of the model `map`, `put` or `draw` its tensors, load it, and `unmap` --

    # Sets device, dtype and weight format; PACKED falls back to PLAIN where the device has no such layout.
    def configure(self, device: str, dtype: int, format: int) -> None:
        self.device = device
        self.dtype = dtype
        self.format = __torch__.linear.format_on(device, dtype, format)
        return None

    # Adds the tensor at element `offset` of `file`; elements are counted in the file's dtype. The mapping is private: a
    # tensor that needs no conversion of dtype, device or layout is never copied.
    def map(self, name: str, file: str, elements: int, dtype: int, offset: int, shape: List[int]) -> None:
        key = "{}:{}".format(dtype, file)
        if key not in self.files:
            self.files[key] = torch.from_file(file, False, elements, dtype=dtype)
        size = 1
        for side in shape:
            size *= side
        x = self.files[key][offset:offset + size].reshape(shape)
        self.weights[name] = self.placed(x)
        return None

    # Releases the files mapped for a part; tensors that were not copied keep their mapping.
    def unmap(self) -> None:
        self.files.clear()
        self.weights.clear()
        return None

    # Adds a copy of the caller's tensor, whose memory is invalid after the call.
    def put(self, name: str, x: Tensor) -> None:
        self.weights[name] = self.placed(x.clone())
        return None

    # Adds a random tensor, for measurements without a checkpoint.
    def draw(self, name: str, shape: List[int], mean: float, deviation: float) -> None:
        x = torch.normal(mean, deviation, shape, dtype=__torch__.dtype.FLOAT32(), device=torch.device(self.device))
        self.weights[name] = x.to(self.dtype)
        return None

    def placed(self, x: Tensor) -> Tensor:
        return x.to(torch.device(self.device)).to(self.dtype)

    def load_vision_tower(self, layers: int, heads: int, patch_size: int, epsilon: float, quick_gelu: bool,
                          mean: Tensor, std: Tensor) -> None:
        self.vision_tower.load(self.weights, layers, heads, patch_size, epsilon, quick_gelu, self.format)
        self.constants["mean"] = mean.clone().reshape([3, 1, 1]).to(torch.device(self.device))
        self.constants["std"] = std.clone().reshape([3, 1, 1]).to(torch.device(self.device))
        return None

    # Must be called before load_vision_tower, which consumes the weights that it reads; see TokenCompression.
    def load_compression(self, method: int, first_block: int, end_block: int, last_block: int, tokens: int, step: int,
                         kernel: int) -> None:
        self.compression.load(method, first_block, end_block, last_block, tokens, step, kernel)
        if last_block >= 0:
            self.vision_tower.load_last_block(self.weights, last_block, self.format)
        return None

    def load_fusion(self, taps: List[int], multi_block: bool, spatial: int, kernel: int, tokens: int,
                    trailing_gelu: bool) -> None:
        self.fusion.load(self.weights, taps, multi_block, spatial, kernel, tokens, trailing_gelu, self.format)
        return None

    # Must be called before load_language_model; see `rope`.
    def scale_rope(self, factor: float, low: float, high: float, positions: int) -> None:
        self.language_model.rope_scaling = [factor, low, high, float(positions)]
        return None

    def load_language_model(self, heads: int, key_value_heads: int, epsilon: float, rope_theta: float,
                            max_positions: int) -> None:
        self.language_model.load(self.weights, heads, key_value_heads, epsilon, rope_theta, max_positions, self.format)
        return None

    def load_compressor(self, ratio: int) -> None:
        self.compressor.load(self.weights, ratio, self.format)
        return None

    # Must be called after load_language_model and before the layers of both.
    def load_prefusion(self, rope_theta: float, max_positions: int) -> None:
        self.prefusion.load(self.language_model, rope_theta, max_positions)
        return None

    def load_prefusion_layer(self) -> None:
        self.prefusion.load_layer(self.weights, self.language_model, self.format)
        return None

    def load_language_model_layer(self) -> None:
        self.language_model.load_layer(self.weights, self.format)
        return None

    def load_language_model_head(self) -> None:
        self.language_model.load_head(self.weights, self.format)
        return None

    def order_keys(self, left: bool) -> None:
        self.language_model.order_keys(left)
        return None

    def attend_to_nothing(self, left: bool) -> float:
        return self.language_model.attend_to_nothing(left)

    # ---- inference --------------------------------------------------------------------------------------------------

    # pixels [B, 3, S, S] uint8 to vision tokens [n, H] float32, concatenated over images, and the number of each image,
    # [B] int64.
    def encode_images(self, pixels: Tensor) -> Tuple[Tensor, Tensor]:
        _, tokens, counts, _, _ = self.see(self.normalise(pixels))
        return (tokens.float(), counts)

    # Encodes pixel_values [B, 3, S, S]. Returns the tower's hidden states; the vision tokens [n, H], concatenated over
    # images; their number per image, [B] int64; and the kept patches with the scores of the selection, see
    # TokenCompression.compress_features.
    def see(self, pixel_values: Tensor) -> Tuple[List[Tensor], Tensor, Tensor, Tensor, Tensor]:
        compression = self.compression
        hidden_states, attention = self.vision_tower.forward_attentive(
            pixel_values.to(self.dtype), compression.first_block, compression.end_block)
        features = self.fusion.fuse_blocks(hidden_states)  # [B, P, C]
        keys = features
        if compression.merges():
            cls_attention, keys = self.vision_tower.last_attention(hidden_states[compression.last_block])
            attention = [cls_attention]
        features, counts, kept, score = compression.compress_features(features, attention, keys)
        tokens = self.fusion.project(features)
        if compression.compresses_projected():
            tokens, kept, score = compression.compress_tokens(tokens)
        if counts.size(0) == 0:
            counts = torch.full([tokens.size(0)], tokens.size(1), dtype=__torch__.dtype.INT64())
        return (hidden_states, tokens.flatten(0, 1), counts, kept, score)

    # CLIPImageProcessor's rescale and normalize: the product in float64, the rest in float32.
    def normalise(self, pixels: Tensor) -> Tensor:
        x = (self.moved(pixels).double() * 0.00392156862745098).float()
        return (x - self.constants["mean"]) / self.constants["std"]

    # input_ids [T]: token ids, ignored at vision tokens. vision_index [T]: row of vision_tokens [n, H], or -1 at text.
    # Returns the embeddings [T, H].
    def embed(self, input_ids: Tensor, vision_index: Tensor, vision_tokens: Tensor) -> Tensor:
        text = self.language_model.embed(input_ids.clamp(0))
        if vision_tokens.size(0) == 0:
            return text
        vision = torch.embedding(vision_tokens, vision_index.clamp(0)).to(self.dtype)
        return torch.where((vision_index >= 0).unsqueeze(1), vision, text)

    # YOPO; see `yopo`. kept [layers * h]: 1 where a head is kept for vision tokens. Must be called before the language
    # model's layers are loaded.
    def reduce_vision(self, side: int, radius: int, layers: int, ffn: int, skips: bool, kept: List[int]) -> None:
        self.language_model.reduce_vision(side, radius, layers, ffn, skips, kept)
        return None

    # LLaVA-Mini: encodes images, pixels [B * parts, 3, S, S] uint8, runs their rows through pre-fusion, and keeps them in
    # `entries`; see Prefusion.
    def fuse_images(self, pixels: Tensor, entries: List[int]) -> None:
        self.fuse_features(self.image_features(self.normalise(pixels)), entries)
        return None

    # pixel_values [B * parts, 3, S, S] to the features of the patches, [B * parts, P, C].
    def image_features(self, pixel_values: Tensor) -> Tensor:
        return self.fusion.tap_blocks(self.vision_tower.forward(pixel_values.to(self.dtype)))

    def fuse_features(self, features: Tensor, entries: List[int]) -> None:
        rows = self.fusion.project(self.compressor.rows(features))
        self.prefusion.fuse_images(rows, self.compressor.weights["query"].size(0), entries)
        return None

    # LLaVA-Mini: the embeddings of prompts for the language model, concatenated, [n, H] float32. input_ids: those of the
    # prompts, concatenated. lengths[r] and markers[r]: the number of ids of prompt r, and the index of the image marker
    # among them, -1 for none. entries[r] has its image. Ids of 0, which is padding in training, and below are not fused.
    def fuse_prompts(self, input_ids: Tensor, lengths: List[int], markers: List[int], entries: List[int]) -> Tensor:
        x = self.language_model.embed(self.moved(input_ids.clamp(0)))
        fused = input_ids > 0
        counts = annotate(List[int], [])
        for row in fused.split_with_sizes(lengths):
            counts.append(int(row.sum()))
        chosen = self.moved(fused.nonzero().squeeze(1))
        x = x.index_copy(0, chosen, self.prefusion.fuse_text(x[chosen], counts, entries))
        rows = annotate(List[Tensor], [])
        parts = x.split_with_sizes(lengths)
        for r in range(len(lengths)):
            if markers[r] < 0:
                rows.append(parts[r])
            else:
                rows += [parts[r][:markers[r]], self.prefusion.tokens[entries[r]], parts[r][markers[r] + 1:]]
        return torch.cat(rows).float()

    # FastV, LLaVolta and YOPO's skipping form; see LlamaDecoder.prune.
    def prune(self, layer: int, keep: int, stride: int) -> None:
        self.language_model.prune(layer, keep, stride)
        return None

    def reserve(self, slots: int, slot_lengths: List[int], entries: int, entry_lengths: List[int],
                image_tokens: int) -> None:
        self.language_model.reserve(slots, slot_lengths, entries, entry_lengths, image_tokens)
        return None

    def copy_prefixes_to_slots(self, entries: List[int], slots: List[int], lengths: List[int],
                               pruned_lengths: List[int]) -> None:
        self.language_model.copy_prefixes_to_slots(entries, slots, lengths, pruned_lengths)
        return None

    def copy_prefix(self, source: int, targets: List[int], length: int) -> None:
        self.language_model.copy_prefix(source, targets, length)
        return None

    def move_slots(self, sources: List[int], targets: List[int], lengths: List[int],
                   pruned_lengths: List[int]) -> None:
        self.language_model.move_slots(sources, targets, lengths, pruned_lengths)
        return None

    def erase_slot(self, slot: int) -> None:
        self.language_model.erase_slot(slot)
        return None

    def erase_prefix(self, entry: int) -> None:
        self.language_model.erase_prefix(entry)
        return None

    # Runs prefixes and stores them in the prefix cache; see `embed` and LlamaDecoder.view_of_prefixes. tokens [6, T]:
    # input id, vision index, row, column, cache position and position id of each token.
    def fill_prefixes(self, tokens: Tensor, vision_tokens: Tensor, entries: Tensor, span: int) -> None:
        longest = self.longest(tokens)
        input_ids, vision_index, rows, columns, _, positions = self.moved(tokens).unbind(0)
        x = self.embed(input_ids, vision_index, self.moved(vision_tokens))
        view = self.language_model.view_of_prefixes(rows, columns, positions, longest, self.moved(entries), span)
        if len(self.language_model.reduction) > 0:
            __torch__.yopo.fill_prefixes(self.language_model, x, view, vision_tokens.size(0) > 0)
        else:
            self.language_model.fill_prefixes(x, view, vision_tokens.size(0) > 0)
        return None

    # One step of the sequences in slots 0 .. R-1; see LlamaDecoder.view_of_slots. tokens [6, T] as in fill_prefixes, rows
    # and columns of the first `decoding` tokens unused. entries and prefix_lengths [R]: see `prefix`. images [6, P],
    # remaining [4, U] and pruned_span: see `pruning`; empty without image pruning. last [R]: index of each sequence's
    # last token among the tokens that pass all layers. sampling [2, R] float32: temperature and top_p of each row, and
    # keys [R] int64, see `sampling`; both empty for greedy decoding. factors [3, R], seen [3, E] and banned [2, B]: see
    # sampling.penalized; empty if no row has penalties. Returns the next tokens [R] int64, -1 where the logits are not
    # finite.
    def step(self, tokens: Tensor, vision_tokens: Tensor, decoding: int, last: Tensor, span: int, entries: List[int],
             prefix_lengths: List[int], images: Tensor, remaining: Tensor, pruned_span: int, sampling: Tensor,
             keys: Tensor, factors: Tensor, seen: Tensor, banned: Tensor) -> Tensor:
        logits = self.logits(tokens, vision_tokens, decoding, last, span, entries, prefix_lengths, images, remaining,
                             pruned_span)
        scores = logits
        if factors.size(1) > 0:
            scores = __torch__.sampling.penalized(logits, self.moved(factors), self.moved(seen), self.moved(banned))
        if sampling.size(0) == 0:
            return __torch__.sampling.checked(__torch__.sampling.greedy(scores), logits)
        temperature, top_p = sampling.unbind(0)
        return __torch__.sampling.checked(__torch__.sampling.sample(scores, temperature, top_p, keys), logits)

    # Logits of a step, [R, V] float32.
    def logits(self, tokens: Tensor, vision_tokens: Tensor, decoding: int, last: Tensor, span: int, entries: List[int],
               prefix_lengths: List[int], images: Tensor, remaining: Tensor, pruned_span: int) -> Tensor:
        x = self.last_tokens(tokens, vision_tokens, decoding, last, span, entries, prefix_lengths, images, remaining,
                             pruned_span)
        return self.language_model.logits(x)

    # Last hidden states of a step, [R, d], for LlamaDecoder.logits.
    def last_tokens(self, tokens: Tensor, vision_tokens: Tensor, decoding: int, last: Tensor, span: int,
                    entries: List[int], prefix_lengths: List[int], images: Tensor, remaining: Tensor,
                    pruned_span: int) -> Tensor:
        longest = self.longest(tokens)
        input_ids, vision_index, rows, columns, cache_positions, positions = self.moved(tokens).unbind(0)
        x = self.embed(input_ids, vision_index, self.moved(vision_tokens))
        view = self.language_model.view_of_slots(decoding, decoding, rows[decoding:], columns[decoding:], cache_positions,
                                                 positions, None, last.size(0) - decoding, longest, span,
                                                 entries, prefix_lengths)
        x = self.through_layers(x, view, vision_index, positions, images, remaining, pruned_span)
        return x[self.moved(last)]

    # Scores continuations of prompts by tree attention. tokens [7, T]: input id, vision index, row, column, cache
    # position, position id and subtree end of each token of the `count` sequences in the slots from `first` on; see
    # LlamaDecoder.view_of_slots. entries, prefix_lengths, images, remaining [5, U], pruned_span and last [W] as in step.
    # queries [2, Q]: an index into last, and a next token id. Returns the log-probabilities [Q] float32 of these ids.
    def score(self, tokens: Tensor, vision_tokens: Tensor, first: int, count: int, last: Tensor, queries: Tensor,
              span: int, entries: List[int], prefix_lengths: List[int], images: Tensor, remaining: Tensor,
              pruned_span: int) -> Tensor:
        longest = self.longest(tokens)
        input_ids, vision_index, rows, columns, cache_positions, positions, subtree_ends = self.moved(tokens).unbind(0)
        x = self.embed(input_ids, vision_index, self.moved(vision_tokens))
        view = self.language_model.view_of_slots(0, first, rows, columns, cache_positions, positions, subtree_ends, count,
                                                 longest, span, entries, prefix_lengths)
        x = self.through_layers(x, view, vision_index, positions, images, remaining, pruned_span)
        after, wanted = self.moved(queries).unbind(0)
        return self.language_model.log_probabilities(x[self.moved(last)], after, wanted)

    def through_layers(self, x: Tensor, view: __torch__.cache.CacheView, vision_index: Tensor, positions: Tensor,
                       images: Tensor, remaining: Tensor, pruned_span: int) -> Tensor:
        reduces = len(self.language_model.reduction) > 0
        if remaining.size(1) == 0:
            if reduces:
                return __torch__.yopo.step(self.language_model, x, view, vision_index >= 0)
            return self.language_model.step(x, view)
        pruning = self.pruning(images, remaining, pruned_span)
        if reduces:
            return __torch__.yopo.step_pruned(self.language_model, x, view, positions, pruning)
        return self.language_model.step_pruned(x, view, positions, pruning)

    # images [6, P]: slot, query, start, length, entry and token of each pruned image; remaining [4, U]: source, row,
    # column and cache position of each token that continues, as [5, U] with its subtree end; see Pruning.
    def pruning(self, images: Tensor, remaining: Tensor, span: int) -> __torch__.pruning.Pruning:
        image_tokens = self.language_model.prune_keep
        if images.size(1) > 0:
            image_tokens = max(image_tokens, int(images[3].max()))
        longest = int(remaining[2].max()) + 1
        subtree_ends = annotate(Optional[Tensor], None)
        remaining = self.moved(remaining)
        if remaining.size(0) == 5:
            subtree_ends = remaining[4]
        slots, queries, starts, lengths, entries, tokens = self.moved(images).unbind(0)
        sources, rows, columns, cache_positions = remaining[:4].unbind(0)
        return __torch__.pruning.Pruning(self.language_model.prune_keep, image_tokens, slots, queries, starts, lengths,
                                         entries, tokens, sources, rows, columns, cache_positions, subtree_ends, longest,
                                         span)

    # Number of tokens of the longest row. Read before the tokens are moved to a GPU, where reading would synchronize with
    # the device.
    def longest(self, tokens: Tensor) -> int:
        return int(tokens[3].max()) + 1

    # The caller's tensor on the device. GPUs copy asynchronously from pinned memory.
    def moved(self, x: Tensor) -> Tensor:
        if self.device == "cpu":
            return x
        return x.pin_memory().to(torch.device(self.device), None, True)

    # ---- tracing; see `tracing` -------------------------------------------------------------------------------------

    # The arguments are those of step, for one prompt.
    def last_states(self, tokens: Tensor, vision_tokens: Tensor, decoding: int, last: Tensor, span: int,
                    entries: List[int], prefix_lengths: List[int], images: Tensor, remaining: Tensor,
                    pruned_span: int) -> Tensor:
        self.language_model.watch(True)
        x = self.last_tokens(tokens, vision_tokens, decoding, last, span, entries, prefix_lengths, images, remaining,
                             pruned_span)
        self.language_model.watch(False)
        return __torch__.tracing.last_states(self.language_model, x)

    def pruning_trace(self) -> List[Tensor]:
        return __torch__.tracing.pruned_image(self.language_model)

    def pooling_trace(self) -> Tensor:
        return __torch__.tracing.pooled_image(self.language_model)

    def reduction_trace(self) -> Tensor:
        return __torch__.tracing.reduced_image(self.language_model)

    # pixels [1, 3, S, S] uint8. Returns the tensors of tracing.image, and the kept patches [K] int64.
    def trace_image(self, pixels: Tensor) -> Tuple[List[Tensor], Tensor]:
        pixel_values = self.normalise(pixels)
        hidden_states, tokens, _, kept, score = self.see(pixel_values)
        return (__torch__.tracing.image(self.fusion, pixel_values, hidden_states, tokens, score), kept)

    # LLaVA-Mini: pixels [parts, 3, S, S] uint8 of one image, which is kept in entry 0. Returns the tensors of
    # tracing.fused_image.
    def trace_fused_image(self, pixels: Tensor) -> List[Tensor]:
        pixel_values = self.normalise(pixels)
        features = self.image_features(pixel_values)
        self.fuse_features(features, [0])
        return __torch__.tracing.fused_image(self.compressor, pixel_values, features, self.prefusion.tokens[0])
