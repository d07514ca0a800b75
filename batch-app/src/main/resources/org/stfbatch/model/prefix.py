# Prefixes that sequences read where they lie, on shelves. The slot of such a sequence holds only what comes behind its
# prefix, and sequences with the same prefix ask its keys together (cascade attention).
#
# R rows (sequences) of a call, of which the first D generate; h heads of size e, k key/value heads, r = h / k; S shelves
# of M places each, N places of a slot.


class Prefixes(NamedTuple):
    shelves : List[int]  # [R] the shelf of each row's prefix, -1 if all of the row is in its slot
    lengths : List[int]  # [R] places of the prefix
    of_prompts : bool    # whether a row that does not generate yet has one
    in_order : bool      # whether the rows that generate are ordered by shelf
    order : Tensor       # [D] the rows that generate, by shelf
    back : Tensor        # [D] where in that order each row is
    unseen : Tensor      # [D, 1, 1, M + N] in that order, what each does not see of its shelf and then of its slot
    runs : List[__torch__.prefix.Run]


# Neighbouring shelves that as many rows read each.
class Run(NamedTuple):
    shelf : int  # the first
    count : int  # of shelves
    rows : int   # of each
    begin : int  # where their rows begin in the order of shelves


# seen [D, 1, 1, N] is true where a row that generates sees its slot. room is M.
def of(shelves: List[int], lengths: List[int], seen: Tensor, room: int) -> __torch__.prefix.Prefixes:
    decoding, device = seen.size(0), seen.device
    of_prompts = False
    for shelf in shelves[decoding:]:
        of_prompts = of_prompts or shelf >= 0
    rows = annotate(Dict[int, List[int]], {})
    for i in range(decoding):
        if shelves[i] not in rows:
            rows[shelves[i]] = annotate(List[int], [])
        rows[shelves[i]].append(i)
    used = list(rows.keys())
    used.sort()
    order = annotate(List[int], [])
    ends = annotate(List[int], [])
    runs = annotate(List[__torch__.prefix.Run], [])
    run = __torch__.prefix.Run(-1, 0, 0, 0)
    for shelf in used:
        count = len(rows[shelf])
        if run.count > 0 and shelf == run.shelf + run.count and count == run.rows:
            run = __torch__.prefix.Run(run.shelf, run.count + 1, run.rows, run.begin)
            runs[-1] = run
        elif shelf >= 0:
            run = __torch__.prefix.Run(shelf, 1, count, len(order))
            runs.append(run)
        for row in rows[shelf]:
            ends.append(lengths[row])
        order += rows[shelf]
    in_order = True
    for i in range(decoding):
        in_order = in_order and order[i] == i
    ordered = torch.tensor(order, dtype=4, device=device)
    hidden = torch.arange(room, device=device) >= torch.tensor(ends, dtype=4, device=device).reshape([-1, 1, 1, 1])
    unseen = torch.cat([hidden, seen[ordered].logical_not()], 3)
    return __torch__.prefix.Prefixes(shelves, lengths, of_prompts, in_order, ordered, torch.argsort(ordered), unseen, runs)


# Attention of the newest tokens q [D, h, e] to their prefixes and to what each sees of its slot. Keys and values are those
# of one layer: of shelves [S, k, M, e], of slots [D, k, N, e]. Returns [D, h, e].
def attention(q: Tensor, shelf_keys: Tensor, shelf_values: Tensor, keys: Tensor, values: Tensor,
              prefixes: __torch__.prefix.Prefixes, keys_left: bool) -> Tensor:
    count, heads, room = q.size(0), shelf_keys.size(1), shelf_keys.size(2)
    q = (q * (1.0 / float(q.size(2)) ** 0.5)).unflatten(1, [heads, -1])  # [D, k, r, e]
    own = __torch__.attention.scores(q.flatten(0, 1), keys.flatten(0, 1), keys_left)  # [D * k, r, N]
    own = __torch__.prefix.by_shelf(own.unflatten(0, [count, heads]), prefixes)
    shared = __torch__.prefix.asked(__torch__.prefix.by_shelf(q, prefixes), shelf_keys.transpose(2, 3), prefixes)
    scores = torch.cat([shared, own], 3).masked_fill_(prefixes.unseen, -1.0e38)  # [D, k, r, M + N]
    weights = torch.softmax(scores, 3)
    y = __torch__.prefix.asked(weights[:, :, :, :room], shelf_values, prefixes)  # [D, k, r, e]
    own = __torch__.prefix.by_row(weights[:, :, :, room:], prefixes).flatten(0, 1)
    y = __torch__.prefix.by_row(y, prefixes).flatten(0, 1)
    return torch.baddbmm(y, own, values.flatten(0, 1)).reshape([count, heads * q.size(2), -1])


def by_shelf(x: Tensor, prefixes: __torch__.prefix.Prefixes) -> Tensor:
    return x if prefixes.in_order else x.index_select(0, prefixes.order)


def by_row(x: Tensor, prefixes: __torch__.prefix.Prefixes) -> Tensor:
    return x if prefixes.in_order else x.index_select(0, prefixes.back)


# x [D, k, r, m] in the order of shelves times what is on their shelves [S, k, m, n]; zeros for rows without a prefix.
# Returns [D, k, r, n].
def asked(x: Tensor, shelves: Tensor, prefixes: __torch__.prefix.Prefixes) -> Tensor:
    parts = annotate(List[Tensor], [])
    first = prefixes.runs[0].begin
    if first > 0:
        parts.append(torch.zeros([first, x.size(1), x.size(2), shelves.size(3)], dtype=x.dtype, device=x.device))
    for run in prefixes.runs:
        rows = x[run.begin:run.begin + run.count * run.rows].unflatten(0, [run.count, run.rows])
        rows = rows.transpose(1, 2).reshape([run.count * x.size(1), run.rows * x.size(2), x.size(3)])
        y = torch.bmm(rows, shelves[run.shelf:run.shelf + run.count].flatten(0, 1))
        y = y.reshape([run.count, x.size(1), run.rows, x.size(2), y.size(2)]).transpose(1, 2)
        parts.append(y.flatten(0, 1))
    return parts[0] if len(parts) == 1 else torch.cat(parts)


# Attention of prompts' ends, row by row: q [R - D, h, L, e], keys and values of shelves [S, k, M, e] and of the rows' slots
# [R - D, k, N, e]; seen [R - D, 1, L, N] is true where a place of a slot is seen. Returns [R - D, h, L, e].
def of_prompts(q: Tensor, shelf_keys: Tensor, shelf_values: Tensor, keys: Tensor, values: Tensor, seen: Tensor,
               prefixes: __torch__.prefix.Prefixes) -> Tensor:
    first = len(prefixes.shelves) - q.size(0)
    r = q.size(1) // keys.size(1)
    parts = annotate(List[Tensor], [])
    for i in range(q.size(0)):
        row_keys, row_values = keys[i], values[i]
        shelf, length = prefixes.shelves[first + i], prefixes.lengths[first + i]
        if shelf >= 0:
            row_keys = torch.cat([shelf_keys[shelf, :, :length], row_keys], 1)
            row_values = torch.cat([shelf_values[shelf, :, :length], row_values], 1)
        if r > 1:
            row_keys = torch.repeat_interleave(row_keys, r, 0)
            row_values = torch.repeat_interleave(row_values, r, 0)
        __torch__.attention.add_row(parts, q[i], row_keys, row_values, seen[i])
    return torch.cat(parts).unflatten(0, [q.size(0), q.size(1)])
