# Scaled dot-product attention, softmax(q k^T e^-0.5) v, of R rows, h heads of size e, L queries and N keys.


# q [R, h, L, e], keys and values [R, h, N, e]; mask [R, 1, L, N] is true where a key is seen, or None where all are.
# Returns [R, h, L, e].
def attention(q: Tensor, keys: Tensor, values: Tensor, mask: Optional[Tensor]) -> Tensor:
    # LibTorch's fused kernel does not use the CPU's bfloat16 units; oneDNN's products do. Row by row the scores stay in
    # the processor's cache. A single query reads its keys once either way.
    if q.dtype == 15 and not q.is_cuda and q.size(2) > 1:
        return __torch__.attention.by_products(q, keys, values, mask)
    return torch.scaled_dot_product_attention(q, keys, values, mask)


def by_products(q: Tensor, keys: Tensor, values: Tensor, mask: Optional[Tensor]) -> Tensor:
    scale = 1.0 / float(q.size(3)) ** 0.5
    rows = annotate(List[Tensor], [])
    for i in range(q.size(0)):
        scores = torch.bmm(q[i] * scale, keys[i].transpose(1, 2))  # [h, L, N]
        if mask is not None:
            scores = scores.masked_fill_(mask[i].logical_not(), -1.0e38)
        rows.append(torch.bmm(torch.softmax(scores, 2), values[i]))
    return torch.stack(rows)
