# LLaVolta in training (Chen et al. 2024, arXiv:2406.20092): from layer K on, each s tokens of an image that follow each
# other are their mean; see also `pruning`, the form of inference.
#
# T tokens of a batch, M means of all images, U tokens that remain, R rows, L remaining tokens of the longest row, d
# width, e size of a head.


# Text tokens and means, in the order of their rows.
class PooledRows(NamedTuple):
    windows : Tensor  # [M, s] indices of the tokens of each mean
    sources : Tensor  # [U] index of a token, or T + m: the mean m
    rows : Tensor     # [U]
    columns : Tensor  # [U]
    longest : int     # L


# firsts [M]: index of each mean's first token; remaining [3, U]: source, row and column.
def pooled(firsts: Tensor, remaining: Tensor, stride: int, longest: int) -> __torch__.pooling_training.PooledRows:
    windows = firsts.unsqueeze(1) + torch.arange(stride, device=firsts.device)
    sources, rows, columns = remaining.unbind(0)
    return __torch__.pooling_training.PooledRows(windows, sources, rows, columns, longest)


# The hidden states that remain, [U, d], of x [T, d].
def states(x: Tensor, pooling: __torch__.pooling_training.PooledRows) -> Tensor:
    return torch.cat([x, x[pooling.windows].mean([1])])[pooling.sources]


# Their position ids [U], from those of all tokens [T]: text keeps its own.
def positions(positions: Tensor, pooling: __torch__.pooling_training.PooledRows) -> Tensor:
    means = __torch__.pruning.mean_positions(positions[pooling.windows].unsqueeze(0)).squeeze(0)
    return torch.cat([positions, means])[pooling.sources]


# Their cos and sin, [R, 1, L, e] each, from the position ids of all tokens [T].
def rotary(decoder: __torch__.llama.LlamaDecoder, all_positions: Tensor, count: int,
           pooling: __torch__.pooling_training.PooledRows, dtype: int) -> Tuple[Tensor, Tensor]:
    remaining = __torch__.pooling_training.positions(all_positions, pooling)
    padded = torch.zeros([count, pooling.longest], dtype=remaining.dtype, device=remaining.device)
    padded = padded.index_put([pooling.rows, pooling.columns], remaining)
    cos = decoder.tensors["rotary.cos"][padded].unsqueeze(1).to(dtype)
    sin = decoder.tensors["rotary.sin"][padded].unsqueeze(1).to(dtype)
    return (cos, sin)
