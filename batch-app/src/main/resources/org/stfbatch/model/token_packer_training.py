# Training of TokenPacker's projector: its weights by name; see llama_training.


def add_weights(packer: __torch__.token_packer.TokenPacker, weights: Dict[str, Tensor]) -> None:
    name = "model.mm_projector."
    for key in packer.matrices.keys():
        weights[name + key + ".weight"] = packer.matrices[key].weight
    for key in packer.weights.keys():
        weights[name + key] = packer.weights[key]
    __torch__.multihead_training.add_weights(packer.clip_attn, weights, name + "clip_attn.")
    return None


def take(packer: __torch__.token_packer.TokenPacker, weights: Dict[str, Tensor]) -> None:
    name = "model.mm_projector."
    for key in packer.matrices.keys():
        packer.matrices[key] = __torch__.linear.plain(weights[name + key + ".weight"])
    for key in packer.weights.keys():
        packer.weights[key] = weights[name + key]
    __torch__.multihead_training.take(packer.clip_attn, weights, name + "clip_attn.")
    return None
