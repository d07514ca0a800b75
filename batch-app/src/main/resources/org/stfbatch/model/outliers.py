# Outlier channels: inputs of a product that are so much larger than the others that codes of 8 bits, which share a scale
# with them, would leave the others next to nothing. Such columns keep the weights' dtype and are multiplied apart
# (mixed-precision decomposition, Dettmers et al. 2022, arXiv:2208.07339). Which they are is seen from the weights alone,
# when they are loaded: so an answer depends on its own job only.
#
# Sizes are relative: what counts is how a channel compares with the others of the same tensor.


# The columns that are multiplied apart in a layer of the language model: [c] int64 each.
class LayerOutliers(NamedTuple):
    qkv : Tensor
    o : Tensor
    gate_up : Tensor
    down : Tensor


def none() -> Tensor:
    return torch.zeros([0], dtype=__torch__.dtype.INT64())


# The columns [c] int64 of weight [out, in] that are multiplied apart, if its inputs have these sizes [in].
def columns(weight: Tensor, inputs: Tensor) -> Tensor:
    found = __torch__.outliers.large(weight.abs().amax([0])).logical_or_(__torch__.outliers.large(inputs))
    return found.nonzero().squeeze(1)


# Those that are more than 8 times as large as the median, and of them the largest, a 32nd of all at most.
def large(sizes: Tensor) -> Tensor:
    sizes = sizes.float()
    largest, _ = torch.topk(sizes, sizes.size(0) // 32 + 1)
    return sizes > torch.maximum(sizes.median() * 8.0, largest[-1])


# Of a matrix about whose inputs nothing is known.
def own_columns(weight: Tensor) -> Tensor:
    return __torch__.outliers.columns(weight, torch.ones([weight.size(1)], dtype=__torch__.dtype.FLOAT32()))


# The sizes of a product's outputs [out], as far as the rows of its weight [out, in] decide them.
def outputs(weight: Tensor) -> Tensor:
    norms = torch.linalg_vector_norm(weight, 2, [1], False, dtype=__torch__.dtype.FLOAT32())
    return norms / norms.median().clamp_min(1e-30)


# The sizes of hidden states [d] as they leave an embedding [V, d].
def embedded(embedding: Tensor) -> Tensor:
    largest = embedding.abs().amax([0]).float()
    return largest / largest.median().clamp_min(1e-30)


# The sizes of a norm's outputs [d]: states [d] are its inputs', weight [d].
def normed(states: Tensor, weight: Tensor) -> Tensor:
    return states * weight.abs().float()
