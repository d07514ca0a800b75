# The weights of a decoder layer in two parts: what vision tokens need, and what only text tokens need besides it. Both
# parts together are the checkpoint's weights, so they take no more memory than those.
#
# d width, h heads of size e, k key/value heads, m inner width of the MLP. Heads are reordered: those that are kept for
# vision tokens come first. The cache has the same order.


# How the work for vision tokens is reduced; see `yopo`.
class Reduction(NamedTuple):
    side : int         # vision tokens along one side of an image
    radius : int       # a vision token attends to those at most so many rows and columns away
    layers : int       # L: the layers from this one on have no values of vision tokens
    ffn : int          # the MLP uses the first m // ffn of its hidden units
    skips : bool       # keys and values that are masked are left out of the softmax
    kept : List[int]   # [layers * h] 1 where a head is kept


class LayerParts(NamedTuple):
    heads : int        # g: heads of vision tokens
    keys : int         # key heads of vision tokens that are stored
    values : int       # value heads of vision tokens that are stored
    qkv : List[__torch__.linear.Matrix]       # rows of q_proj, k_proj and v_proj, as one matrix or three
    text_qkv : List[__torch__.linear.Matrix]
    o : List[__torch__.linear.Matrix]         # columns of o_proj; here and below none or one matrix
    text_o : List[__torch__.linear.Matrix]
    gate : __torch__.linear.Matrix            # rows
    text_gate : List[__torch__.linear.Matrix]
    up : __torch__.linear.Matrix
    text_up : List[__torch__.linear.Matrix]
    down : __torch__.linear.Matrix            # columns
    text_down : List[__torch__.linear.Matrix]


# Splits layer i: q [d, d], k and v [k * e, d], o [d, d], gate and up [m, d], down [d, m].
def split(reduction: __torch__.vision_parts.Reduction, i: int, heads: int, key_value_heads: int, q: Tensor, k: Tensor,
          v: Tensor, o: Tensor, gate: Tensor, up: Tensor, down: Tensor, outliers: __torch__.outliers.LayerOutliers,
          format: int) -> __torch__.vision_parts.LayerParts:
    size, group = q.size(0) // heads, heads // key_value_heads
    without_vision = reduction.skips and i >= reduction.layers
    kept, order = __torch__.vision_parts.order(reduction, i, heads, key_value_heads)
    inner = gate.size(0) // reduction.ffn
    if without_vision:
        kept, inner = key_value_heads, gate.size(0)
    keys = kept if reduction.skips else key_value_heads
    values = 0 if i >= reduction.layers and not reduction.skips else kept
    if kept < key_value_heads:
        order = order.to(q.device)
        q = __torch__.vision_parts.reordered(q, order)
        k = __torch__.vision_parts.reordered(k, order)
        v = __torch__.vision_parts.reordered(v, order)
        o = __torch__.vision_parts.reordered(o.t(), order).t()
    columns = torch.arange(q.size(0), device=q.device)
    if kept < key_value_heads:
        columns = __torch__.vision_parts.reordered(columns, order)
    g = kept * group
    units = torch.arange(gate.size(0), device=q.device)
    return __torch__.vision_parts.LayerParts(
        g, keys, values,
        __torch__.vision_parts.joined([q[:g * size], k[:keys * size], v[:values * size]], outliers.qkv, format),
        __torch__.vision_parts.joined([q[g * size:], k[keys * size:], v[values * size:]], outliers.qkv, format),
        __torch__.vision_parts.of_columns(o[:, :g * size], columns[:g * size], outliers.o, format),
        __torch__.vision_parts.of_columns(o[:, g * size:], columns[g * size:], outliers.o, format),
        __torch__.linear.placed_apart(gate[:inner], format, outliers.gate_up),
        __torch__.vision_parts.joined([gate[inner:]], outliers.gate_up, format),
        __torch__.linear.placed_apart(up[:inner], format, outliers.gate_up),
        __torch__.vision_parts.joined([up[inner:]], outliers.gate_up, format),
        __torch__.vision_parts.of_columns(down[:, :inner], units[:inner], outliers.down, format)[0],
        __torch__.vision_parts.of_columns(down[:, inner:], units[inner:], outliers.down, format))


# Number of kept key/value heads of layer i, and all of them [k], the kept ones first. Query heads with the same
# key/value head are kept together or not.
def order(reduction: __torch__.vision_parts.Reduction, i: int, heads: int, key_value_heads: int) -> Tuple[int, Tensor]:
    kept = annotate(List[int], [])
    others = annotate(List[int], [])
    for head in range(key_value_heads):
        if reduction.kept[i * heads + head * (heads // key_value_heads)] != 0:
            kept.append(head)
        else:
            others.append(head)
    return (len(kept), torch.tensor(kept + others, dtype=__torch__.dtype.INT64()))


# Reorders the rows [n, ..] of x, in k blocks of the same size.
def reordered(x: Tensor, order: Tensor) -> Tensor:
    return x.unflatten(0, [order.size(0), -1]).index_select(0, order).flatten(0, 1)


# Matrices of the weights [n, in] that have rows: one for all, or one each where concatenation would copy mapped files.
def joined(weights: List[Tensor], outliers: Tensor, format: int) -> List[__torch__.linear.Matrix]:
    matrices = annotate(List[__torch__.linear.Matrix], [])
    filled = annotate(List[Tensor], [])
    for weight in weights:
        if weight.size(0) > 0:
            filled.append(weight)
    if len(filled) == 0:
        return matrices
    if format != __torch__.weight_format.PLAIN() or filled[0].is_cuda:
        matrices.append(__torch__.linear.placed_apart(torch.cat(filled, 0), format, outliers))
    else:
        for weight in filled:
            matrices.append(__torch__.linear.plain(weight))
    return matrices


# The matrix of weight [out, n], whose columns [n] have these numbers in the layer's whole matrix; none without columns.
def of_columns(weight: Tensor, columns: Tensor, outliers: Tensor, format: int) -> List[__torch__.linear.Matrix]:
    matrices = annotate(List[__torch__.linear.Matrix], [])
    if weight.size(1) > 0:
        own = outliers
        if outliers.size(0) > 0:
            own = torch.isin(columns, outliers).nonzero().squeeze(1)
        if format == __torch__.weight_format.INT8():
            weight = weight.contiguous()  # oneDNN reads codes in the order of memory
        matrices.append(__torch__.linear.placed_apart(weight, format, own))
    return matrices


# x [T, in] times matrices with these numbers of rows together: [T, rows].
def product(x: Tensor, matrices: List[__torch__.linear.Matrix], rows: int) -> Tensor:
    if len(matrices) == 1:
        return __torch__.linear.linear(x, matrices[0], None)
    parts = annotate(List[Tensor], [])
    for matrix in matrices:
        parts.append(__torch__.linear.linear(x, matrix, None))
    if len(parts) == 0:
        return torch.zeros([x.size(0), rows], dtype=x.dtype, device=x.device)
    return torch.cat(parts, 1)
