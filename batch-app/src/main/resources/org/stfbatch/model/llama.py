# The Llama decoder (Touvron et al. 2023, arXiv:2302.13971) with a key/value cache of fixed slots.
#
# A slot holds the keys and values of one sequence. B rows of a call, L positions of a prompt, S slots, M positions of
# room in a slot, d width, h heads of size e, k key/value heads, V vocabulary.
# Norms, rotary embedding and logits are float32 whatever the weights' dtype.


class LlamaDecoder(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    heads : int
    key_value_heads : int
    epsilon : float

    tensors : Dict[str, Tensor]
    input_layernorm : List[Tensor]
    q_proj : List[Tensor]
    k_proj : List[Tensor]
    v_proj : List[Tensor]
    o_proj : List[Tensor]
    post_attention_layernorm : List[Tensor]
    gate_proj : List[Tensor]
    up_proj : List[Tensor]
    down_proj : List[Tensor]

    key_cache : List[Tensor]    # [S, k, M, e] a layer
    value_cache : List[Tensor]  # [S, k, M, e] a layer

    def load(self, weights: Dict[str, Tensor], layers: int, heads: int, key_value_heads: int, epsilon: float,
             rope_theta: float, max_positions: int) -> None:
        self.heads = heads
        self.key_value_heads = key_value_heads
        self.epsilon = epsilon
        for name in ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"]:
            self.tensors[name] = weights[name]
        for i in range(layers):
            layer = "model.layers.{}.".format(i)
            self.input_layernorm.append(weights[layer + "input_layernorm.weight"])
            self.q_proj.append(weights[layer + "self_attn.q_proj.weight"])
            self.k_proj.append(weights[layer + "self_attn.k_proj.weight"])
            self.v_proj.append(weights[layer + "self_attn.v_proj.weight"])
            self.o_proj.append(weights[layer + "self_attn.o_proj.weight"])
            self.post_attention_layernorm.append(weights[layer + "post_attention_layernorm.weight"])
            self.gate_proj.append(weights[layer + "mlp.gate_proj.weight"])
            self.up_proj.append(weights[layer + "mlp.up_proj.weight"])
            self.down_proj.append(weights[layer + "mlp.down_proj.weight"])
        self.load_rotary(rope_theta, max_positions)
        return None

    # Tables of cos(m * t_j) and sin(m * t_j), t_j = rope_theta^(-2j/e), both halves of a head alike: [max_positions, e].
    def load_rotary(self, rope_theta: float, max_positions: int) -> None:
        embedding = self.tensors["model.embed_tokens.weight"]
        size = embedding.size(1) // self.heads
        exponent = torch.arange(0, size, 2, dtype=6, device=embedding.device) / size  # [e/2]
        frequency = 1.0 / torch.pow(rope_theta, exponent)
        angle = torch.outer(torch.arange(max_positions, dtype=6, device=embedding.device), frequency)
        angle = torch.cat([angle, angle], 1)
        self.tensors["rotary.cos"] = torch.cos(angle)
        self.tensors["rotary.sin"] = torch.sin(angle)
        return None

    # Makes room for `slots` sequences of `positions` positions each. What was in the slots is kept.
    def reserve(self, slots: int, positions: int) -> None:
        embedding = self.tensors["model.embed_tokens.weight"]
        shape = [slots, self.key_value_heads, positions, embedding.size(1) // self.heads]
        if len(self.key_cache) == 0:
            for _ in range(len(self.q_proj)):
                self.key_cache.append(torch.zeros([0, shape[1], 0, shape[3]], dtype=embedding.dtype,
                                                  device=embedding.device))
                self.value_cache.append(self.key_cache[-1])
        for i in range(len(self.q_proj)):
            self.key_cache[i] = self.resized(self.key_cache[i], shape)
            self.value_cache[i] = self.resized(self.value_cache[i], shape)
        return None

    def resized(self, old: Tensor, shape: List[int]) -> Tensor:
        new = torch.zeros(shape, dtype=old.dtype, device=old.device)
        slots = min(old.size(0), shape[0])
        positions = min(old.size(2), shape[2])
        new[:slots, :, :positions] = old[:slots, :, :positions]
        return new

    # input_ids [B, L] to embeddings [B, L, d].
    def embed(self, input_ids: Tensor) -> Tensor:
        return torch.embedding(self.tensors["model.embed_tokens.weight"], input_ids)

    # Runs whole prompts, padded at the end, and fills their slots from position 0.
    # x [B, L, d], slots [B], lengths [B] (real positions of each row). Returns the logits of each row's last real
    # position, [B, V] float32. Padding needs no mask: it comes after every real position, and attention is causal.
    def prefill(self, x: Tensor, slots: Tensor, lengths: Tensor) -> Tensor:
        length = x.size(1)
        cos = self.tensors["rotary.cos"][:length]  # [L, e]
        sin = self.tensors["rotary.sin"][:length]
        for i in range(len(self.q_proj)):
            q, k, v = self.project(self.rms_norm(x, self.input_layernorm[i]), i, cos, sin)  # [B, h|k, L, e]
            self.key_cache[i][slots, :, :length] = k
            self.value_cache[i][slots, :, :length] = v
            y = torch.scaled_dot_product_attention(q, self.repeat(k), self.repeat(v), None, 0.0, True)
            x = x + torch.linear(y.transpose(1, 2).flatten(2), self.o_proj[i])
            x = x + self.mlp(self.rms_norm(x, self.post_attention_layernorm[i]), i)
        last = x[torch.arange(x.size(0), device=x.device), lengths - 1]  # [B, d]
        return self.logits(last)

    # One step of the sequences in slots 0 .. B-1: row b's token input_ids[b] stands at positions[b]. `span` is how many
    # positions of the slots are looked at, more than any of `positions`. Returns logits [B, V] float32.
    def decode(self, input_ids: Tensor, positions: Tensor, span: int) -> Tensor:
        x = self.embed(input_ids.unsqueeze(1))  # [B, 1, d]
        rows = torch.arange(x.size(0), device=x.device)
        cos = self.tensors["rotary.cos"][positions].unsqueeze(1).unsqueeze(1)  # [B, 1, 1, e]
        sin = self.tensors["rotary.sin"][positions].unsqueeze(1).unsqueeze(1)
        seen = torch.arange(span, device=x.device) <= positions.unsqueeze(1)  # [B, span]
        mask = seen.unsqueeze(1).unsqueeze(1)
        for i in range(len(self.q_proj)):
            q, k, v = self.project(self.rms_norm(x, self.input_layernorm[i]), i, cos, sin)  # [B, h|k, 1, e]
            self.key_cache[i][rows, :, positions] = k.squeeze(2)
            self.value_cache[i][rows, :, positions] = v.squeeze(2)
            keys = self.repeat(self.key_cache[i][:x.size(0), :, :span])
            values = self.repeat(self.value_cache[i][:x.size(0), :, :span])
            y = torch.scaled_dot_product_attention(q, keys, values, mask)
            x = x + torch.linear(y.transpose(1, 2).flatten(2), self.o_proj[i])
            x = x + self.mlp(self.rms_norm(x, self.post_attention_layernorm[i]), i)
        return self.logits(x.squeeze(1))

    # Queries [B, h, L, e], keys and values [B, k, L, e], queries and keys turned to their positions.
    def project(self, x: Tensor, i: int, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        q = torch.linear(x, self.q_proj[i]).unflatten(2, [self.heads, -1]).transpose(1, 2)
        k = torch.linear(x, self.k_proj[i]).unflatten(2, [self.key_value_heads, -1]).transpose(1, 2)
        v = torch.linear(x, self.v_proj[i]).unflatten(2, [self.key_value_heads, -1]).transpose(1, 2)
        return (self.rotate(q, cos, sin), self.rotate(k, cos, sin), v)

    # Rotary position embedding (Su et al. 2021, arXiv:2104.09864); the two halves of a head are the pairs.
    def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        y = x.to(6)
        first, second = y.chunk(2, -1)
        return (y * cos + torch.cat([-second, first], -1) * sin).to(x.dtype)

    # [B, k, M, e] to [B, h, M, e]: each key/value head serves h / k query heads.
    def repeat(self, x: Tensor) -> Tensor:
        if self.heads == self.key_value_heads:
            return x
        return torch.repeat_interleave(x, self.heads // self.key_value_heads, 1)

    def mlp(self, x: Tensor, i: int) -> Tensor:
        gate = torch.silu(torch.linear(x, self.gate_proj[i]))
        return torch.linear(gate * torch.linear(x, self.up_proj[i]), self.down_proj[i])

    def rms_norm(self, x: Tensor, weight: Tensor) -> Tensor:
        y = x.to(6)
        y = y * torch.rsqrt((y * y).mean([-1], True) + self.epsilon)
        return weight * y.to(x.dtype)

    # [B, d] to [B, V] float32.
    def logits(self, x: Tensor) -> Tensor:
        x = self.rms_norm(x, self.tensors["model.norm.weight"])
        return torch.linear(x, self.tensors["lm_head.weight"]).to(6)
