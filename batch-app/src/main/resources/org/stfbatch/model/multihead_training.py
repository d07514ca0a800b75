# Training of multi-head attention: its weights by name; see llama_training. name: as in MultiheadAttention.load.


def add_weights(attention: __torch__.multihead.MultiheadAttention, weights: Dict[str, Tensor], name: str) -> None:
    for key in attention.matrices.keys():
        weights[name + key + ".weight"] = attention.matrices[key].weight
    for key in attention.weights.keys():
        weights[name + key] = attention.weights[key]
    return None


def take(attention: __torch__.multihead.MultiheadAttention, weights: Dict[str, Tensor], name: str) -> None:
    for key in attention.matrices.keys():
        attention.matrices[key] = __torch__.linear.plain(weights[name + key + ".weight"])
    for key in attention.weights.keys():
        attention.weights[key] = weights[name + key]
    return None
