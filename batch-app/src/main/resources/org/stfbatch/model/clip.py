# CLIP's vision transformer (Radford et al. 2021, arXiv:2103.00020) with Hugging Face's tensor names: `vision_model.*`.
# Computes only hidden states: LLaVA uses neither the final layer norm nor the projection.
#
# B images, P = (image_size / patch_size)^2 patches, N = 1 + P tokens (CLS first), d width, h heads of size e.


class ClipVisionTower(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool

    heads : int
    patch_size : int
    epsilon : float
    quick_gelu : bool

    embeddings : Dict[str, Tensor]
    layer_norm1_weight : List[Tensor]
    layer_norm1_bias : List[Tensor]
    qkv_proj_weight : List[__torch__.linear.Matrix]  # q_proj, k_proj and v_proj, concatenated over outputs
    qkv_proj_bias : List[Tensor]
    out_proj_weight : List[__torch__.linear.Matrix]
    out_proj_bias : List[Tensor]
    layer_norm2_weight : List[Tensor]
    layer_norm2_bias : List[Tensor]
    fc1_weight : List[__torch__.linear.Matrix]
    fc1_bias : List[Tensor]
    fc2_weight : List[__torch__.linear.Matrix]
    fc2_bias : List[Tensor]

    # Of the last block, if only its attention is needed.
    last_block : Dict[str, Tensor]  # "layer_norm1" and the biases of "q_proj" and "k_proj"
    last_block_weight : Dict[str, __torch__.linear.Matrix]  # "q_proj" and "k_proj"

    # Moves the weights of the first `layers` blocks out of `weights`; no used hidden state needs the others.
    def load(self, weights: Dict[str, Tensor], layers: int, heads: int, patch_size: int, epsilon: float,
             quick_gelu: bool, format: int) -> None:
        self.heads = heads
        self.patch_size = patch_size
        self.epsilon = epsilon
        self.quick_gelu = quick_gelu
        for name in ["embeddings.class_embedding", "embeddings.patch_embedding.weight",
                     "embeddings.position_embedding.weight", "pre_layrnorm.weight", "pre_layrnorm.bias"]:
            self.embeddings[name] = __torch__.linear.kept(weights.pop("vision_model." + name), format)
        for i in range(layers):
            layer = "vision_model.encoder.layers.{}.".format(i)
            self.layer_norm1_weight.append(__torch__.linear.kept(weights.pop(layer + "layer_norm1.weight"), format))
            self.layer_norm1_bias.append(__torch__.linear.kept(weights.pop(layer + "layer_norm1.bias"), format))
            qkv = self.joined(weights, layer + "self_attn.", ".weight")
            self.qkv_proj_weight.append(__torch__.linear.placed_behind(qkv, format, self.layer_norm1_weight[i]))
            self.qkv_proj_bias.append(self.joined(weights, layer + "self_attn.", ".bias"))
            out = weights.pop(layer + "self_attn.out_proj.weight")
            self.out_proj_weight.append(__torch__.linear.placed(out, format))
            self.out_proj_bias.append(__torch__.linear.kept(weights.pop(layer + "self_attn.out_proj.bias"), format))
            self.layer_norm2_weight.append(__torch__.linear.kept(weights.pop(layer + "layer_norm2.weight"), format))
            self.layer_norm2_bias.append(__torch__.linear.kept(weights.pop(layer + "layer_norm2.bias"), format))
            fc1_weight = weights.pop(layer + "mlp.fc1.weight")
            fc1 = __torch__.linear.placed_behind(fc1_weight, format, self.layer_norm2_weight[i])
            fc1_bias = __torch__.linear.kept(weights.pop(layer + "mlp.fc1.bias"), format)
            fc2 = __torch__.linear.placed(weights.pop(layer + "mlp.fc2.weight"), format)
            if quick_gelu and format == __torch__.weight_format.INT8():
                # quick_gelu(x) = silu(1.702 x) / 1.702: the scales of int8 matrices absorb both factors exactly.
                fc1 = __torch__.linear.times(fc1, 1.702)
                fc1_bias = fc1_bias * 1.702
                fc2 = __torch__.linear.times(fc2, 1.0 / 1.702)
            self.fc1_weight.append(fc1)
            self.fc1_bias.append(fc1_bias)
            self.fc2_weight.append(fc2)
            self.fc2_bias.append(__torch__.linear.kept(weights.pop(layer + "mlp.fc2.bias"), format))
        return None

    # Copies the weights for `last_attention` of block `i`, the last one. Must be called before `load`.
    def load_last_block(self, weights: Dict[str, Tensor], i: int, format: int) -> None:
        layer = "vision_model.encoder.layers.{}.".format(i)
        for name in ["layer_norm1.weight", "layer_norm1.bias", "q_proj.bias", "k_proj.bias"]:
            full = layer + name if name.startswith("layer_norm1") else layer + "self_attn." + name
            self.last_block[name] = __torch__.linear.kept(weights[full], format)
        for name in ["q_proj", "k_proj"]:
            weight = weights[layer + "self_attn." + name + ".weight"]
            self.last_block_weight[name] = __torch__.linear.placed(weight, format)
        return None

    # Weights or biases of queries, keys and values, concatenated over outputs.
    def joined(self, weights: Dict[str, Tensor], attention: str, kind: str) -> Tensor:
        q = weights.pop(attention + "q_proj" + kind)
        k = weights.pop(attention + "k_proj" + kind)
        v = weights.pop(attention + "v_proj" + kind)
        return torch.cat([q, k, v], 0)

    # The hidden states 0 (embeddings) .. layers (output of the last loaded block), [B, N, d] each, including CLS.
    def forward(self, pixel_values: Tensor) -> List[Tensor]:
        return self.blocks(self.embed(pixel_values))

    # From the first block's input to the hidden states 0 .. layers, [B, N, d] each.
    def blocks(self, x: Tensor) -> List[Tensor]:
        hidden_states, _ = self.attentive_blocks(x, 0, 0)
        return hidden_states

    # Like `blocks`, with the attention of CLS to the patches in the blocks from `first` to `end`, exclusive, [B, h, P]
    # float32 each.
    def attentive_blocks(self, x: Tensor, first: int, end: int) -> Tuple[List[Tensor], List[Tensor]]:
        hidden_states = [x]
        cls_attention = annotate(List[Tensor], [])
        for i in range(len(self.fc1_weight)):
            y = self.layer_norm(x, self.layer_norm1_weight[i], self.layer_norm1_bias[i])
            y = self.attention(y, i, cls_attention, i >= first and i < end)
            x = __torch__.linear.linear_add(y, self.out_proj_weight[i], self.out_proj_bias[i], x)
            y = self.activated(self.layer_norm(x, self.layer_norm2_weight[i], self.layer_norm2_bias[i]), i)
            x = __torch__.linear.linear_add(y, self.fc2_weight[i], self.fc2_bias[i], x)
            hidden_states.append(x)
        return (hidden_states, cls_attention)

    # Like `forward`, with the attention of CLS; see attentive_blocks.
    def forward_attentive(self, pixel_values: Tensor, first: int, end: int) -> Tuple[List[Tensor], List[Tensor]]:
        return self.attentive_blocks(self.embed(pixel_values), first, end)

    # Attention of CLS to the patches in the last block, as one head of size d, [B, 1, P] float32, and the patches' keys
    # [B, P, d]. x [B, N, d] is the block's input.
    def last_attention(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        x = self.layer_norm(x, self.last_block["layer_norm1.weight"], self.last_block["layer_norm1.bias"])
        q = __torch__.linear.linear(x[:, :1], self.last_block_weight["q_proj"], self.last_block["q_proj.bias"])
        k = __torch__.linear.linear(x, self.last_block_weight["k_proj"], self.last_block["k_proj.bias"])
        return (self.cls_attention(q.unsqueeze(1), k.unsqueeze(1)), k[:, 1:])

    # Attention of CLS, one row per head: q and k [B, h, N, e], CLS first. Returns [B, h, P] float32.
    def cls_attention(self, q: Tensor, k: Tensor) -> Tensor:
        scale = 1.0 / float(q.size(3)) ** 0.5
        scores = torch.matmul(q[:, :, :1].float() * scale, k.float().transpose(2, 3))  # [B, h, 1, N]
        return torch.softmax(scores, 3)[:, :, 0, 1:]

    def embed(self, pixel_values: Tensor) -> Tensor:
        weight = self.embeddings["embeddings.patch_embedding.weight"]  # [d, 3, patch_size, patch_size]
        patches = torch.conv2d(pixel_values, weight, None, [self.patch_size, self.patch_size])
        patches = patches.flatten(2).transpose(1, 2)  # [B, P, d], row-major over the grid
        return self.begin(patches, self.embeddings["embeddings.position_embedding.weight"])

    # The first block's input: CLS followed by the embedded patches [B, K, d], plus positions, [1 + K, d] or one per
    # image.
    def begin(self, embedded: Tensor, positions: Tensor) -> Tensor:
        cls = self.embeddings["embeddings.class_embedding"].expand([embedded.size(0), 1, -1])  # [B, 1, d]
        x = torch.cat([cls, embedded], 1) + positions
        return self.layer_norm(x, self.embeddings["pre_layrnorm.weight"], self.embeddings["pre_layrnorm.bias"])

    # Attention of all heads before the output projection: [B, N, d] to [B, N, d]. If `watched`, appends the attention of
    # CLS to the patches, [B, h, P] float32, to `cls_attention`.
    def attention(self, x: Tensor, i: int, cls_attention: List[Tensor], watched: bool) -> Tensor:
        y = self.project(x, i)  # [B, N, 3d]
        q, k, v = y.unflatten(2, [3, self.heads, -1]).permute([2, 0, 3, 1, 4]).contiguous().unbind(0)  # [B, h, N, e] each
        if watched:
            cls_attention.append(self.cls_attention(q, k))
        y = __torch__.attention.attention(q, k, v, None, True)
        return y.transpose(1, 2).flatten(2)

    # Queries, keys and values, concatenated over channels: [B, N, 3d].
    def project(self, x: Tensor, i: int) -> Tensor:
        if len(self.qkv_proj_weight) == len(self.fc1_weight):
            return __torch__.linear.linear(x, self.qkv_proj_weight[i], self.qkv_proj_bias[i])
        q, k, v = self.qkv_proj_weight[3 * i], self.qkv_proj_weight[3 * i + 1], self.qkv_proj_weight[3 * i + 2]
        weight = torch.cat([q.weight, k.weight, v.weight], 0)
        return torch.linear(x, weight, torch.cat(self.qkv_proj_bias[3 * i:3 * i + 3], 0))

    # First layer of the MLP with its activation: [B, N, d] to [B, N, ffn].
    def activated(self, x: Tensor, i: int) -> Tensor:
        if self.quick_gelu and self.fc1_weight[i].format == __torch__.weight_format.INT8():
            return torch.silu_(__torch__.linear.linear(x, self.fc1_weight[i], self.fc1_bias[i]))
        if self.quick_gelu:
            x = __torch__.linear.linear(x, self.fc1_weight[i], self.fc1_bias[i])
            return x * torch.sigmoid_(1.702 * x)
        return __torch__.linear.linear_gelu(x, self.fc1_weight[i], self.fc1_bias[i])

    def layer_norm(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.layer_norm(x, [x.size(-1)], weight, bias, self.epsilon)
