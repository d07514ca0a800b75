# LLaVA-STF: CLIP tower -> token fusion -> Llama decoder, in LLaVA-1.5's arrangement (arXiv:2310.03744).
#
# Dtypes are TorchScript's numbers: uint8 0, int64 4, float16 5, float32 6, float64 7, bfloat16 15. What the caller
# gives and gets is uint8, int64 or float32, because the caller has no bfloat16.


class Llava(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    device : str
    dtype : int
    format : int                   # of the matrices; see `linear`
    files : Dict[str, Tensor]      # "dtype:path" -> the whole file, mapped; only while loading
    weights : Dict[str, Tensor]    # only while loading
    constants : Dict[str, Tensor]  # "mean" and "std" of the pixels, [3, 1, 1] float32

    vision_tower : __torch__.clip.ClipVisionTower
    compression : __torch__.compression.TokenCompression
    fusion : __torch__.fusion.TokenFusion
    language_model : __torch__.llama.LlamaDecoder

    trained : List[str]            # names of the weights to be trained
    training_dtype : int
    leaves : Dict[str, Tensor]     # while training: the weights, in float32
    features : Dict[str, Tensor]   # while training: "all" that fusion sees of the pictures, [N, P, T * C], mapped
    optimizer : __torch__.training.AdamW
    region_words : __torch__.regions.RegionWords

    # ---- loading: place, then for each part of the model `map`, `put` or `draw` its tensors, load it, and `unmap` ----

    # Says where the weights go and the matrices' format; PACKED ones are plain where the device has no such layout.
    def place(self, device: str, dtype: int, format: int) -> None:
        self.device = device
        self.dtype = dtype
        self.format = __torch__.linear.format_on(device, dtype, format)
        return None

    # Adds the tensor that lies in `file` from element `offset` on; elements are counted in the file's dtype. The file
    # is mapped privately: a tensor that needs neither another dtype, device nor layout is never copied.
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

    # Lets go of the files mapped for a part; tensors that were not copied out of them keep their mapping.
    def unmap(self) -> None:
        self.files.clear()
        self.weights.clear()
        return None

    # Adds a tensor of the caller's, whose memory the caller takes back after the call.
    def put(self, name: str, x: Tensor) -> None:
        self.weights[name] = self.placed(x.clone())
        return None

    # Adds a tensor of random values, for measurements without a checkpoint.
    def draw(self, name: str, shape: List[int], mean: float, deviation: float) -> None:
        x = torch.normal(mean, deviation, shape, dtype=6, device=torch.device(self.device))
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

    # To be called before load_vision_tower, whose weights it looks at; see TokenCompression.
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

    def load_language_model(self, heads: int, key_value_heads: int, epsilon: float, rope_theta: float,
                            max_positions: int) -> None:
        self.language_model.load(self.weights, heads, key_value_heads, epsilon, rope_theta, max_positions, self.format)
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

    # pixels [B, 3, S, S] uint8 to vision tokens [n, H] float32, picture after picture, and how many each has, [B] int64.
    def encode_images(self, pixels: Tensor) -> Tuple[Tensor, Tensor]:
        _, tokens, counts, _, _ = self.see(self.normalise(pixels))
        return (tokens.to(6), counts)

    # pixel_values [B, 3, S, S]: the tower's hidden states; the vision tokens [n, H], picture after picture; how many
    # each picture has, [B] int64; and which patches they were chosen from by what, see
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
        if compression.chooses_projected():
            tokens, kept, score = compression.compress_tokens(tokens)
        if counts.size(0) == 0:
            counts = torch.full([tokens.size(0)], tokens.size(1), dtype=4)
        return (hidden_states, tokens.flatten(0, 1), counts, kept, score)

    # CLIPImageProcessor's rescale and normalise: the product in float64, the rest in float32.
    def normalise(self, pixels: Tensor) -> Tensor:
        x = (self.moved(pixels).to(7) * 0.00392156862745098).to(6)
        return (x - self.constants["mean"]) / self.constants["std"]

    # input_ids [T]: token ids, anything where a vision token stands. vision_index [T]: -1 at text, else the row of
    # vision_tokens [n, H] that stands there. Returns the embeddings [T, H].
    def embed(self, input_ids: Tensor, vision_index: Tensor, vision_tokens: Tensor) -> Tensor:
        text = self.language_model.embed(input_ids.clamp(0))
        if vision_tokens.size(0) == 0:
            return text
        vision = torch.embedding(vision_tokens, vision_index.clamp(0)).to(self.dtype)
        return torch.where((vision_index >= 0).unsqueeze(1), vision, text)

    # FastV; see LlamaDecoder.prune.
    def prune(self, layer: int, keep: int) -> None:
        self.language_model.prune(layer, keep)
        return None

    def reserve(self, slots: int, slot_positions: List[int], shelves: int, shelf_positions: List[int],
                image_tokens: int) -> None:
        self.language_model.reserve(slots, slot_positions, shelves, shelf_positions, image_tokens)
        return None

    def take_from_shelves(self, shelves: List[int], slots: List[int], lengths: List[int],
                          pruned_lengths: List[int]) -> None:
        self.language_model.take_from_shelves(shelves, slots, lengths, pruned_lengths)
        return None

    def copy_shelf(self, source: int, targets: List[int], length: int) -> None:
        self.language_model.copy_shelf(source, targets, length)
        return None

    def move_slots(self, sources: List[int], targets: List[int], lengths: List[int],
                   pruned_lengths: List[int]) -> None:
        self.language_model.move_slots(sources, targets, lengths, pruned_lengths)
        return None

    def erase_slot(self, slot: int) -> None:
        self.language_model.erase_slot(slot)
        return None

    def erase_shelf(self, shelf: int) -> None:
        self.language_model.erase_shelf(shelf)
        return None

    # Runs prefixes onto shelves; see `embed` and LlamaDecoder.view_of_shelves. tokens [6, T]: input ids, vision index, row,
    # column, place and position of each token.
    def fill_shelves(self, tokens: Tensor, vision_tokens: Tensor, shelves: Tensor, span: int) -> None:
        longest = self.longest(tokens)
        input_ids, vision_index, rows, columns, _, positions = self.moved(tokens).unbind(0)
        x = self.embed(input_ids, vision_index, self.moved(vision_tokens))
        view = self.language_model.view_of_shelves(rows, columns, positions, longest, self.moved(shelves), span)
        self.language_model.fill_shelves(x, view, vision_tokens.size(0) > 0)
        return None

    # One step of the sequences in slots 0 .. R-1; see LlamaDecoder.view_of_slots. tokens [6, T] as in fill_shelves, rows and
    # columns of the first `decoding` unused. shelves and prefix_lengths [R]: see `prefix`. images [6, P], going_on [4, U]
    # and pruned_span: see `pruning`, empty for models that prune no images. last [R]: which of the tokens that go through
    # all layers is the last of each sequence. choice [2, R] float32: temperature and top_p of each row, and keys [R] int64,
    # see `sampling`; or both empty to take the likeliest tokens. Returns the next tokens [R] int64, -1 where the logits are
    # not finite.
    def step(self, tokens: Tensor, vision_tokens: Tensor, decoding: int, last: Tensor, span: int, shelves: List[int],
             prefix_lengths: List[int], images: Tensor, going_on: Tensor, pruned_span: int, choice: Tensor,
             keys: Tensor) -> Tensor:
        logits = self.logits(tokens, vision_tokens, decoding, last, span, shelves, prefix_lengths, images, going_on,
                             pruned_span)
        if choice.size(0) == 0:
            return __torch__.sampling.checked(__torch__.sampling.greedy(logits), logits)
        temperature, top_p = choice.unbind(0)
        return __torch__.sampling.checked(__torch__.sampling.sample(logits, temperature, top_p, keys), logits)

    # As step, but returns the logits [R, V] float32.
    def logits(self, tokens: Tensor, vision_tokens: Tensor, decoding: int, last: Tensor, span: int, shelves: List[int],
               prefix_lengths: List[int], images: Tensor, going_on: Tensor, pruned_span: int) -> Tensor:
        x = self.last_tokens(tokens, vision_tokens, decoding, last, span, shelves, prefix_lengths, images, going_on,
                             pruned_span)
        return self.language_model.logits(x)

    # The arguments of step to [R, d], for LlamaDecoder.logits.
    def last_tokens(self, tokens: Tensor, vision_tokens: Tensor, decoding: int, last: Tensor, span: int,
                    shelves: List[int], prefix_lengths: List[int], images: Tensor, going_on: Tensor,
                    pruned_span: int) -> Tensor:
        longest = self.longest(tokens)
        input_ids, vision_index, rows, columns, places, positions = self.moved(tokens).unbind(0)
        x = self.embed(input_ids, vision_index, self.moved(vision_tokens))
        view = self.language_model.view_of_slots(decoding, decoding, rows[decoding:], columns[decoding:], places,
                                                 positions, None, last.size(0) - decoding, longest, span,
                                                 shelves, prefix_lengths)
        x = self.through_layers(x, view, positions, images, going_on, pruned_span)
        return x[self.moved(last)]

    # How likely the continuations of prompts are. tokens [7, T]: input ids, vision index, row, column, place, position and
    # end of each token of the `count` sequences in the slots from `first` on; see LlamaDecoder.view_of_slots. shelves,
    # prefix_lengths, images, going_on [5, U], pruned_span and last [W] as in step. queries [2, Q]: which token, counted through last, and the id that may come
    # next. Returns its log-probabilities [Q] float32.
    def score(self, tokens: Tensor, vision_tokens: Tensor, first: int, count: int, last: Tensor, queries: Tensor,
              span: int, shelves: List[int], prefix_lengths: List[int], images: Tensor, going_on: Tensor,
              pruned_span: int) -> Tensor:
        longest = self.longest(tokens)
        input_ids, vision_index, rows, columns, places, positions, ends = self.moved(tokens).unbind(0)
        x = self.embed(input_ids, vision_index, self.moved(vision_tokens))
        view = self.language_model.view_of_slots(0, first, rows, columns, places, positions, ends, count, longest, span,
                                                 shelves, prefix_lengths)
        x = self.through_layers(x, view, positions, images, going_on, pruned_span)
        after, wanted = self.moved(queries).unbind(0)
        return self.language_model.log_probabilities(x[self.moved(last)], after, wanted)

    def through_layers(self, x: Tensor, view: __torch__.cache.CacheView, positions: Tensor, images: Tensor,
                       going_on: Tensor, pruned_span: int) -> Tensor:
        if going_on.size(1) == 0:
            return self.language_model.step(x, view)
        pruning = self.pruning(images, going_on, pruned_span)
        return self.language_model.step_pruned(x, view, positions, pruning)

    # images [6, P]: slot, query, start, length, shelf and token of each image that is pruned; going_on [4, U]: source, row,
    # column and place of each token of the call from there on, and its end if there are five; see Pruning.
    def pruning(self, images: Tensor, going_on: Tensor, span: int) -> __torch__.pruning.Pruning:
        image_tokens = self.language_model.prune_keep
        if images.size(1) > 0:
            image_tokens = max(image_tokens, int(images[3].max()))
        longest = int(going_on[2].max()) + 1
        ends = annotate(Optional[Tensor], None)
        going_on = self.moved(going_on)
        if going_on.size(0) == 5:
            ends = going_on[4]
        slots, queries, starts, lengths, shelves, tokens = self.moved(images).unbind(0)
        sources, rows, columns, places = going_on[:4].unbind(0)
        return __torch__.pruning.Pruning(self.language_model.prune_keep, image_tokens, slots, queries, starts, lengths,
                                         shelves, tokens, sources, rows, columns, places, ends, longest, span)

    # What the last token of one prompt is after each layer and, at the end, after the last norm: [layers + 1, d] float32. The
    # arguments are those of step.
    def last_states(self, tokens: Tensor, vision_tokens: Tensor, decoding: int, last: Tensor, span: int,
                    shelves: List[int], prefix_lengths: List[int], images: Tensor, going_on: Tensor,
                    pruned_span: int) -> Tensor:
        self.language_model.watch(True)
        x = self.last_tokens(tokens, vision_tokens, decoding, last, span, shelves, prefix_lengths, images, going_on,
                             pruned_span)
        self.language_model.watch(False)
        states = self.language_model.states
        return torch.cat([torch.stack(states), self.language_model.last_norm(x).to(6)])

    # Of the last call's first pruned image: which tokens were kept, [m], and what all were ranked by, [N] float32.
    def pruning_trace(self) -> List[Tensor]:
        kept = self.language_model.pruned["kept"][0]
        return [kept, self.language_model.pruned["score"][0].to(6)]

    # Tokens of the longest row. To be asked before they are moved: a GPU would have to finish its work to answer.
    def longest(self, tokens: Tensor) -> int:
        return int(tokens[3].max()) + 1

    # What the caller gives, on the device. GPUs fetch it from pinned memory while the caller goes on.
    def moved(self, x: Tensor) -> Tensor:
        if self.device == "cpu":
            return x
        return x.pin_memory().to(torch.device(self.device), None, True)

    # ---- training: `select` names the weights, `make_leaves` or `make_tower_leaves` begins ----------------------------

    # names: line by line. dtype is that of the products; weights, gradients and optimizer are float32 in any case.
    def select(self, names: str, dtype: int) -> None:
        self.trained = names.split("\n")
        self.training_dtype = dtype
        return None

    # To be called outside inference mode, as `training_loss`. Returns how many tensors are trained.
    def make_leaves(self, unused: Tensor) -> Tensor:
        __torch__.training.add_leaves(self.leaves, self.fusion.named_weights(), self.trained)
        __torch__.training.add_leaves(self.leaves, self.language_model.named_weights(), self.trained)
        self.take(self.leaves)
        self.optimizer.load(self.leaves)
        return torch.tensor(len(self.optimizer.weights))

    def take(self, weights: Dict[str, Tensor]) -> None:
        self.fusion.take(weights)
        self.language_model.take(weights)
        return None

    # pixels [B, 3, S, S] uint8 to what fusion sees of them, [B, P, T * C] float32, rounded to a dtype; see
    # TokenFusion.tap_blocks.
    def vision_features(self, pixels: Tensor, dtype: int) -> Tensor:
        x = self.normalise(pixels).to(self.dtype)
        return self.fusion.tap_blocks(self.vision_tower.forward(x)).to(dtype).to(6)

    # Maps the file that holds the features of N pictures, one after the other, for `training_loss`.
    def map_features(self, file: str, dtype: int, shape: List[int]) -> None:
        if shape[0] == 0:
            self.features["all"] = torch.zeros(shape, dtype=dtype)
        else:
            # A shared mapping costs no memory of the process; nothing writes to it.
            x = torch.from_file(file, True, shape[0] * shape[1] * shape[2], dtype=dtype)
            self.features["all"] = x.reshape(shape)
        return None

    # tokens [5, T]: input ids, vision index, row, column and target of each token: the id that should come next, or -100
    # for none. pictures [B] are the numbers of those that the vision index counts through. Returns the mean cross entropy
    # of the targets; there must be one at least.
    def training_loss(self, tokens: Tensor, pictures: Tensor) -> Tensor:
        count = int(tokens[2].max()) + 1
        longest = self.longest(tokens)
        input_ids, vision_index, rows, columns, targets = self.moved(tokens).unbind(0)
        features = self.moved(self.features["all"].index_select(0, pictures)).to(self.training_dtype)
        if self.training_dtype != self.dtype:
            self.take(__torch__.training.rounded(self.leaves, self.training_dtype))
        x = self.training_embeddings(input_ids, vision_index, features)
        x = self.language_model.forward(x, rows, columns, count, longest)
        answering = (targets >= 0).nonzero().squeeze(1)
        logits = self.language_model.logits(x[answering])
        return torch.cross_entropy_loss(logits, targets[answering])

    # As embed, but fusion is run even without a picture: its weights have gradients of zero then, not none at all.
    def training_embeddings(self, input_ids: Tensor, vision_index: Tensor, features: Tensor) -> Tensor:
        vision = self.fusion.project(self.fusion.fuse(features)).flatten(0, 1)  # [B * n, H]
        text = self.language_model.embed(input_ids.clamp(0))
        places = torch.arange(text.size(0), device=text.device)
        places = torch.where(vision_index >= 0, vision_index + text.size(0), places)
        return torch.cat([text, vision], 0)[places]

    # To be called outside inference mode, as `region_loss`, with the vision tower alone loaded. words [V] stands for the
    # vocabulary. Returns how many tensors are trained.
    def make_tower_leaves(self, words: Tensor) -> Tensor:
        like = self.vision_tower.embeddings["embeddings.class_embedding"]
        begun = self.region_words.begin(words.size(0), like)
        __torch__.training.add_leaves(self.leaves, self.vision_tower.named_weights(), self.trained)
        __torch__.training.add_leaves(self.leaves, begun, self.trained)
        self.vision_tower.take(self.leaves)
        self.region_words.take(self.leaves)
        self.optimizer.load(self.leaves)
        return torch.tensor(len(self.optimizer.weights))

    # pixels [B, 3, S, S] uint8; patches [B, K] int64: the numbers of those that are looked at; targets [B, K, V] uint8, see
    # RegionWords.loss.
    def region_loss(self, pixels: Tensor, patches: Tensor, targets: Tensor) -> Tensor:
        if self.training_dtype != self.dtype:
            self.vision_tower.take(__torch__.training.rounded(self.leaves, self.training_dtype))
        numbers = self.moved(patches)
        cut = self.vision_tower.cut(self.moved(pixels), numbers)  # [B, K, 3, patch_size, patch_size]
        pixel_values = self.normalise(cut.flatten(0, 1)).unflatten(0, [cut.size(0), -1]).to(self.training_dtype)
        hidden_states = self.vision_tower.forward_patches(pixel_values, numbers)
        return self.region_words.loss(hidden_states[-1][:, 1:].to(6), self.moved(targets))

    # Gives leaves the values in `weights` that have their names, where `map` has laid them.
    def restore_leaves(self, names: str) -> None:
        for name in names.split("\n"):
            self.leaves[name].detach().copy_(self.weights[name])
        return None

    def take_step(self, rate: float, beta1: float, beta2: float, epsilon: float, limit: float) -> float:
        return self.optimizer.step(rate, beta1, beta2, epsilon, limit)

    # Takes the running means out of `weights`, where `map` and `put` have laid them.
    def restore_optimizer(self, steps: int) -> None:
        self.optimizer.restore(steps, self.weights)
        return None

    def weight(self, name: str) -> Tensor:
        return self.leaves[name]

    def first_moment(self, name: str) -> Tensor:
        return self.optimizer.first_moments[name]

    def second_moment(self, name: str) -> Tensor:
        return self.optimizer.second_moments[name]

    def gradient(self, name: str) -> Tensor:
        return self.leaves[name].grad

    # ---- looking inside ---------------------------------------------------------------------------------------------

    # One picture's way to vision tokens: [pixel_values [3, S, S], the hidden states of the taps in their order without
    # CLS [P, d] each, the fused blocks [P, C], the vision tokens [n, H], what patches were chosen by [P], if they
    # were], all float32, and the patches that were chosen, [K] int64.
    def trace_image(self, pixels: Tensor) -> Tuple[List[Tensor], Tensor]:
        pixel_values = self.normalise(pixels)
        hidden_states, tokens, _, kept, score = self.see(pixel_values)
        trace = [pixel_values[0]]
        for tap in self.fusion.taps:
            trace.append(hidden_states[tap][0, 1:].to(6))
        trace.append(self.fusion.fuse_blocks(hidden_states)[0].to(6))
        trace.append(tokens.to(6))
        if score.size(0) > 0:
            trace.append(score[0])
        return (trace, kept)
