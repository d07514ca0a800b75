# Training of token fusion: its weights by name; see llama_training.


def named_weights(fusion: __torch__.fusion.TokenFusion) -> Dict[str, Tensor]:
    weights = annotate(Dict[str, Tensor], {})
    for name in fusion.weights.keys():
        weights["model." + name] = fusion.weights[name]
    for name in fusion.matrices.keys():
        weights["model." + name + ".weight"] = fusion.matrices[name].weight
    if fusion.spatial == __torch__.spatial_form.PACKER():
        __torch__.token_packer_training.add_weights(fusion.packer, weights)
    return weights


def take(fusion: __torch__.fusion.TokenFusion, weights: Dict[str, Tensor]) -> None:
    for name in fusion.weights.keys():
        fusion.weights[name] = weights["model." + name]
    for name in fusion.matrices.keys():
        fusion.matrices[name] = __torch__.linear.plain(weights["model." + name + ".weight"])
    if fusion.spatial == __torch__.spatial_form.PACKER():
        __torch__.token_packer_training.take(fusion.packer, weights)
    return None
