# Scaled dot-product attention, softmax(q k^T e^-0.5) v, of R rows, h heads of size e, L queries and N keys.


# q [R, h, L, e], keys and values [R, h, N, e]; mask [R, 1, L, N] is true where a query attends, None for full attention.
# keys_left applies to single queries in bfloat16, see `scores`. Returns [R, h, L, e].
def attention(q: Tensor, keys: Tensor, values: Tensor, mask: Optional[Tensor], keys_left: bool) -> Tensor:
    # LibTorch's fused kernel does not use the CPU's bfloat16 units; oneDNN's products do.
    if q.dtype == __torch__.dtype.BFLOAT16() and not q.is_cuda:
        if q.size(2) == 1:
            return __torch__.attention.of_single_queries(q, keys, values, mask, keys_left)
        return __torch__.attention.row_by_row(q, keys, values, mask)
    return torch.scaled_dot_product_attention(q, keys, values, mask)


# One row at a time, see `add_row`.
def row_by_row(q: Tensor, keys: Tensor, values: Tensor, mask: Optional[Tensor]) -> Tensor:
    parts = annotate(List[Tensor], [])
    for i in range(q.size(0)):
        seen = mask[i] if mask is not None else None
        __torch__.attention.add_row(parts, q[i], keys[i], values[i], seen)
    return torch.cat(parts).unflatten(0, [q.size(0), q.size(1)])


# Appends the attention of one row [h, L, e] to `parts`, in groups of a few heads whose scores fit the processor's cache.
# q [h, L, e], keys and values [h, N, e]. seen [1, L, n] is the mask of the last n keys; all other keys are attended to.
def add_row(parts: List[Tensor], q: Tensor, keys: Tensor, values: Tensor, seen: Optional[Tensor]) -> None:
    q = q * (1.0 / float(q.size(2)) ** 0.5)
    step = max(1, 1400000 // (q.size(1) * keys.size(1)))  # four heads of CLIP-L, the fastest of 2, 4, 8 and 16
    for begin in range(0, q.size(0), step):
        scores = torch.bmm(q[begin:begin + step], keys[begin:begin + step].transpose(1, 2))  # [step, L, N]
        if seen is not None:
            scores[:, :, scores.size(2) - seen.size(2):].masked_fill_(seen.logical_not(), -1.0e38)
        parts.append(torch.bmm(torch.softmax(scores, 2), values[begin:begin + step]))
    return None


# All rows at once: with one query per row, every key is read only once, so blocking does not help the cache.
def of_single_queries(q: Tensor, keys: Tensor, values: Tensor, mask: Optional[Tensor], keys_left: bool) -> Tensor:
    queries = (q * (1.0 / float(q.size(3)) ** 0.5)).flatten(0, 1)  # [R * h, 1, e]
    scores = __torch__.attention.scores(queries, keys.flatten(0, 1), keys_left)
    scores = scores.reshape([q.size(0), q.size(1), 1, keys.size(2)])
    if mask is not None:
        scores = scores.masked_fill_(mask.logical_not(), -1.0e38)
    y = torch.bmm(torch.softmax(scores, 3).flatten(0, 1), values.flatten(0, 1))  # [R * h, 1, e]
    return y.reshape(q.size())


# Scores of a few queries: q [B, n, e] times keys [B, N, e], [B, n, N]. Both operand orders give bit-identical scores; the
# faster one depends on the processor.
def scores(q: Tensor, keys: Tensor, keys_left: bool) -> Tensor:
    if keys_left:
        return torch.bmm(keys, q.transpose(1, 2)).transpose(1, 2)
    return torch.bmm(q, keys.transpose(1, 2))
