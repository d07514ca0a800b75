# Training of the Llama decoder: its weights by name, and a forward pass without a cache.
#
# T tokens of a call, R rows (sequences), L tokens of the longest row, d width, h heads of size e, k key/value heads, U
# tokens that remain after the pooling of images.


# The weights by their names in checkpoints. Their format must be PLAIN.
def named_weights(decoder: __torch__.llama.LlamaDecoder) -> Dict[str, Tensor]:
    __torch__.llama_training.part_projections(decoder)
    weights = annotate(Dict[str, Tensor], {})
    for name in ["model.embed_tokens.weight", "model.norm.weight"]:
        weights[name] = decoder.tensors[name]
    weights["lm_head.weight"] = decoder.lm_head[0].weight
    __torch__.llama_training.add_layers(decoder, weights, "model.layers.{}.")
    return weights


# Adds the weights of the layers; name: that of a layer, with its index left open.
def add_layers(decoder: __torch__.llama.LlamaDecoder, weights: Dict[str, Tensor], name: str) -> None:
    for i in range(len(decoder.o_proj)):
        layer = name.format(i)
        weights[layer + "input_layernorm.weight"] = decoder.input_layernorm[i]
        weights[layer + "self_attn.q_proj.weight"] = decoder.qkv_proj[3 * i].weight
        weights[layer + "self_attn.k_proj.weight"] = decoder.qkv_proj[3 * i + 1].weight
        weights[layer + "self_attn.v_proj.weight"] = decoder.qkv_proj[3 * i + 2].weight
        weights[layer + "self_attn.o_proj.weight"] = decoder.o_proj[i].weight
        weights[layer + "post_attention_layernorm.weight"] = decoder.post_attention_layernorm[i]
        weights[layer + "mlp.gate_proj.weight"] = decoder.gate_proj[i].weight
        weights[layer + "mlp.up_proj.weight"] = decoder.up_proj[i].weight
        weights[layer + "mlp.down_proj.weight"] = decoder.down_proj[i].weight
    return None


# Splits joined weights of queries, keys and values into three tensors, as in checkpoints.
def part_projections(decoder: __torch__.llama.LlamaDecoder) -> None:
    if len(decoder.qkv_proj) == len(decoder.o_proj):
        parts = annotate(List[__torch__.linear.Matrix], [])
        for matrix in decoder.qkv_proj:
            joined = matrix.weight
            size = joined.size(0) // (decoder.heads + 2 * decoder.key_value_heads)
            sizes = [decoder.heads * size, decoder.key_value_heads * size, decoder.key_value_heads * size]
            for part in joined.split_with_sizes(sizes):
                parts.append(__torch__.linear.plain(part))
        decoder.qkv_proj = parts
    return None


# Replaces the decoder's weights, named as by `named_weights`, which must have been called before.
def take(decoder: __torch__.llama.LlamaDecoder, weights: Dict[str, Tensor]) -> None:
    for name in ["model.embed_tokens.weight", "model.norm.weight"]:
        decoder.tensors[name] = weights[name]
    decoder.lm_head[0] = __torch__.linear.plain(weights["lm_head.weight"])
    __torch__.llama_training.take_layers(decoder, weights, "model.layers.{}.")
    return None


# Replaces the weights of the layers, named as by `add_layers`.
def take_layers(decoder: __torch__.llama.LlamaDecoder, weights: Dict[str, Tensor], name: str) -> None:
    for i in range(len(decoder.o_proj)):
        layer = name.format(i)
        decoder.input_layernorm[i] = weights[layer + "input_layernorm.weight"]
        decoder.qkv_proj[3 * i] = __torch__.linear.plain(weights[layer + "self_attn.q_proj.weight"])
        decoder.qkv_proj[3 * i + 1] = __torch__.linear.plain(weights[layer + "self_attn.k_proj.weight"])
        decoder.qkv_proj[3 * i + 2] = __torch__.linear.plain(weights[layer + "self_attn.v_proj.weight"])
        decoder.o_proj[i] = __torch__.linear.plain(weights[layer + "self_attn.o_proj.weight"])
        decoder.post_attention_layernorm[i] = weights[layer + "post_attention_layernorm.weight"]
        decoder.gate_proj[i] = __torch__.linear.plain(weights[layer + "mlp.gate_proj.weight"])
        decoder.up_proj[i] = __torch__.linear.plain(weights[layer + "mlp.up_proj.weight"])
        decoder.down_proj[i] = __torch__.linear.plain(weights[layer + "mlp.down_proj.weight"])
    return None


# The rows of a batch as attention reads them: token t is at columns[t] of row rows[t].
class PackedRows(NamedTuple):
    rows : Tensor     # [T]
    columns : Tensor  # [T]
    count : int       # R
    longest : int     # L
    cos : Tensor      # [L, e], or [R, 1, L, e] where position ids are not the columns
    sin : Tensor


# Rows whose position ids are their columns. dtype is that of the products.
def packed(decoder: __torch__.llama.LlamaDecoder, rows: Tensor, columns: Tensor, count: int, longest: int,
           dtype: int) -> __torch__.llama_training.PackedRows:
    # Copies, because the tables were created in inference mode and autograd cannot save them.
    cos = decoder.tensors["rotary.cos"][:longest].clone().to(dtype)
    sin = decoder.tensors["rotary.sin"][:longest].clone().to(dtype)
    return __torch__.llama_training.PackedRows(rows, columns, count, longest, cos, sin)


# Forward pass of whole sequences without a cache: x [T, d], the tokens of `batch`. Returns [T, d], for `logits`.
def forward(decoder: __torch__.llama.LlamaDecoder, x: Tensor, batch: __torch__.llama_training.PackedRows) -> Tensor:
    return __torch__.llama_training.layers(decoder, x, batch, 0, len(decoder.o_proj))


# Forward pass with the pooling of images at the entry of layer K; see `pooling_training`. Returns the hidden states of
# the tokens that remain, [U, d].
def forward_pooled(decoder: __torch__.llama.LlamaDecoder, x: Tensor, batch: __torch__.llama_training.PackedRows,
                   pooling: __torch__.pooling_training.PooledRows) -> Tensor:
    x = __torch__.llama_training.layers(decoder, x, batch, 0, decoder.prune_layer)
    cos, sin = __torch__.pooling_training.rotary(decoder, batch.columns, batch.count, pooling, x.dtype)
    pooled = __torch__.llama_training.PackedRows(pooling.rows, pooling.columns, batch.count, pooling.longest, cos, sin)
    x = __torch__.pooling_training.states(x, pooling)
    return __torch__.llama_training.layers(decoder, x, pooled, decoder.prune_layer, len(decoder.o_proj))


# Runs x [T, d] through the layers from `first` to `end`, exclusive.
def layers(decoder: __torch__.llama.LlamaDecoder, x: Tensor, batch: __torch__.llama_training.PackedRows, first: int,
           end: int) -> Tensor:
    for i in range(first, end):
        x = __torch__.llama_training.layer(decoder, x, batch, i)
    return x


def layer(decoder: __torch__.llama.LlamaDecoder, x: Tensor, batch: __torch__.llama_training.PackedRows,
          i: int) -> Tensor:
    y = decoder.joined_projection(decoder.rms_norm(x, decoder.input_layernorm[i]), i)
    y = __torch__.llama_training.padded(decoder, y, batch)  # [R, h + 2k, L, e]
    keys_end = decoder.heads + decoder.key_value_heads
    q = decoder.rotate(y[:, :decoder.heads], batch.cos, batch.sin)
    k = decoder.repeat(decoder.rotate(y[:, decoder.heads:keys_end], batch.cos, batch.sin))
    v = decoder.repeat(y[:, keys_end:])
    # Padding follows a row's tokens, so the causal mask hides it. In float32, because for a small model's blocks in
    # bfloat16 the CPU's kernel takes longer to prepare a product than to compute it.
    y = torch.scaled_dot_product_attention(q.float(), k.float(), v.float(), None, 0.0, True)  # [R, h, L, e]
    return decoder.finish_layer(x, y.to(x.dtype).transpose(1, 2)[batch.rows, batch.columns].flatten(1), i)


# Pads rows to the longest: queries, keys and values of all tokens [T, (h + 2k) * e] to [R, h + 2k, L, e].
def padded(decoder: __torch__.llama.LlamaDecoder, x: Tensor, batch: __torch__.llama_training.PackedRows) -> Tensor:
    y = torch.zeros([batch.count, batch.longest, x.size(1)], dtype=x.dtype, device=x.device)
    y = y.index_put([batch.rows, batch.columns], x).unflatten(2, [decoder.heads + 2 * decoder.key_value_heads, -1])
    return y.transpose(1, 2)
