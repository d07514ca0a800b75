# Cascade attention: sequences read their prefixes in place in the prefix cache, without a copy. The slot of such a
# sequence contains only what follows its prefix, and the queries of all sequences with the same prefix are multiplied
# with its keys in one product.
#
# R rows (sequences) of a call, of which the first D are decoding; h heads of size e, k key/value heads, r = h / k; S
# entries of M tokens each, N tokens of a slot.


class Prefixes(NamedTuple):
    entries : List[int]  # [R] prefix cache entry of each row, -1 if the whole row is in its slot
    lengths : List[int]  # [R] length of the prefix
    of_prompts : bool    # whether a prefilled row has a prefix
    in_order : bool      # whether the decoding rows are already ordered by entry
    order : Tensor       # [D] the decoding rows, ordered by entry
    back : Tensor        # [D] index of each decoding row in that order
    masked : Tensor      # [D, 1, 1, M + N] in that order, true where a row does not attend: entry, then slot
    runs : List[__torch__.prefix.Run]


# Adjacent entries that the same number of rows read.
class Run(NamedTuple):
    entry : int  # the first entry
    count : int  # number of entries
    rows : int   # number of rows of each entry
    begin : int  # index of their first row in the order of entries


# seen [D, 1, 1, N] is true where a decoding row attends to its slot. room is M.
def of(entries: List[int], lengths: List[int], seen: Tensor, room: int) -> __torch__.prefix.Prefixes:
    decoding, device = seen.size(0), seen.device
    of_prompts = False
    for entry in entries[decoding:]:
        of_prompts = of_prompts or entry >= 0
    rows = annotate(Dict[int, List[int]], {})
    for i in range(decoding):
        if entries[i] not in rows:
            rows[entries[i]] = annotate(List[int], [])
        rows[entries[i]].append(i)
    used = list(rows.keys())
    used.sort()
    order = annotate(List[int], [])
    ordered_lengths = annotate(List[int], [])
    runs = annotate(List[__torch__.prefix.Run], [])
    run = __torch__.prefix.Run(-1, 0, 0, 0)
    for entry in used:
        count = len(rows[entry])
        if run.count > 0 and entry == run.entry + run.count and count == run.rows:
            run = __torch__.prefix.Run(run.entry, run.count + 1, run.rows, run.begin)
            runs[-1] = run
        elif entry >= 0:
            run = __torch__.prefix.Run(entry, 1, count, len(order))
            runs.append(run)
        for row in rows[entry]:
            ordered_lengths.append(lengths[row])
        order += rows[entry]
    in_order = True
    for i in range(decoding):
        in_order = in_order and order[i] == i
    ordered = torch.tensor(order, dtype=__torch__.dtype.INT64(), device=device)
    ends = torch.tensor(ordered_lengths, dtype=__torch__.dtype.INT64(), device=device).reshape([-1, 1, 1, 1])
    masked = torch.cat([torch.arange(room, device=device) >= ends, seen[ordered].logical_not()], 3)
    return __torch__.prefix.Prefixes(entries, lengths, of_prompts, in_order, ordered, torch.argsort(ordered), masked, runs)


# Attention of decoding tokens q [D, h, e] to their prefixes and their slots. Keys and values of one layer: of entries [S,
# k, M, e], of slots [D, k, N, e]. Returns [D, h, e].
def attention(q: Tensor, prefix_keys: Tensor, prefix_values: Tensor, keys: Tensor, values: Tensor,
              prefixes: __torch__.prefix.Prefixes, keys_left: bool) -> Tensor:
    count, heads, room = q.size(0), prefix_keys.size(1), prefix_keys.size(2)
    q = (q * (1.0 / float(q.size(2)) ** 0.5)).unflatten(1, [heads, -1])  # [D, k, r, e]
    own = __torch__.attention.scores(q.flatten(0, 1), keys.flatten(0, 1), keys_left)  # [D * k, r, N]
    own = __torch__.prefix.by_entry(own.unflatten(0, [count, heads]), prefixes)
    shared = __torch__.prefix.product(__torch__.prefix.by_entry(q, prefixes), prefix_keys.transpose(2, 3), prefixes)
    scores = torch.cat([shared, own], 3).masked_fill_(prefixes.masked, -1.0e38)  # [D, k, r, M + N]
    weights = torch.softmax(scores, 3)
    y = __torch__.prefix.product(weights[:, :, :, :room], prefix_values, prefixes)  # [D, k, r, e]
    own = __torch__.prefix.by_row(weights[:, :, :, room:], prefixes).flatten(0, 1)
    y = __torch__.prefix.by_row(y, prefixes).flatten(0, 1)
    return torch.baddbmm(y, own, values.flatten(0, 1)).reshape([count, heads * q.size(2), -1])


def by_entry(x: Tensor, prefixes: __torch__.prefix.Prefixes) -> Tensor:
    return x if prefixes.in_order else x.index_select(0, prefixes.order)


def by_row(x: Tensor, prefixes: __torch__.prefix.Prefixes) -> Tensor:
    return x if prefixes.in_order else x.index_select(0, prefixes.back)


# x [D, k, r, m], ordered by entry, times the entries' keys or values [S, k, m, n]; zeros for rows without a prefix.
# Returns [D, k, r, n].
def product(x: Tensor, entries: Tensor, prefixes: __torch__.prefix.Prefixes) -> Tensor:
    parts = annotate(List[Tensor], [])
    first = prefixes.runs[0].begin
    if first > 0:
        parts.append(torch.zeros([first, x.size(1), x.size(2), entries.size(3)], dtype=x.dtype, device=x.device))
    for run in prefixes.runs:
        rows = x[run.begin:run.begin + run.count * run.rows].unflatten(0, [run.count, run.rows])
        rows = rows.transpose(1, 2).reshape([run.count * x.size(1), run.rows * x.size(2), x.size(3)])
        y = torch.bmm(rows, entries[run.entry:run.entry + run.count].flatten(0, 1))
        y = y.reshape([run.count, x.size(1), run.rows, x.size(2), y.size(2)]).transpose(1, 2)
        parts.append(y.flatten(0, 1))
    return parts[0] if len(parts) == 1 else torch.cat(parts)


# Attention of prefilled rows, one at a time: q [R - D, h, L, e], keys and values of entries [S, k, M, e] and of the rows'
# slots [R - D, k, N, e]; seen [R - D, 1, L, N] is true where a query attends to its slot. Returns [R - D, h, L, e].
def of_prompts(q: Tensor, prefix_keys: Tensor, prefix_values: Tensor, keys: Tensor, values: Tensor, seen: Tensor,
               prefixes: __torch__.prefix.Prefixes) -> Tensor:
    first = len(prefixes.entries) - q.size(0)
    r = q.size(1) // keys.size(1)
    parts = annotate(List[Tensor], [])
    for i in range(q.size(0)):
        row_keys, row_values = keys[i], values[i]
        entry, length = prefixes.entries[first + i], prefixes.lengths[first + i]
        if entry >= 0:
            row_keys = torch.cat([prefix_keys[entry, :, :length], row_keys], 1)
            row_values = torch.cat([prefix_values[entry, :, :length], row_values], 1)
        if r > 1:
            row_keys = torch.repeat_interleave(row_keys, r, 0)
            row_values = torch.repeat_interleave(row_values, r, 0)
        __torch__.attention.add_row(parts, q[i], row_keys, row_values, seen[i])
    return torch.cat(parts).unflatten(0, [q.size(0), q.size(1)])
