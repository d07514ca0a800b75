# Cache positions and attention masks of the tokens of a call.
#
# T tokens of a call, R rows (sequences or prefixes), L tokens of the longest row, e size of a head. The first D tokens
# are decoding tokens: each is the only one of its slot, 0 .. D-1. The others are prefilled, padded row by row.


class CacheView(NamedTuple):
    cos : Tensor               # [T, 1, e] by position id
    sin : Tensor
    slots : Tensor             # [T] the slot, or prefix cache entry, of each token
    cache_positions : Tensor   # [T] position of the token's key and value in it
    span : int                 # attention reads the first `span` cache positions
    decoding : int             # D
    decode_mask : Tensor       # [D, 1, 1, span] true where a decoding token attends
    first : int                # slot of the first row; the others follow
    count : int                # R
    entries : Optional[Tensor] # [R] prefix cache entry of each row; None if the rows are slots
    rows : Tensor              # [T - D] row of each prefilled token
    columns : Tensor           # [T - D] its index in the row
    mask : Tensor              # [R, L, 1, span] true where a prefilled token attends
    prefixes : Optional[__torch__.prefix.Prefixes]  # of sequences that read their prefixes in place


# Pads values of prefilled tokens: [T - D] to [R, L], 0 as padding.
def grid(values: Tensor, rows: Tensor, columns: Tensor, count: int, longest: int) -> Tensor:
    grid = torch.zeros([count, longest], dtype=values.dtype, device=values.device)
    grid[rows, columns] = values
    return grid


# Causal mask: each query attends to the cache positions up to its own. [..] to [.., 1, span]; the 1 broadcasts over
# heads.
def causal(cache_positions: Tensor, span: int) -> Tensor:
    return (torch.arange(span, device=cache_positions.device) <= cache_positions.unsqueeze(-1)).unsqueeze(-2)


# Tree attention mask for continuations with common beginnings. The tree is stored depth-first, so a token at a cache
# position [T] is an ancestor of the tokens up to the end of its subtree [T]. Tokens already in a slot are ancestors of
# all tokens. `grid` [R, L] has the queries' cache positions. Returns [R, L, 1, span].
def tree_mask(grid: Tensor, rows: Tensor, cache_positions: Tensor, subtree_ends: Tensor, span: int) -> Tensor:
    seen = torch.full([grid.size(0), span], span, dtype=subtree_ends.dtype, device=subtree_ends.device)
    seen[rows, cache_positions] = subtree_ends
    return (grid.unsqueeze(-1) < seen.unsqueeze(1)).unsqueeze(2)
