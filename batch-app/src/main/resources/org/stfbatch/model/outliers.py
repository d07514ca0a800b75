# Outlier channels: inputs of a product that are so much larger than the others that 8-bit codes with a common scale would
# lose the precision of the others. Their columns keep the weights' dtype and are multiplied separately (mixed-precision
# decomposition, Dettmers et al. 2022, arXiv:2208.07339). They are estimated from the weights alone at load time, so an
# answer depends only on its own job.
#
# Sizes are relative magnitudes: a channel compared with the others of the same tensor.


# The outlier columns of a layer of the language model: [c] int64 each.
class LayerOutliers(NamedTuple):
    qkv : Tensor
    o : Tensor
    gate_up : Tensor
    down : Tensor


def none() -> Tensor:
    return torch.zeros([0], dtype=__torch__.dtype.INT64())


# The outlier columns [c] int64 of weight [out, in] for inputs of these sizes [in].
def columns(weight: Tensor, inputs: Tensor) -> Tensor:
    found = __torch__.outliers.large(weight.abs().amax([0])).logical_or_(__torch__.outliers.large(inputs))
    return found.nonzero().squeeze(1)


# Sizes above 8 times the median; of these at most the largest 32nd of all channels.
def large(sizes: Tensor) -> Tensor:
    sizes = sizes.float()
    largest, _ = torch.topk(sizes, sizes.size(0) // 32 + 1)
    return sizes > torch.maximum(sizes.median() * 8.0, largest[-1])


# Outlier columns of a matrix with unknown inputs.
def own_columns(weight: Tensor) -> Tensor:
    return __torch__.outliers.columns(weight, torch.ones([weight.size(1)], dtype=__torch__.dtype.FLOAT32()))


# Estimated sizes of a product's outputs [out]: the norms of the rows of its weight [out, in].
def outputs(weight: Tensor) -> Tensor:
    norms = torch.linalg_vector_norm(weight, 2, [1], False, dtype=__torch__.dtype.FLOAT32())
    return norms / norms.median().clamp_min(1e-30)


# Estimated sizes of the hidden states [d] after an embedding [V, d].
def embedded(embedding: Tensor) -> Tensor:
    largest = embedding.abs().amax([0]).float()
    return largest / largest.median().clamp_min(1e-30)


# Estimated sizes of a norm's outputs [d], from those of its inputs [d] and its weight [d].
def normed(states: Tensor, weight: Tensor) -> Tensor:
    return states * weight.abs().float()
