# Training of the CLIP vision tower: its weights by name, and a forward pass over some of the patches.
#
# B images, P patches, K of them, N = 1 + P tokens with CLS, d width, S side of an image.


# Hidden states of some patches without the others: pixel_values [B, K, 3, patch_size, patch_size] of the patches with the
# indices patches [B, K]. [B, 1 + K, d] each.
def forward_patches(tower: __torch__.clip.ClipVisionTower, pixel_values: Tensor, patches: Tensor) -> List[Tensor]:
    weight = tower.embeddings["embeddings.patch_embedding.weight"].flatten(1)  # [d, 3 * patch_size^2]
    embedded = torch.linear(pixel_values.flatten(2), weight)  # [B, K, d]
    tokens = torch.cat([torch.zeros_like(patches[:, :1]), patches + 1], 1)  # [B, 1 + K]
    positions = torch.embedding(tower.embeddings["embeddings.position_embedding.weight"], tokens)
    return tower.blocks(tower.begin(embedded, positions))


# The pixels of patches: pixels [B, 3, S, S] and patches [B, K] to [B, K, 3, patch_size, patch_size].
def cut(tower: __torch__.clip.ClipVisionTower, pixels: Tensor, patches: Tensor) -> Tensor:
    grid = pixels.unfold(2, tower.patch_size, tower.patch_size).unfold(3, tower.patch_size, tower.patch_size)
    all = grid.permute([0, 2, 3, 1, 4, 5]).flatten(1, 2)  # [B, P, 3, patch_size, patch_size]
    rows = torch.arange(patches.size(0), device=patches.device).unsqueeze(1)  # [B, 1]
    return all[rows, patches]


def named_weights(tower: __torch__.clip.ClipVisionTower) -> Dict[str, Tensor]:
    __torch__.clip_training.part_projections(tower)
    weights = annotate(Dict[str, Tensor], {})
    for name in tower.embeddings.keys():
        weights["vision_model." + name] = tower.embeddings[name]
    for i in range(len(tower.fc1_weight)):
        layer = "vision_model.encoder.layers.{}.".format(i)
        weights[layer + "layer_norm1.weight"] = tower.layer_norm1_weight[i]
        weights[layer + "layer_norm1.bias"] = tower.layer_norm1_bias[i]
        weights[layer + "self_attn.q_proj.weight"] = tower.qkv_proj_weight[3 * i].weight
        weights[layer + "self_attn.q_proj.bias"] = tower.qkv_proj_bias[3 * i]
        weights[layer + "self_attn.k_proj.weight"] = tower.qkv_proj_weight[3 * i + 1].weight
        weights[layer + "self_attn.k_proj.bias"] = tower.qkv_proj_bias[3 * i + 1]
        weights[layer + "self_attn.v_proj.weight"] = tower.qkv_proj_weight[3 * i + 2].weight
        weights[layer + "self_attn.v_proj.bias"] = tower.qkv_proj_bias[3 * i + 2]
        weights[layer + "self_attn.out_proj.weight"] = tower.out_proj_weight[i].weight
        weights[layer + "self_attn.out_proj.bias"] = tower.out_proj_bias[i]
        weights[layer + "layer_norm2.weight"] = tower.layer_norm2_weight[i]
        weights[layer + "layer_norm2.bias"] = tower.layer_norm2_bias[i]
        weights[layer + "mlp.fc1.weight"] = tower.fc1_weight[i].weight
        weights[layer + "mlp.fc1.bias"] = tower.fc1_bias[i]
        weights[layer + "mlp.fc2.weight"] = tower.fc2_weight[i].weight
        weights[layer + "mlp.fc2.bias"] = tower.fc2_bias[i]
    return weights


# Splits joined weights of queries, keys and values into three tensors, as in checkpoints.
def part_projections(tower: __torch__.clip.ClipVisionTower) -> None:
    weights = annotate(List[__torch__.linear.Matrix], [])
    biases = annotate(List[Tensor], [])
    for i in range(len(tower.fc1_weight)):
        for part in tower.qkv_proj_weight[i].weight.chunk(3):
            weights.append(__torch__.linear.plain(part))
        biases += tower.qkv_proj_bias[i].chunk(3)
    tower.qkv_proj_weight = weights
    tower.qkv_proj_bias = biases
    return None


def take(tower: __torch__.clip.ClipVisionTower, weights: Dict[str, Tensor]) -> None:
    for name in tower.embeddings.keys():
        tower.embeddings[name] = weights["vision_model." + name]
    for i in range(len(tower.fc1_weight)):
        layer = "vision_model.encoder.layers.{}.".format(i)
        tower.layer_norm1_weight[i] = weights[layer + "layer_norm1.weight"]
        tower.layer_norm1_bias[i] = weights[layer + "layer_norm1.bias"]
        tower.qkv_proj_weight[3 * i] = __torch__.linear.plain(weights[layer + "self_attn.q_proj.weight"])
        tower.qkv_proj_bias[3 * i] = weights[layer + "self_attn.q_proj.bias"]
        tower.qkv_proj_weight[3 * i + 1] = __torch__.linear.plain(weights[layer + "self_attn.k_proj.weight"])
        tower.qkv_proj_bias[3 * i + 1] = weights[layer + "self_attn.k_proj.bias"]
        tower.qkv_proj_weight[3 * i + 2] = __torch__.linear.plain(weights[layer + "self_attn.v_proj.weight"])
        tower.qkv_proj_bias[3 * i + 2] = weights[layer + "self_attn.v_proj.bias"]
        tower.out_proj_weight[i] = __torch__.linear.plain(weights[layer + "self_attn.out_proj.weight"])
        tower.out_proj_bias[i] = weights[layer + "self_attn.out_proj.bias"]
        tower.layer_norm2_weight[i] = weights[layer + "layer_norm2.weight"]
        tower.layer_norm2_bias[i] = weights[layer + "layer_norm2.bias"]
        tower.fc1_weight[i] = __torch__.linear.plain(weights[layer + "mlp.fc1.weight"])
        tower.fc1_bias[i] = weights[layer + "mlp.fc1.bias"]
        tower.fc2_weight[i] = __torch__.linear.plain(weights[layer + "mlp.fc2.weight"])
        tower.fc2_bias[i] = weights[layer + "mlp.fc2.bias"]
    return None
