# The Llama decoder (Touvron et al. 2023, arXiv:2302.13971) with a KV cache of fixed slots.
#
# A slot holds the keys and values of one sequence; an entry of the prefix cache holds those of a prefix that several
# sequences share. T tokens of a call, R rows (sequences), S slots or entries of M tokens each, d width, h heads of size
# e, k key/value heads, V vocabulary. The tokens of all rows are packed without padding; only attention pads the rows.
# Norms and logits are float32 whatever the weights' dtype.


class LlamaDecoder(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    heads : int
    key_value_heads : int
    epsilon : float
    rope_scaling : List[float]  # see `rope`

    tensors : Dict[str, Tensor]
    lm_head : List[__torch__.linear.Matrix]         # one matrix
    input_layernorm : List[Tensor]
    qkv_proj : List[__torch__.linear.Matrix]        # q_proj, k_proj and v_proj of a layer, as one matrix or three
    o_proj : List[__torch__.linear.Matrix]
    post_attention_layernorm : List[Tensor]
    gate_proj : List[__torch__.linear.Matrix]
    up_proj : List[__torch__.linear.Matrix]
    down_proj : List[__torch__.linear.Matrix]

    reduction : List[__torch__.vision_parts.Reduction]  # one with YOPO, see `yopo`
    parts : List[__torch__.vision_parts.LayerParts]     # the layers' matrices then
    slot_images : List[Tensor]  # [S, 2] cache positions of each slot's image, the second exclusive; then

    keys_left : bool            # see `attention`

    slot_keys : List[Tensor]    # [S, k, M, e] per layer
    slot_values : List[Tensor]
    prefix_keys : List[Tensor]
    prefix_values : List[Tensor]

    prunes : bool
    prune_layer : int           # K: the layers from this one on process pruned images; see `pruning`
    prune_keep : int            # kept tokens of an image; 0 without pruning, or if none is kept
    prune_stride : int          # pooled tokens of each kept one; 0 where tokens are selected
    prefix_images : List[Tensor] # [S, N, d] input of layer K for cached images
    pruned : Dict[str, Tensor]  # of the last call: "score" [P, N] float64 and "kept" [P, m]; or "pooled" [P, m, d]

    watching : bool
    states : List[Tensor]       # [d] float32 per layer, of the last watched call

    # Moves the embedding and the last norm out of `weights`. Must be called first.
    def load(self, weights: Dict[str, Tensor], heads: int, key_value_heads: int, epsilon: float, rope_theta: float,
             max_positions: int, format: int) -> None:
        self.heads = heads
        self.key_value_heads = key_value_heads
        self.epsilon = epsilon
        embedding = weights.pop("model.embed_tokens.weight")
        if format == __torch__.weight_format.INT8():
            self.tensors["sizes"] = __torch__.outliers.embedded(embedding)
        self.tensors["model.embed_tokens.weight"] = __torch__.linear.kept(embedding, format)
        self.tensors["model.norm.weight"] = __torch__.linear.kept(weights.pop("model.norm.weight"), format)
        self.load_rotary(rope_theta, max_positions)
        return None

    # Reduces the work for vision tokens; see `yopo`. Must be called before the layers are loaded.
    def reduce_vision(self, side: int, radius: int, layers: int, ffn: int, skips: bool, kept: List[int]) -> None:
        self.reduction.append(__torch__.vision_parts.Reduction(side, radius, layers, ffn, skips, kept))
        return None

    # Moves the next layer out of `weights`.
    def load_layer(self, weights: Dict[str, Tensor], format: int) -> None:
        self.load_layer_named(weights, "model.layers.{}.".format(len(self.input_layernorm)), True, format)
        return None

    # Likewise, the layer whose names begin with `layer`; joins its projections of queries, keys and values, if that needs
    # no copy of mapped files.
    def load_layer_named(self, weights: Dict[str, Tensor], layer: str, joins: bool, format: int) -> None:
        outliers = self.outliers(weights, layer, format)
        q = weights.pop(layer + "self_attn.q_proj.weight")
        k = weights.pop(layer + "self_attn.k_proj.weight")
        v = weights.pop(layer + "self_attn.v_proj.weight")
        norm1 = weights.pop(layer + "input_layernorm.weight")
        o = weights.pop(layer + "self_attn.o_proj.weight")
        norm2 = weights.pop(layer + "post_attention_layernorm.weight")
        gate = weights.pop(layer + "mlp.gate_proj.weight")
        up = weights.pop(layer + "mlp.up_proj.weight")
        down = weights.pop(layer + "mlp.down_proj.weight")
        self.input_layernorm.append(__torch__.linear.kept(norm1, format))
        if len(self.reduction) > 0:
            self.post_attention_layernorm.append(__torch__.linear.kept(norm2, format))
            self.parts.append(__torch__.vision_parts.split(self.reduction[0], len(self.parts), self.heads,
                                                           self.key_value_heads, q, k, v, o, gate, up, down, outliers,
                                                           format))
            return None
        if joins and (format != __torch__.weight_format.PLAIN() or q.is_cuda):
            self.qkv_proj.append(__torch__.linear.placed_apart(torch.cat([q, k, v], 0), format, outliers.qkv))
        else:
            for part in [q, k, v]:
                self.qkv_proj.append(__torch__.linear.placed_apart(part, format, outliers.qkv))
        self.o_proj.append(__torch__.linear.placed_apart(o, format, outliers.o))
        self.post_attention_layernorm.append(__torch__.linear.kept(norm2, format))
        self.gate_proj.append(__torch__.linear.placed_apart(gate, format, outliers.gate_up))
        self.up_proj.append(__torch__.linear.placed_apart(up, format, outliers.gate_up))
        self.down_proj.append(__torch__.linear.placed_apart(down, format, outliers.down))
        return None

    # Outlier columns of the next layer's int8 matrices. Channels that become large stay large in all later layers,
    # because the residual stream only accumulates.
    def outliers(self, weights: Dict[str, Tensor], layer: str, format: int) -> __torch__.outliers.LayerOutliers:
        none = __torch__.outliers.none()
        if format != __torch__.weight_format.INT8():
            return __torch__.outliers.LayerOutliers(none, none, none, none)
        q = weights[layer + "self_attn.q_proj.weight"]
        k = weights[layer + "self_attn.k_proj.weight"]
        v = weights[layer + "self_attn.v_proj.weight"]
        o = weights[layer + "self_attn.o_proj.weight"]
        gate = weights[layer + "mlp.gate_proj.weight"]
        up = weights[layer + "mlp.up_proj.weight"]
        down = weights[layer + "mlp.down_proj.weight"]
        sizes = self.tensors["sizes"]
        normed = __torch__.outliers.normed(sizes, weights[layer + "input_layernorm.weight"])
        qkv_columns = __torch__.outliers.columns(torch.cat([q, k, v], 0), normed)
        attended = __torch__.outliers.outputs(v).unflatten(0, [self.key_value_heads, -1])
        attended = torch.repeat_interleave(attended, self.heads // self.key_value_heads, 0).flatten()
        sizes = torch.maximum(sizes, __torch__.outliers.outputs(o))
        normed = __torch__.outliers.normed(sizes, weights[layer + "post_attention_layernorm.weight"])
        gate_up_columns = __torch__.outliers.columns(torch.cat([gate, up], 0), normed)
        gated = __torch__.outliers.outputs(gate) * __torch__.outliers.outputs(up)
        self.tensors["sizes"] = torch.maximum(sizes, __torch__.outliers.outputs(down))
        return __torch__.outliers.LayerOutliers(qkv_columns, __torch__.outliers.columns(o, attended), gate_up_columns,
                                                __torch__.outliers.columns(down, gated))

    # Moves the output layer out of `weights`. Must be called last.
    def load_head(self, weights: Dict[str, Tensor], format: int) -> None:
        head = weights.pop("lm_head.weight")
        outliers = __torch__.outliers.none()
        if format == __torch__.weight_format.INT8():
            normed = __torch__.outliers.normed(self.tensors.pop("sizes"), self.tensors["model.norm.weight"])
            outliers = __torch__.outliers.columns(head, normed)
        self.lm_head.append(__torch__.linear.placed_apart(head, format, outliers))
        return None

    # Tables of cos(m * t_j) and sin(m * t_j), with the frequencies t_j of `rope`, repeated for both halves of a head:
    # [max_positions, e]. As in the original, computed in float32 and then rounded to the weights' dtype.
    def load_rotary(self, rope_theta: float, max_positions: int) -> None:
        embedding = self.tensors["model.embed_tokens.weight"]
        size = embedding.size(1) // self.heads
        frequency = __torch__.rope.frequencies(rope_theta, size, self.rope_scaling, embedding.device)  # [e/2]
        angle = torch.outer(torch.arange(max_positions, dtype=__torch__.dtype.FLOAT32(), device=embedding.device), frequency)
        angle = torch.cat([angle, angle], 1)
        self.tensors["rotary.cos"] = torch.cos(angle).to(embedding.dtype)
        self.tensors["rotary.sin"] = torch.sin(angle).to(embedding.dtype)
        return None

    # Sets the operand order of the query-key product; see attention.scores.
    def order_keys(self, left: bool) -> None:
        self.keys_left = left
        return None

    # Attention of 16 sequences' last tokens to 208 positions, for timing. Returns a value that depends on it.
    def attend_to_nothing(self, left: bool) -> float:
        embedding = self.tensors["model.embed_tokens.weight"]
        keys = torch.zeros([16, self.heads, 208, embedding.size(1) // self.heads], dtype=embedding.dtype)
        y = __torch__.attention.of_single_queries(keys[:, :, :1], keys, keys, None, left)
        return float(y.sum())

    # ---- the cache --------------------------------------------------------------------------------------------------

    # Keeps only `keep` tokens of an image from layer `layer` on: selected ones, or with a stride means of so many. Must be
    # called before `reserve`.
    def prune(self, layer: int, keep: int, stride: int) -> None:
        self.prunes = True
        self.prune_layer = layer
        self.prune_keep = keep
        self.prune_stride = stride
        return None

    # Resizes the cache to `slots` sequences and `entries` prefixes. Lengths are [tokens before pruning, tokens after].
    # Entries can also keep the hidden states of `image_tokens` tokens. Contents are kept as far as they fit.
    def reserve(self, slots: int, slot_lengths: List[int], entries: int, entry_lengths: List[int],
                image_tokens: int) -> None:
        self.resize(self.slot_keys, slots, slot_lengths)
        self.resize(self.slot_values, slots, slot_lengths)
        self.resize(self.prefix_keys, entries, entry_lengths)
        self.resize(self.prefix_values, entries, entry_lengths)
        self.resize_images(entries if self.prune_keep > 0 else 0, image_tokens)
        if len(self.reduction) > 0:
            self.resize_slot_images(slots)
        return None

    def resize(self, cache: List[Tensor], count: int, positions: List[int]) -> None:
        embedding = self.tensors["model.embed_tokens.weight"]
        size = embedding.size(1) // self.heads
        if len(cache) == 0:
            for _ in range(len(self.input_layernorm)):
                cache.append(torch.zeros([0, self.key_value_heads, 0, size], dtype=embedding.dtype,
                                         device=embedding.device))
        # One layer at a time: a call that ran out of memory may have resized only the first ones.
        for i in range(len(cache)):
            old = cache[i]
            wanted = positions[1] if self.sees_pruned(i) else positions[0]
            if old.size(0) != count or old.size(2) != wanted:
                new = torch.zeros([count, self.key_value_heads, wanted, size], dtype=old.dtype, device=old.device)
                kept = min(old.size(0), count)
                length = min(old.size(2), wanted)
                new[:kept, :, :length] = old[:kept, :, :length]
                cache[i] = new
        return None

    def resize_images(self, count: int, tokens: int) -> None:
        embedding = self.tensors["model.embed_tokens.weight"]
        if len(self.prefix_images) == 0:
            self.prefix_images.append(torch.zeros([0, 0, embedding.size(1)], dtype=embedding.dtype,
                                                 device=embedding.device))
        old = self.prefix_images[0]
        if old.size(0) != count or old.size(1) != tokens:
            new = torch.zeros([count, tokens, old.size(2)], dtype=old.dtype, device=old.device)
            kept = min(old.size(0), count)
            length = min(old.size(1), tokens)
            new[:kept, :length] = old[:kept, :length]
            self.prefix_images[0] = new
        return None

    def resize_slot_images(self, slots: int) -> None:
        new = torch.zeros([slots, 2], dtype=__torch__.dtype.INT64(), device=self.slot_keys[0].device)
        for old in self.slot_images:
            kept = min(old.size(0), slots)
            new[:kept] = old[:kept]
        self.slot_images = [new]
        return None

    # Whether layer i processes pruned images.
    def sees_pruned(self, i: int) -> bool:
        return self.prunes and i >= self.prune_layer

    # Copies the first tokens of entries to slots, pair by pair: lengths[j] in layers before pruning, pruned_lengths[j]
    # after.
    def copy_prefixes_to_slots(self, entries: List[int], slots: List[int], lengths: List[int],
                               pruned_lengths: List[int]) -> None:
        for i in range(len(self.slot_keys)):
            count = pruned_lengths if self.sees_pruned(i) else lengths
            for j in range(len(slots)):
                self.slot_keys[i][slots[j], :, :count[j]] = self.prefix_keys[i][entries[j], :, :count[j]]
                self.slot_values[i][slots[j], :, :count[j]] = self.prefix_values[i][entries[j], :, :count[j]]
        return None

    # Copies the first `length` tokens of one entry, all of them before an image, to other entries.
    def copy_prefix(self, source: int, targets: List[int], length: int) -> None:
        for i in range(len(self.prefix_keys)):
            for target in targets:
                self.prefix_keys[i][target, :, :length] = self.prefix_keys[i][source, :, :length]
                self.prefix_values[i][target, :, :length] = self.prefix_values[i][source, :, :length]
        return None

    # lengths and pruned_lengths as in copy_prefixes_to_slots.
    def move_slots(self, sources: List[int], targets: List[int], lengths: List[int],
                   pruned_lengths: List[int]) -> None:
        for i in range(len(self.slot_keys)):
            count = pruned_lengths if self.sees_pruned(i) else lengths
            for j in range(len(sources)):
                self.slot_keys[i][targets[j], :, :count[j]] = self.slot_keys[i][sources[j], :, :count[j]]
                self.slot_values[i][targets[j], :, :count[j]] = self.slot_values[i][sources[j], :, :count[j]]
        for images in self.slot_images:
            for j in range(len(sources)):
                images[targets[j]] = images[sources[j]]
        return None

    # Zeroes a slot. Masked positions are multiplied by zero, which keeps NaN: the slot must not pass any to its next
    # sequence.
    def erase_slot(self, slot: int) -> None:
        for i in range(len(self.slot_keys)):
            self.slot_keys[i][slot].zero_()
            self.slot_values[i][slot].zero_()
        return None

    def erase_prefix(self, entry: int) -> None:
        for i in range(len(self.prefix_keys)):
            self.prefix_keys[i][entry].zero_()
            self.prefix_values[i][entry].zero_()
        if self.prune_keep > 0:
            self.prefix_images[0][entry].zero_()
        return None

    # ---- forward ----------------------------------------------------------------------------------------------------

    # input_ids [T] to embeddings [T, d].
    def embed(self, input_ids: Tensor) -> Tensor:
        return torch.embedding(self.tensors["model.embed_tokens.weight"], input_ids)

    # View of prefixes in the entries [R] of the prefix cache: token t belongs to row rows[t], at positions[t] of its
    # prefix and columns[t] of this call's row. The longest row has `longest` tokens.
    def view_of_prefixes(self, rows: Tensor, columns: Tensor, positions: Tensor, longest: int, entries: Tensor,
                        span: int) -> __torch__.cache.CacheView:
        cos, sin = self.rotary(positions)
        count = entries.size(0)
        mask = __torch__.cache.causal(__torch__.cache.grid(positions, rows, columns, count, longest), span)
        decode_mask = __torch__.cache.causal(positions[:0], span).unsqueeze(1)
        return __torch__.cache.CacheView(cos, sin, entries[rows], positions, span, 0, decode_mask, 0, count, entries, rows,
                                         columns, mask, None)

    # View of sequences in slots. The first `decoding` of the T tokens are the newest tokens of the decoding sequences in
    # slots 0 .. D-1, in slot order. The others are the uncached parts of the prompts of the `count` sequences in the
    # slots from `first` on: `rows` counts those slots from 0, `columns` the tokens of a row. cache_positions [T] count in
    # the slots, positions [T] are position ids in the sequences. A prompt may be followed by the tree of its
    # continuations, depth-first; subtree_ends [T], see cache.tree_mask. entries and lengths are those of the rows'
    # prefixes, see Prefixes: cache position 0 of such a row's slot follows its prefix.
    def view_of_slots(self, decoding: int, first: int, rows: Tensor, columns: Tensor, cache_positions: Tensor,
                      positions: Tensor, subtree_ends: Optional[Tensor], count: int, longest: int, span: int,
                      entries: List[int], lengths: List[int]) -> __torch__.cache.CacheView:
        cos, sin = self.rotary(positions)
        slots = torch.cat([torch.arange(decoding, device=rows.device), rows + first])  # [T]
        decode_mask = __torch__.cache.causal(cache_positions[:decoding], span).unsqueeze(1)  # [D, 1, 1, span]
        grid = __torch__.cache.grid(cache_positions[decoding:], rows, columns, count, longest)
        mask = __torch__.cache.causal(grid, span)
        if subtree_ends is not None:
            tree_mask = __torch__.cache.tree_mask(grid, rows, cache_positions[decoding:], subtree_ends[decoding:], span)
            mask = mask.logical_and(tree_mask)
        return __torch__.cache.CacheView(cos, sin, slots, cache_positions, span, decoding, decode_mask, first, count, None,
                                         rows, columns, mask, self.prefixes(entries, lengths, decode_mask))

    def prefixes(self, entries: List[int], lengths: List[int], decode_mask: Tensor) -> Optional[__torch__.prefix.Prefixes]:
        prefixes = annotate(Optional[__torch__.prefix.Prefixes], None)
        for entry in entries:
            if entry >= 0 and prefixes is None:
                prefixes = __torch__.prefix.of(entries, lengths, decode_mask, self.prefix_keys[0].size(2))
        return prefixes

    # Position ids [T] to cos and sin, [T, 1, e] each.
    def rotary(self, positions: Tensor) -> Tuple[Tensor, Tensor]:
        cos = self.tensors["rotary.cos"][positions].unsqueeze(1)
        sin = self.tensors["rotary.sin"][positions].unsqueeze(1)
        return (cos, sin)

    # Runs x [T, d], either text or images, and stores keys and values in the prefix cache. Images to be pruned run up to
    # layer K, whose input is kept.
    def fill_prefixes(self, x: Tensor, view: __torch__.cache.CacheView, images: bool) -> None:
        waits = images and self.prune_keep > 0
        for i in range(self.prune_layer if waits else len(self.o_proj)):
            x = self.layer(x, view, self.prefix_keys[i], self.prefix_values[i], i)
        if waits:
            self.prefix_images[0][view.slots, view.columns] = x
        return None

    # Runs x [T, d] through all layers, and stores keys and values in slots. Returns [T, d], for `logits`.
    def step(self, x: Tensor, view: __torch__.cache.CacheView) -> Tensor:
        for i in range(len(self.o_proj)):
            x = self.layer(x, view, self.slot_keys[i], self.slot_values[i], i)
        return x

    # Like `step`, with pruning of images at layer K. positions [T] are the position ids of the view's tokens. Returns the
    # tokens that continue: [U, d].
    def step_pruned(self, x: Tensor, view: __torch__.cache.CacheView, positions: Tensor,
                    pruning: __torch__.pruning.Pruning) -> Tensor:
        if self.prune_stride > 0:
            x, positions = self.pool(x, view, positions, pruning)
        else:
            x, positions = self.select(x, view, positions, pruning)
        d = view.decoding
        view = self.view_of_slots(d, view.first, pruning.rows[d:], pruning.columns[d:], pruning.cache_positions, positions,
                                  pruning.subtree_ends, view.count, pruning.longest, pruning.span,
                                  annotate(List[int], []), annotate(List[int], []))
        for i in range(self.prune_layer, len(self.o_proj)):
            x = self.layer(x, view, self.slot_keys[i], self.slot_values[i], i)
        return x

    # FastV: runs the layers before layer K. Returns the tokens that continue, [U, d], and their position ids.
    def select(self, x: Tensor, view: __torch__.cache.CacheView, positions: Tensor,
               pruning: __torch__.pruning.Pruning) -> Tuple[Tensor, Tensor]:
        last = self.prune_layer - 1
        for i in range(last):
            x = self.layer(x, view, self.slot_keys[i], self.slot_values[i], i)
        q = self.store(x, view, self.slot_keys[last], self.slot_values[last], last)
        kept = self.kept(q, view, pruning)
        x = self.finish_layer(x, self.attend(q, self.slot_keys[last], self.slot_values[last], view, last), last)
        images = __torch__.pruning.images(x, self.prefix_images[0], kept, pruning)
        x = __torch__.pruning.states(x, images, pruning)
        return (x, __torch__.pruning.positions(positions, pruning.starts.unsqueeze(1) + kept, pruning))

    # LLaVolta: likewise, with the means of `prune_stride` tokens each in place of an image's tokens.
    def pool(self, x: Tensor, view: __torch__.cache.CacheView, positions: Tensor,
             pruning: __torch__.pruning.Pruning) -> Tuple[Tensor, Tensor]:
        for i in range(self.prune_layer):
            x = self.layer(x, view, self.slot_keys[i], self.slot_values[i], i)
        window = torch.arange(self.prune_keep * self.prune_stride, device=x.device)
        window = window.unsqueeze(0).expand([pruning.slots.size(0), -1])  # [P, m * s]
        images = __torch__.pruning.images(x, self.prefix_images[0], window, pruning)
        images = images.unflatten(1, [self.prune_keep, self.prune_stride]).mean([2])  # [P, m, d]
        self.pruned["pooled"] = images
        x = __torch__.pruning.states(x, images, pruning)
        ids = (pruning.starts.unsqueeze(1) + window).unflatten(1, [self.prune_keep, self.prune_stride])
        return (x, __torch__.pruning.positions(positions, __torch__.pruning.mean_positions(ids), pruning))

    # Indices of the kept image tokens, [P, m]. q [T, h, e] are the queries of layer K-1.
    def kept(self, q: Tensor, view: __torch__.cache.CacheView, pruning: __torch__.pruning.Pruning) -> Tensor:
        if pruning.slots.size(0) == 0:
            return torch.zeros([0, 0], dtype=__torch__.dtype.INT64(), device=q.device)
        keys = self.slot_keys[self.prune_layer - 1][:, :, :view.span].index_select(0, pruning.slots)
        cache_positions = view.cache_positions[pruning.queries]
        scores = __torch__.pruning.scores(q[pruning.queries], self.repeat(keys), cache_positions, pruning)
        kept = __torch__.selection.largest(scores, pruning.keep)  # padding after an image's end has the lowest score
        self.pruned["score"] = scores
        self.pruned["kept"] = kept
        return kept

    # Runs layer i and stores the keys and values of x in keys and values [S, k, M, e].
    def layer(self, x: Tensor, view: __torch__.cache.CacheView, keys: Tensor, values: Tensor, i: int) -> Tensor:
        q = self.store(x, view, keys, values, i)
        return self.finish_layer(x, self.attend(q, keys, values, view, i), i)

    # Stores the keys and values of x [T, d] in the cache; returns its queries [T, h, e].
    def store(self, x: Tensor, view: __torch__.cache.CacheView, keys: Tensor, values: Tensor, i: int) -> Tensor:
        q, k, v = self.project(x, i, view.cos, view.sin)
        keys[view.slots, :, view.cache_positions] = k
        values[view.slots, :, view.cache_positions] = v
        return q

    # Log-probabilities [Q] float32 of the ids wanted [Q] as the next tokens after x[after] of x [W, d]; NaN where the
    # logits are not finite.
    def log_probabilities(self, x: Tensor, after: Tensor, wanted: Tensor) -> Tensor:
        found = torch.zeros([wanted.size(0)], dtype=__torch__.dtype.FLOAT32(), device=x.device)
        step = 256  # limits the memory of the logits of a large tree
        for begin in range(0, x.size(0), step):
            here = (after // step == begin // step).nonzero().squeeze(1)
            logits = self.logits(x[begin:begin + step])
            row = after[here] - begin
            found[here] = torch.log_softmax(logits, 1)[row, wanted[here]]
            found[here] += 0.0 * logits.sum([1])[row]
        return found

    # Queries [T, h, e], keys and values [T, k, e]; rotary position embedding is applied to queries and keys.
    def project(self, x: Tensor, i: int, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        y = self.joined_projection(self.rms_norm(x, self.input_layernorm[i]), i)
        y = y.unflatten(1, [self.heads + 2 * self.key_value_heads, -1])
        q = self.rotate(y[:, :self.heads], cos, sin)
        k = self.rotate(y[:, self.heads:self.heads + self.key_value_heads], cos, sin)
        return (q, k, y[:, self.heads + self.key_value_heads:])

    # Queries, keys and values, concatenated over channels: [T, (h + 2k) * e].
    def joined_projection(self, x: Tensor, i: int) -> Tensor:
        if len(self.qkv_proj) == len(self.o_proj):
            return __torch__.linear.linear(x, self.qkv_proj[i], None)
        q = __torch__.linear.linear(x, self.qkv_proj[3 * i], None)
        k = __torch__.linear.linear(x, self.qkv_proj[3 * i + 1], None)
        v = __torch__.linear.linear(x, self.qkv_proj[3 * i + 2], None)
        return torch.cat([q, k, v], 1)

    # Rotary position embedding (Su et al. 2021, arXiv:2104.09864); pairs are formed between the two halves of a head.
    def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        first, second = x.chunk(2, -1)
        return x * cos + torch.cat([-second, first], -1) * sin

    # Attention of q [T, h, e] to the cache, [T, d]. keys and values [S, k, M, e] of layer i.
    def attend(self, q: Tensor, keys: Tensor, values: Tensor, view: __torch__.cache.CacheView, i: int) -> Tensor:
        keys = keys[:, :, :view.span]
        values = values[:, :, :view.span]
        d = view.decoding
        if view.count == 0:
            return self.attend_decode(q, keys[:d], values[:d], view, i)
        entries = view.entries
        if entries is not None:
            return self.attend_prefill(q, keys.index_select(0, entries), values.index_select(0, entries), view, i)
        end = view.first + view.count
        y = self.attend_prefill(q[d:], keys[view.first:end], values[view.first:end], view, i)
        if d == 0:
            return y
        return torch.cat([self.attend_decode(q[:d], keys[:d], values[:d], view, i), y])

    # q [D, h, e] of decoding tokens, keys and values [D, k, span, e]; returns [D, d].
    def attend_decode(self, q: Tensor, keys: Tensor, values: Tensor, view: __torch__.cache.CacheView, i: int) -> Tensor:
        prefixes = view.prefixes
        if prefixes is not None:
            if len(prefixes.runs) > 0:
                y = __torch__.prefix.attention(q, self.prefix_keys[i], self.prefix_values[i], keys, values, prefixes,
                                               self.keys_left)
                return y.flatten(1)
        return self.attention(q.unsqueeze(2), keys, values, view.decode_mask).flatten(1)

    # q [T - D, h, e] of prefilled tokens, keys and values [R, k, span, e]; returns [T - D, d].
    def attend_prefill(self, q: Tensor, keys: Tensor, values: Tensor, view: __torch__.cache.CacheView, i: int) -> Tensor:
        queries = torch.zeros([view.mask.size(0), view.mask.size(1), q.size(1), q.size(2)], dtype=q.dtype,
                              device=q.device)
        queries[view.rows, view.columns] = q  # [R, L, h, e]
        y = self.attention_of_prefill(queries.transpose(1, 2), keys, values, view, i)  # [R, h, L, e]
        return y.transpose(1, 2)[view.rows, view.columns].flatten(1)

    def attention_of_prefill(self, q: Tensor, keys: Tensor, values: Tensor, view: __torch__.cache.CacheView,
                          i: int) -> Tensor:
        mask = view.mask.transpose(1, 2)
        prefixes = view.prefixes
        if prefixes is not None:
            if prefixes.of_prompts:
                return __torch__.prefix.of_prompts(q, self.prefix_keys[i], self.prefix_values[i], keys, values, mask,
                                                   prefixes)
        return self.attention(q, keys, values, mask)

    # q [R, h, L, e], keys and values [R, k, span, e]; returns [R, h, L, e].
    def attention(self, q: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        return __torch__.attention.attention(q, self.repeat(keys), self.repeat(values), mask, self.keys_left)

    # Grouped-query attention: repeats each key/value head for h / k query heads.
    def repeat(self, x: Tensor) -> Tensor:
        if self.heads == self.key_value_heads:
            return x
        return torch.repeat_interleave(x, self.heads // self.key_value_heads, 1)

    # Output projection of attention y [T, d], then the MLP; each is added to the residual x.
    def finish_layer(self, x: Tensor, y: Tensor, i: int) -> Tensor:
        x = __torch__.linear.linear_add(y, self.o_proj[i], None, x)
        y = self.rms_norm(x, self.post_attention_layernorm[i])
        y = __torch__.linear.gated(y, self.gate_proj[i], self.up_proj[i])
        x = __torch__.linear.linear_add(y, self.down_proj[i], None, x)
        if self.watching:
            self.states.append(x[-1].float())
        return x

    def rms_norm(self, x: Tensor, weight: Tensor) -> Tensor:
        y = x.float()
        y = y * torch.rsqrt((y * y).mean([-1], True) + self.epsilon)
        return weight * y.to(x.dtype)

    # [R, d] to [R, V] float32.
    def logits(self, x: Tensor) -> Tensor:
        return __torch__.linear.linear(self.last_norm(x), self.lm_head[0], None).float()

    def last_norm(self, x: Tensor) -> Tensor:
        return self.rms_norm(x, self.tensors["model.norm.weight"])

    # Starts or stops recording the hidden state of a call's last token after each layer.
    def watch(self, on: bool) -> None:
        if on:
            self.states = annotate(List[Tensor], [])  # operators reject the archive's untyped empty list
        self.watching = on
        return None
