# Lets a test compare ways of attention.


class AttentionProbe(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    # How far apart attention is in bfloat16 with keys asked together and row by row. q [R, h, 1, e], keys and values
    # [R, h, N, e], float32; last [R]: the last key that each row sees; rows in lists of such sizes get the same first keys.
    def sharing(self, q: Tensor, keys: Tensor, values: Tensor, last: Tensor, rows: Tensor, sizes: List[int], alone: Tensor,
                places: int) -> float:
        q = q.to(15)
        keys = keys.to(15)
        values = values.to(15)
        groups = annotate(List[Tensor], [])
        prefixes = annotate(List[Tensor], [])
        for group in rows.split_with_sizes(sizes):
            prefix = keys[int(group[0]), :, :places].clone()
            keys[group, :, :places] = prefix
            groups.append(group)
            prefixes.append(prefix)
        mask = (torch.arange(keys.size(2)) <= last.unsqueeze(1)).unsqueeze(1).unsqueeze(1)
        one = __torch__.attention.of_single_queries(q, keys, values, mask, True)
        other = __torch__.attention.of_single_queries(q, keys, values, mask, False)
        together = __torch__.attention.of_sharing_queries(q, keys, values, mask, prefixes, groups, alone, places)
        apart = torch.maximum((one - together).abs(), (one - other).abs())
        return float(apart.to(6).max())
