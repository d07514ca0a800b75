# Scaled dot-product attention, softmax(q k^T e^-0.5) v, of R rows, h heads of size e, L queries and N keys.


# q [R, h, L, e], keys and values [R, h, N, e]; mask [R, 1, L, N] is true where a key is seen, or None where all are.
# keys_left is for single queries in bfloat16. Returns [R, h, L, e].
def attention(q: Tensor, keys: Tensor, values: Tensor, mask: Optional[Tensor], keys_left: bool) -> Tensor:
    # LibTorch's fused kernel does not use the CPU's bfloat16 units; oneDNN's products do.
    if q.dtype == 15 and not q.is_cuda:
        if q.size(2) == 1:
            return __torch__.attention.of_single_queries(q, keys, values, mask, keys_left)
        return __torch__.attention.row_by_row(q, keys, values, mask)
    return torch.scaled_dot_product_attention(q, keys, values, mask)


# Row by row the scores stay in the processor's cache.
def row_by_row(q: Tensor, keys: Tensor, values: Tensor, mask: Optional[Tensor]) -> Tensor:
    scale = 1.0 / float(q.size(3)) ** 0.5
    rows = annotate(List[Tensor], [])
    for i in range(q.size(0)):
        scores = torch.bmm(q[i] * scale, keys[i].transpose(1, 2))  # [h, L, N]
        if mask is not None:
            scores = scores.masked_fill_(mask[i].logical_not(), -1.0e38)
        rows.append(torch.bmm(torch.softmax(scores, 2), values[i]))
    return torch.stack(rows)


# With one query a row, every key is read once and nothing is worth keeping: all rows together. The scores are the same to
# the last bit whichever factor the keys are; which is faster depends on the processor.
def of_single_queries(q: Tensor, keys: Tensor, values: Tensor, mask: Optional[Tensor], keys_left: bool) -> Tensor:
    scale = 1.0 / float(q.size(3)) ** 0.5
    queries = (q * scale).flatten(0, 1)  # [R * h, 1, e]
    if keys_left:
        scores = torch.bmm(keys.flatten(0, 1), queries.transpose(1, 2))  # [R * h, N, 1]
    else:
        scores = torch.bmm(queries, keys.flatten(0, 1).transpose(1, 2))  # [R * h, 1, N]
    scores = scores.reshape([q.size(0), q.size(1), 1, keys.size(2)])
    if mask is not None:
        scores = scores.masked_fill_(mask.logical_not(), -1.0e38)
    y = torch.bmm(torch.softmax(scores, 3).flatten(0, 1), values.flatten(0, 1))  # [R * h, 1, e]
    return y.reshape(q.size())
