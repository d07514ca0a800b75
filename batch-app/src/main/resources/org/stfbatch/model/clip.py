# CLIP's vision transformer (Radford et al. 2021, arXiv:2103.00020) as Hugging Face lays it out: `vision_model.*`.
# Only hidden states are computed: LLaVA uses neither the final layer norm nor the projection.
#
# B pictures, P = (image_size / patch_size)^2 patches, N = 1 + P tokens (CLS first), d width, h heads of size e.


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
    q_proj_weight : List[Tensor]
    q_proj_bias : List[Tensor]
    k_proj_weight : List[Tensor]
    k_proj_bias : List[Tensor]
    v_proj_weight : List[Tensor]
    v_proj_bias : List[Tensor]
    out_proj_weight : List[Tensor]
    out_proj_bias : List[Tensor]
    layer_norm2_weight : List[Tensor]
    layer_norm2_bias : List[Tensor]
    fc1_weight : List[Tensor]
    fc1_bias : List[Tensor]
    fc2_weight : List[Tensor]
    fc2_bias : List[Tensor]

    # Takes the weights of the first `layers` blocks; blocks that no hidden state needs are never asked for.
    def load(self, weights: Dict[str, Tensor], layers: int, heads: int, patch_size: int, epsilon: float,
             quick_gelu: bool) -> None:
        self.heads = heads
        self.patch_size = patch_size
        self.epsilon = epsilon
        self.quick_gelu = quick_gelu
        for name in ["embeddings.class_embedding", "embeddings.patch_embedding.weight",
                     "embeddings.position_embedding.weight", "pre_layrnorm.weight", "pre_layrnorm.bias"]:
            self.embeddings[name] = weights["vision_model." + name]
        for i in range(layers):
            layer = "vision_model.encoder.layers.{}.".format(i)
            self.layer_norm1_weight.append(weights[layer + "layer_norm1.weight"])
            self.layer_norm1_bias.append(weights[layer + "layer_norm1.bias"])
            self.q_proj_weight.append(weights[layer + "self_attn.q_proj.weight"])
            self.q_proj_bias.append(weights[layer + "self_attn.q_proj.bias"])
            self.k_proj_weight.append(weights[layer + "self_attn.k_proj.weight"])
            self.k_proj_bias.append(weights[layer + "self_attn.k_proj.bias"])
            self.v_proj_weight.append(weights[layer + "self_attn.v_proj.weight"])
            self.v_proj_bias.append(weights[layer + "self_attn.v_proj.bias"])
            self.out_proj_weight.append(weights[layer + "self_attn.out_proj.weight"])
            self.out_proj_bias.append(weights[layer + "self_attn.out_proj.bias"])
            self.layer_norm2_weight.append(weights[layer + "layer_norm2.weight"])
            self.layer_norm2_bias.append(weights[layer + "layer_norm2.bias"])
            self.fc1_weight.append(weights[layer + "mlp.fc1.weight"])
            self.fc1_bias.append(weights[layer + "mlp.fc1.bias"])
            self.fc2_weight.append(weights[layer + "mlp.fc2.weight"])
            self.fc2_bias.append(weights[layer + "mlp.fc2.bias"])
        return None

    # The hidden states 0 (embeddings) .. layers (output of the last loaded block), [B, N, d] each, CLS included.
    def forward(self, pixel_values: Tensor) -> List[Tensor]:
        x = self.embed(pixel_values)  # [B, N, d]
        hidden_states = [x]
        for i in range(len(self.fc1_weight)):
            x = x + self.attention(self.layer_norm(x, self.layer_norm1_weight[i], self.layer_norm1_bias[i]), i)
            x = x + self.mlp(self.layer_norm(x, self.layer_norm2_weight[i], self.layer_norm2_bias[i]), i)
            hidden_states.append(x)
        return hidden_states

    def embed(self, pixel_values: Tensor) -> Tensor:
        weight = self.embeddings["embeddings.patch_embedding.weight"]  # [d, 3, patch_size, patch_size]
        patches = torch.conv2d(pixel_values, weight, None, [self.patch_size, self.patch_size])
        patches = patches.flatten(2).transpose(1, 2)  # [B, P, d], row-major over the grid
        cls = self.embeddings["embeddings.class_embedding"].expand([patches.size(0), 1, -1])  # [B, 1, d]
        x = torch.cat([cls, patches], 1) + self.embeddings["embeddings.position_embedding.weight"]
        return self.layer_norm(x, self.embeddings["pre_layrnorm.weight"], self.embeddings["pre_layrnorm.bias"])

    def attention(self, x: Tensor, i: int) -> Tensor:
        q = self.split_heads(torch.linear(x, self.q_proj_weight[i], self.q_proj_bias[i]))  # [B, h, N, e]
        k = self.split_heads(torch.linear(x, self.k_proj_weight[i], self.k_proj_bias[i]))
        v = self.split_heads(torch.linear(x, self.v_proj_weight[i], self.v_proj_bias[i]))
        x = torch.scaled_dot_product_attention(q, k, v)  # scaled by e^-0.5
        return torch.linear(x.transpose(1, 2).flatten(2), self.out_proj_weight[i], self.out_proj_bias[i])

    def split_heads(self, x: Tensor) -> Tensor:
        return x.unflatten(2, [self.heads, -1]).transpose(1, 2)

    def mlp(self, x: Tensor, i: int) -> Tensor:
        x = torch.linear(x, self.fc1_weight[i], self.fc1_bias[i])  # [B, N, ffn]
        x = x * torch.sigmoid(1.702 * x) if self.quick_gelu else torch.gelu(x)
        return torch.linear(x, self.fc2_weight[i], self.fc2_bias[i])

    def layer_norm(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.layer_norm(x, [x.size(-1)], weight, bias, self.epsilon)
