# The Llama decoder (Touvron et al. 2023, arXiv:2302.13971) with a key/value cache of fixed slots.
#
# A slot holds the keys and values of one sequence, a shelf those of a prefix that several sequences begin with.
# T tokens of a call, R rows (sequences) of it, S slots or shelves, M positions of room in each, d width, h heads of
# size e, k key/value heads, V vocabulary. The tokens of all rows lie one after the other: no product is ever computed
# for padding; only attention lays its rows out side by side.
# Norms and logits are float32 whatever the weights' dtype.


class LlamaDecoder(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    heads : int
    key_value_heads : int
    epsilon : float

    tensors : Dict[str, Tensor]
    input_layernorm : List[Tensor]
    qkv_proj : List[Tensor]     # q_proj, k_proj and v_proj of a layer, below each other or one after the other
    o_proj : List[Tensor]
    post_attention_layernorm : List[Tensor]
    gate_proj : List[Tensor]
    up_proj : List[Tensor]
    down_proj : List[Tensor]

    slot_keys : List[Tensor]    # [S, k, M, e] a layer
    slot_values : List[Tensor]
    shelf_keys : List[Tensor]
    shelf_values : List[Tensor]

    # Takes everything but the layers out of `weights`. To be called first.
    def load(self, weights: Dict[str, Tensor], heads: int, key_value_heads: int, epsilon: float, rope_theta: float,
             max_positions: int, packed: bool) -> None:
        self.heads = heads
        self.key_value_heads = key_value_heads
        self.epsilon = epsilon
        embedding = weights.pop("model.embed_tokens.weight")
        head = weights.pop("lm_head.weight")
        self.tensors["lm_head.weight"] = __torch__.linear.placed(head, packed)
        self.tensors["model.embed_tokens.weight"] = __torch__.linear.kept(embedding, packed)
        self.tensors["model.norm.weight"] = __torch__.linear.kept(weights.pop("model.norm.weight"), packed)
        self.load_rotary(rope_theta, max_positions)
        return None

    # Takes the next layer out of `weights`.
    def load_layer(self, weights: Dict[str, Tensor], packed: bool) -> None:
        layer = "model.layers.{}.".format(len(self.o_proj))
        q = weights.pop(layer + "self_attn.q_proj.weight")
        k = weights.pop(layer + "self_attn.k_proj.weight")
        v = weights.pop(layer + "self_attn.v_proj.weight")
        norm1 = weights.pop(layer + "input_layernorm.weight")
        norm2 = weights.pop(layer + "post_attention_layernorm.weight")
        self.input_layernorm.append(__torch__.linear.kept(norm1, packed))
        if packed or q.is_cuda:
            self.qkv_proj.append(__torch__.linear.placed(torch.cat([q, k, v], 0), packed))
        else:
            self.qkv_proj += [q, k, v]  # mapped files are not copied to be joined
        self.o_proj.append(__torch__.linear.placed(weights.pop(layer + "self_attn.o_proj.weight"), packed))
        self.post_attention_layernorm.append(__torch__.linear.kept(norm2, packed))
        self.gate_proj.append(__torch__.linear.placed(weights.pop(layer + "mlp.gate_proj.weight"), packed))
        self.up_proj.append(__torch__.linear.placed(weights.pop(layer + "mlp.up_proj.weight"), packed))
        self.down_proj.append(__torch__.linear.placed(weights.pop(layer + "mlp.down_proj.weight"), packed))
        return None

    # Tables of cos(m * t_j) and sin(m * t_j), t_j = rope_theta^(-2j/e), both halves of a head alike: [max_positions, e].
    # As the original does, they are computed in float32 and then rounded to the weights' dtype.
    def load_rotary(self, rope_theta: float, max_positions: int) -> None:
        embedding = self.tensors["model.embed_tokens.weight"]
        size = embedding.size(1) // self.heads
        exponent = torch.arange(0, size, 2, dtype=6, device=embedding.device) / size  # [e/2]
        frequency = 1.0 / torch.pow(rope_theta, exponent)
        angle = torch.outer(torch.arange(max_positions, dtype=6, device=embedding.device), frequency)
        angle = torch.cat([angle, angle], 1)
        self.tensors["rotary.cos"] = torch.cos(angle).to(embedding.dtype)
        self.tensors["rotary.sin"] = torch.sin(angle).to(embedding.dtype)
        return None

    # ---- the cache --------------------------------------------------------------------------------------------------

    # Makes room for `slots` sequences and `shelves` prefixes, of so many positions each. What they hold is kept.
    def reserve(self, slots: int, slot_positions: int, shelves: int, shelf_positions: int) -> None:
        self.resize(self.slot_keys, slots, slot_positions)
        self.resize(self.slot_values, slots, slot_positions)
        self.resize(self.shelf_keys, shelves, shelf_positions)
        self.resize(self.shelf_values, shelves, shelf_positions)
        return None

    def resize(self, cache: List[Tensor], count: int, positions: int) -> None:
        embedding = self.tensors["model.embed_tokens.weight"]
        size = embedding.size(1) // self.heads
        if len(cache) == 0:
            for _ in range(len(self.o_proj)):
                cache.append(torch.zeros([0, self.key_value_heads, 0, size], dtype=embedding.dtype,
                                         device=embedding.device))
        if cache[0].size(0) != count or cache[0].size(2) != positions:
            for i in range(len(cache)):
                old = cache[i]
                new = torch.zeros([count, self.key_value_heads, positions, size], dtype=old.dtype, device=old.device)
                kept = min(old.size(0), count)
                length = min(old.size(2), positions)
                new[:kept, :, :length] = old[:kept, :, :length]
                cache[i] = new
        return None

    # Copies the first `length` positions of shelves to slots, pair by pair.
    def take_from_shelves(self, shelves: List[int], slots: List[int], lengths: List[int]) -> None:
        for i in range(len(self.slot_keys)):
            for j in range(len(slots)):
                self.slot_keys[i][slots[j], :, :lengths[j]] = self.shelf_keys[i][shelves[j], :, :lengths[j]]
                self.slot_values[i][slots[j], :, :lengths[j]] = self.shelf_values[i][shelves[j], :, :lengths[j]]
        return None

    # Copies the first `length` positions of one shelf to others.
    def copy_shelf(self, source: int, targets: List[int], length: int) -> None:
        for i in range(len(self.shelf_keys)):
            for target in targets:
                self.shelf_keys[i][target, :, :length] = self.shelf_keys[i][source, :, :length]
                self.shelf_values[i][target, :, :length] = self.shelf_values[i][source, :, :length]
        return None

    def move_slots(self, sources: List[int], targets: List[int], lengths: List[int]) -> None:
        for i in range(len(self.slot_keys)):
            for j in range(len(sources)):
                self.slot_keys[i][targets[j], :, :lengths[j]] = self.slot_keys[i][sources[j], :, :lengths[j]]
                self.slot_values[i][targets[j], :, :lengths[j]] = self.slot_values[i][sources[j], :, :lengths[j]]
        return None

    # ---- forward ----------------------------------------------------------------------------------------------------

    # input_ids [T] to embeddings [T, d].
    def embed(self, input_ids: Tensor) -> Tensor:
        return torch.embedding(self.tensors["model.embed_tokens.weight"], input_ids)

    # Fills shelves: x [T, d] are the tokens of R prefixes, token t of row rows[t], at positions[t] of its prefix and
    # columns[t] of this call's row, of which there are `longest`. shelves [R] says where each prefix lies.
    def fill_shelves(self, x: Tensor, rows: Tensor, columns: Tensor, positions: Tensor, longest: int, shelves: Tensor,
                     span: int) -> None:
        cos = self.tensors["rotary.cos"][positions].unsqueeze(1)  # [T, 1, e]
        sin = self.tensors["rotary.sin"][positions].unsqueeze(1)
        at = shelves[rows]
        mask = self.mask(self.grid(rows, columns, positions, shelves.size(0), longest), span)
        for i in range(len(self.o_proj)):
            q, k, v = self.project(x, i, cos, sin)
            self.shelf_keys[i][at, :, positions] = k
            self.shelf_values[i][at, :, positions] = v
            keys = self.shelf_keys[i][:, :, :span].index_select(0, shelves)  # [R, k, span, e]
            values = self.shelf_values[i][:, :, :span].index_select(0, shelves)
            y = self.attend(q, keys, values, rows, columns, mask)
            x = self.finish_layer(x, y, i)
        return None

    # One step of the sequences in slots 0 .. R-1. The first D of the T tokens are the newest ones of the D sequences that
    # are already generating, in the order of their slots; the others are the prompts' ends of the sequences in slots
    # D .. R-1, token by token: rows counts those slots from 0. positions [T] are places in the sequences. last [R] are
    # the tokens whose logits are wanted. Returns [R, V] float32.
    def step(self, x: Tensor, decoding: int, rows: Tensor, columns: Tensor, positions: Tensor, longest: int,
             last: Tensor, span: int) -> Tensor:
        cos = self.tensors["rotary.cos"][positions].unsqueeze(1)  # [T, 1, e]
        sin = self.tensors["rotary.sin"][positions].unsqueeze(1)
        slots = torch.cat([torch.arange(decoding, device=x.device), rows + decoding])  # [T]
        prefilling = last.size(0) - decoding
        newest = self.mask(positions[:decoding], span).unsqueeze(1)  # [D, 1, 1, span]
        mask = self.mask(self.grid(rows, columns, positions[decoding:], prefilling, longest), span)
        for i in range(len(self.o_proj)):
            q, k, v = self.project(x, i, cos, sin)
            self.slot_keys[i][slots, :, positions] = k
            self.slot_values[i][slots, :, positions] = v
            keys = self.slot_keys[i][:last.size(0), :, :span]  # [R, k, span, e]
            values = self.slot_values[i][:last.size(0), :, :span]
            y = annotate(List[Tensor], [])
            if decoding > 0:
                z = self.attention(q[:decoding].unsqueeze(2), keys[:decoding], values[:decoding], newest)
                y.append(z.flatten(1))
            if prefilling > 0:
                y.append(self.attend(q[decoding:], keys[decoding:], values[decoding:], rows, columns, mask))
            x = self.finish_layer(x, torch.cat(y), i)
        return self.logits(x[last])

    # Runs prompts' ends, each with the tree of its continuations behind it: x [T, d] of the R sequences in slots first ..
    # first+R-1, rows counted from there. A tree's tokens stand depth first at the places [T] of their slot, one after the
    # other, each as far into its own sequence as positions [T] says; it is seen by the tokens from its own place up to
    # ends [T]: those below it. The slots hold the trees afterwards. Returns [T, d], for `log_probabilities`.
    def branch(self, x: Tensor, rows: Tensor, columns: Tensor, places: Tensor, positions: Tensor, ends: Tensor,
               longest: int, first: int, count: int, span: int) -> Tensor:
        cos = self.tensors["rotary.cos"][positions].unsqueeze(1)  # [T, 1, e]
        sin = self.tensors["rotary.sin"][positions].unsqueeze(1)
        slots = rows + first
        grid = self.grid(rows, columns, places, count, longest)
        mask = self.mask(grid, span).logical_and(self.branches(grid, rows, places, ends, span))
        for i in range(len(self.o_proj)):
            q, k, v = self.project(x, i, cos, sin)
            self.slot_keys[i][slots, :, places] = k
            self.slot_values[i][slots, :, places] = v
            keys = self.slot_keys[i][first:first + count, :, :span]  # [R, k, span, e]
            values = self.slot_values[i][first:first + count, :, :span]
            x = self.finish_layer(x, self.attend(q, keys, values, rows, columns, mask), i)
        return x

    # Whether each query of the grid [R, L] comes before the end of each of `span` places: [R, L, 1, span]. What stands in
    # a slot already has no end.
    def branches(self, grid: Tensor, rows: Tensor, places: Tensor, ends: Tensor, span: int) -> Tensor:
        seen = torch.full([grid.size(0), span], span, dtype=ends.dtype, device=ends.device)
        seen[rows, places] = ends
        return (grid.unsqueeze(-1) < seen.unsqueeze(1)).unsqueeze(2)

    # How likely tokens are: wanted [Q] to come next after x[after] of x [W, d]. Returns their log-probabilities [Q] float32.
    def log_probabilities(self, x: Tensor, after: Tensor, wanted: Tensor) -> Tensor:
        found = torch.zeros([wanted.size(0)], dtype=6, device=x.device)
        step = 256  # the logits of all of a large tree would not fit
        for begin in range(0, x.size(0), step):
            here = (after // step == begin // step).nonzero().squeeze(1)
            distribution = torch.log_softmax(self.logits(x[begin:begin + step]), 1)
            found[here] = distribution[after[here] - begin, wanted[here]]
        return found

    # Queries [T, h, e], keys and values [T, k, e], queries and keys turned to their positions.
    def project(self, x: Tensor, i: int, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        y = self.joined_projection(self.rms_norm(x, self.input_layernorm[i]), i)
        y = y.unflatten(1, [self.heads + 2 * self.key_value_heads, -1])
        q = self.rotate(y[:, :self.heads], cos, sin)
        k = self.rotate(y[:, self.heads:self.heads + self.key_value_heads], cos, sin)
        return (q, k, y[:, self.heads + self.key_value_heads:])

    # Queries, keys and values [T, (h + 2k) * e] beside each other.
    def joined_projection(self, x: Tensor, i: int) -> Tensor:
        if len(self.qkv_proj) == len(self.o_proj):
            return __torch__.linear.linear(x, self.qkv_proj[i], None)
        q = __torch__.linear.linear(x, self.qkv_proj[3 * i], None)
        k = __torch__.linear.linear(x, self.qkv_proj[3 * i + 1], None)
        v = __torch__.linear.linear(x, self.qkv_proj[3 * i + 2], None)
        return torch.cat([q, k, v], 1)

    # Rotary position embedding (Su et al. 2021, arXiv:2104.09864); the two halves of a head are the pairs.
    def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        first, second = x.chunk(2, -1)
        return x * cos + torch.cat([-second, first], -1) * sin

    # For rows side by side, the position of each query: [R, L], 0 where a row is shorter than the longest.
    def grid(self, rows: Tensor, columns: Tensor, positions: Tensor, count: int, longest: int) -> Tensor:
        grid = torch.zeros([count, longest], dtype=positions.dtype, device=positions.device)
        grid[rows, columns] = positions
        return grid

    # Which of `span` positions each query sees: those up to its own. [..] to [.., 1, span], the 1 for the heads.
    def mask(self, positions: Tensor, span: int) -> Tensor:
        return (torch.arange(span, device=positions.device) <= positions.unsqueeze(-1)).unsqueeze(-2)

    # q [T, h, e] of the rows laid side by side, keys and values [R, k, span, e], mask [R, L, 1, span]; returns [T, d].
    def attend(self, q: Tensor, keys: Tensor, values: Tensor, rows: Tensor, columns: Tensor, mask: Tensor) -> Tensor:
        queries = torch.zeros([mask.size(0), mask.size(1), q.size(1), q.size(2)], dtype=q.dtype, device=q.device)
        queries[rows, columns] = q  # [R, L, h, e]
        y = self.attention(queries.transpose(1, 2), keys, values, mask.transpose(1, 2))  # [R, h, L, e]
        return y.transpose(1, 2)[rows, columns].flatten(1)

    # q [R, h, L, e], keys and values [R, k, span, e]; returns [R, h, L, e].
    def attention(self, q: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        return __torch__.attention.attention(q, self.repeat(keys), self.repeat(values), mask)

    # Each key/value head serves h / k query heads.
    def repeat(self, x: Tensor) -> Tensor:
        if self.heads == self.key_value_heads:
            return x
        return torch.repeat_interleave(x, self.heads // self.key_value_heads, 1)

    # The attention's output y [T, d] through its projection, then the perceptron, each added to x.
    def finish_layer(self, x: Tensor, y: Tensor, i: int) -> Tensor:
        x = __torch__.linear.linear_add(y, self.o_proj[i], None, x)
        y = self.rms_norm(x, self.post_attention_layernorm[i])
        gate = __torch__.linear.linear_silu(y, self.gate_proj[i])
        y = __torch__.linear.linear_mul(y, self.up_proj[i], gate)
        return __torch__.linear.linear_add(y, self.down_proj[i], None, x)

    def rms_norm(self, x: Tensor, weight: Tensor) -> Tensor:
        y = x.to(6)
        y = y * torch.rsqrt((y * y).mean([-1], True) + self.epsilon)
        return weight * y.to(x.dtype)

    # [R, d] to [R, V] float32.
    def logits(self, x: Tensor) -> Tensor:
        x = self.rms_norm(x, self.tensors["model.norm.weight"])
        return __torch__.linear.linear(x, self.tensors["lm_head.weight"], None).to(6)

    # ---- training ---------------------------------------------------------------------------------------------------

    # The weights by their names in checkpoints. There must be no packed ones.
    def named_weights(self) -> Dict[str, Tensor]:
        self.part_projections()
        weights = annotate(Dict[str, Tensor], {})
        for name in ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"]:
            weights[name] = self.tensors[name]
        for i in range(len(self.o_proj)):
            layer = "model.layers.{}.".format(i)
            weights[layer + "input_layernorm.weight"] = self.input_layernorm[i]
            weights[layer + "self_attn.q_proj.weight"] = self.qkv_proj[3 * i]
            weights[layer + "self_attn.k_proj.weight"] = self.qkv_proj[3 * i + 1]
            weights[layer + "self_attn.v_proj.weight"] = self.qkv_proj[3 * i + 2]
            weights[layer + "self_attn.o_proj.weight"] = self.o_proj[i]
            weights[layer + "post_attention_layernorm.weight"] = self.post_attention_layernorm[i]
            weights[layer + "mlp.gate_proj.weight"] = self.gate_proj[i]
            weights[layer + "mlp.up_proj.weight"] = self.up_proj[i]
            weights[layer + "mlp.down_proj.weight"] = self.down_proj[i]
        return weights

    # Joined queries', keys' and values' weights become three tensors, as checkpoints have them.
    def part_projections(self) -> None:
        if len(self.qkv_proj) == len(self.o_proj):
            parts = annotate(List[Tensor], [])
            for joined in self.qkv_proj:
                size = joined.size(0) // (self.heads + 2 * self.key_value_heads)
                sizes = [self.heads * size, self.key_value_heads * size, self.key_value_heads * size]
                parts += joined.split_with_sizes(sizes)
            self.qkv_proj = parts
        return None

    # Computes with these weights from now on; they are named as those of `named_weights`, which was called before.
    def take(self, weights: Dict[str, Tensor]) -> None:
        for name in ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"]:
            self.tensors[name] = weights[name]
        for i in range(len(self.o_proj)):
            layer = "model.layers.{}.".format(i)
            self.input_layernorm[i] = weights[layer + "input_layernorm.weight"]
            self.qkv_proj[3 * i] = weights[layer + "self_attn.q_proj.weight"]
            self.qkv_proj[3 * i + 1] = weights[layer + "self_attn.k_proj.weight"]
            self.qkv_proj[3 * i + 2] = weights[layer + "self_attn.v_proj.weight"]
            self.o_proj[i] = weights[layer + "self_attn.o_proj.weight"]
            self.post_attention_layernorm[i] = weights[layer + "post_attention_layernorm.weight"]
            self.gate_proj[i] = weights[layer + "mlp.gate_proj.weight"]
            self.up_proj[i] = weights[layer + "mlp.up_proj.weight"]
            self.down_proj[i] = weights[layer + "mlp.down_proj.weight"]
        return None

    # The whole of R sequences without a cache: x [T, d], token t at columns[t] of row rows[t], the longest of `longest`
    # tokens. Returns [T, d], for `logits`.
    def forward(self, x: Tensor, rows: Tensor, columns: Tensor, count: int, longest: int) -> Tensor:
        # The tables were made in inference mode: autograd keeps copies only.
        cos = self.tensors["rotary.cos"][:longest].clone().to(x.dtype)  # [L, e]
        sin = self.tensors["rotary.sin"][:longest].clone().to(x.dtype)
        for i in range(len(self.o_proj)):
            y = self.joined_projection(self.rms_norm(x, self.input_layernorm[i]), i)
            y = self.side_by_side(y, rows, columns, count, longest)  # [R, h + 2k, L, e]
            q = self.rotate(y[:, :self.heads], cos, sin)
            k = self.repeat(self.rotate(y[:, self.heads:self.heads + self.key_value_heads], cos, sin))
            v = self.repeat(y[:, self.heads + self.key_value_heads:])
            # What fills up a shorter row comes after all its tokens, so that none of them sees it. In float32: on bfloat16
            # blocks as small as a small model's, the CPU's kernel prepares a product longer than it takes.
            y = torch.scaled_dot_product_attention(q.to(6), k.to(6), v.to(6), None, 0.0, True)  # [R, h, L, e]
            x = self.finish_layer(x, y.to(x.dtype).transpose(1, 2)[rows, columns].flatten(1), i)
        return x

    # Queries, keys and values of all tokens [T, (h + 2k) * e] to [R, h + 2k, L, e].
    def side_by_side(self, x: Tensor, rows: Tensor, columns: Tensor, count: int, longest: int) -> Tensor:
        y = torch.zeros([count, longest, x.size(1)], dtype=x.dtype, device=x.device)
        y = y.index_put([rows, columns], x).unflatten(2, [self.heads + 2 * self.key_value_heads, -1])
        return y.transpose(1, 2)
