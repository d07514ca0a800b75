# Where the tokens of a call stand in the key/value cache, and what each of them sees there.
#
# T tokens of a call, R rows (sequences or prefixes), L tokens of the longest row, e size of a head. The first D tokens
# generate: each is the only one of its slot, 0 .. D-1. The others are laid side by side, row by row.


class CacheView(NamedTuple):
    cos : Tensor               # [T, 1, e] of the tokens' positions in their sequences
    sin : Tensor
    slots : Tensor             # [T] the slot or shelf of each token
    places : Tensor            # [T] where in it its key and value stand
    span : int                 # only so many places are looked at
    decoding : int             # D
    newest : Tensor            # [D, 1, 1, span] which places each of the first D tokens sees
    first : int                # the slot of the first row; the others follow
    count : int                # R
    shelves : Optional[Tensor] # [R] the shelves of the rows, where they are no slots
    rows : Tensor              # [T - D] row of each other token
    columns : Tensor           # [T - D] its place in the row
    mask : Tensor              # [R, L, 1, span] which places each of the other tokens sees
    prefixes : Optional[__torch__.prefix.Prefixes]  # of sequences in slots, where some lie on shelves


# For rows side by side, a value for each query: [T] to [R, L], 0 where a row is shorter than the longest.
def grid(values: Tensor, rows: Tensor, columns: Tensor, count: int, longest: int) -> Tensor:
    grid = torch.zeros([count, longest], dtype=values.dtype, device=values.device)
    grid[rows, columns] = values
    return grid


# Which of `span` places each query sees: those up to its own. [..] to [.., 1, span], the 1 for the heads.
def causal(places: Tensor, span: int) -> Tensor:
    return (torch.arange(span, device=places.device) <= places.unsqueeze(-1)).unsqueeze(-2)


# Which of `span` places each query of rows sees if continuations branch: what stands at a place [T] is seen up to its
# end [T], where the tokens below it end. What stands in a slot already has no end. Returns [R, L, 1, span].
def branches(grid: Tensor, rows: Tensor, places: Tensor, ends: Tensor, span: int) -> Tensor:
    seen = torch.full([grid.size(0), span], span, dtype=ends.dtype, device=ends.device)
    seen[rows, places] = ends
    return (grid.unsqueeze(-1) < seen.unsqueeze(1)).unsqueeze(2)
