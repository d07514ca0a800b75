# YOPO in training (Zhang et al. 2024, arXiv:2410.06169): masks in a forward pass without a cache; see also `yopo`, the
# form of inference. A masked weight is an attended value of zero.
#
# T tokens of a batch, R rows with one image or none each, L tokens of the longest row, d width, h heads of size e, k
# key/value heads, m inner width of the MLP.


class ReducedRows(NamedTuple):
    text : Tensor  # [T, 1] 1 for text tokens, 0 for vision tokens
    mask : Tensor  # [R, 1, L, L] true where a token attends


# vision_index [T] counts the tokens of all images, and is -1 for text.
def reduced(batch: __torch__.llama_training.PackedRows, vision_index: Tensor, dtype: int,
            reduction: __torch__.vision_parts.Reduction) -> __torch__.reduction_training.ReducedRows:
    side = reduction.side
    text = vision_index < 0
    number = torch.where(text, vision_index, vision_index % (side * side))
    grid = torch.full([batch.count, batch.longest], -1, dtype=number.dtype, device=number.device)
    grid = grid.index_put([batch.rows, batch.columns], number)  # [R, L]
    query, key = grid.unsqueeze(2), grid.unsqueeze(1)
    near = (query // side - key // side).abs() <= reduction.radius
    near = near.logical_and((query % side - key % side).abs() <= reduction.radius)
    column = torch.arange(batch.longest, device=number.device)
    causal = column.unsqueeze(1) >= column  # [L, L]
    mask = torch.where((query >= 0).logical_and(key >= 0), near, causal)
    return __torch__.reduction_training.ReducedRows(text.unsqueeze(1).to(dtype), mask.unsqueeze(1))


# See llama_training.forward.
def forward(decoder: __torch__.llama.LlamaDecoder, x: Tensor, batch: __torch__.llama_training.PackedRows,
            vision_index: Tensor) -> Tensor:
    reduction = decoder.reduction[0]
    rows = __torch__.reduction_training.reduced(batch, vision_index, x.dtype, reduction)
    for i in range(len(decoder.o_proj)):
        y = __torch__.reduction_training.attention(decoder, x, batch, rows, reduction, i)
        x = __torch__.reduction_training.finish_layer(decoder, x, y, rows, reduction, i)
    return x


# Attention of layer i, [T, h * e].
def attention(decoder: __torch__.llama.LlamaDecoder, x: Tensor, batch: __torch__.llama_training.PackedRows,
              rows: __torch__.reduction_training.ReducedRows, reduction: __torch__.vision_parts.Reduction,
              i: int) -> Tensor:
    h, keys_end = decoder.heads, decoder.heads + decoder.key_value_heads
    kept = torch.tensor(reduction.kept[i * h:(i + 1) * h], dtype=x.dtype, device=x.device)
    kept = rows.text + (1.0 - rows.text) * kept  # [T, h]
    y = decoder.joined_projection(decoder.rms_norm(x, decoder.input_layernorm[i]), i)
    y = y.unflatten(1, [keys_end + decoder.key_value_heads, -1])
    of_values = rows.text if i >= reduction.layers else kept[:, ::h // decoder.key_value_heads]  # [T, 1] or [T, k]
    y = torch.cat([y[:, :keys_end], y[:, keys_end:] * of_values.unsqueeze(2)], 1).flatten(1)
    y = __torch__.llama_training.padded(decoder, y, batch)  # [R, h + 2k, L, e]
    q = decoder.rotate(y[:, :h], batch.cos, batch.sin)
    k = decoder.repeat(decoder.rotate(y[:, h:keys_end], batch.cos, batch.sin))
    v = decoder.repeat(y[:, keys_end:])
    y = torch.scaled_dot_product_attention(q.float(), k.float(), v.float(), rows.mask)  # [R, h, L, e]
    return (y.to(x.dtype).transpose(1, 2)[batch.rows, batch.columns] * kept.unsqueeze(2)).flatten(1)


# Output projection of attention y [T, h * e], then the MLP; each is added to the residual x [T, d].
def finish_layer(decoder: __torch__.llama.LlamaDecoder, x: Tensor, y: Tensor,
                 rows: __torch__.reduction_training.ReducedRows, reduction: __torch__.vision_parts.Reduction,
                 i: int) -> Tensor:
    x = __torch__.linear.linear_add(y, decoder.o_proj[i], None, x)
    y = decoder.rms_norm(x, decoder.post_attention_layernorm[i])
    y = __torch__.linear.gated(y, decoder.gate_proj[i], decoder.up_proj[i])  # [T, m]
    inner = y.size(1) // reduction.ffn
    y = torch.cat([y[:, :inner], y[:, inner:] * rows.text], 1)
    return __torch__.linear.linear_add(y, decoder.down_proj[i], None, x)
