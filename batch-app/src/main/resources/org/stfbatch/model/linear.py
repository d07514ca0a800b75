# Linear layers, y = x W^T + b, whose weights may be packed.
#
# A packed weight is laid out by oneDNN for its matrix kernels; it is marked by its layout (`is_mkldnn`), and only
# oneDNN's own operators take it. They also fuse what comes after the product: an activation, a sum or a product.


# Lays out a weight [out, in] for any number of rows. The plain weight is no longer needed.
def pack(weight: Tensor) -> Tensor:
    return ops.mkldnn._reorder_linear_weight(weight.contiguous(), 1)


# A matrix as the products take it. Where weights are packed, nothing of the caller's memory is held on to.
def placed(weight: Tensor, packed: bool) -> Tensor:
    return __torch__.linear.pack(weight) if packed else weight


# Any other tensor, likewise.
def kept(x: Tensor, packed: bool) -> Tensor:
    return x.clone() if packed else x


def linear(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    if weight.is_mkldnn:
        return ops.mkldnn._linear_pointwise(x, weight, bias, "none", annotate(List[Optional[number]], []), "")
    return torch.linear(x, weight, bias)


# gelu(x W^T + b), the exact form with the error function.
def linear_gelu(x: Tensor, weight: Tensor, bias: Optional[Tensor]) -> Tensor:
    if weight.is_mkldnn:
        return ops.mkldnn._linear_pointwise(x, weight, bias, "gelu", annotate(List[Optional[number]], []), "none")
    return torch.gelu(torch.linear(x, weight, bias))


def linear_silu(x: Tensor, weight: Tensor) -> Tensor:
    if weight.is_mkldnn:
        return ops.mkldnn._linear_pointwise(x, weight, None, "swish", annotate(List[Optional[number]], []), "")
    return torch.silu(torch.linear(x, weight))


# (x W^T) * factor
def linear_mul(x: Tensor, weight: Tensor, factor: Tensor) -> Tensor:
    if weight.is_mkldnn:
        return ops.mkldnn._linear_pointwise(x, factor, weight, None, "mul")
    return torch.linear(x, weight) * factor


# residual + (x W^T + b)
def linear_add(x: Tensor, weight: Tensor, bias: Optional[Tensor], residual: Tensor) -> Tensor:
    if weight.is_mkldnn:
        return ops.mkldnn._linear_pointwise(x, residual, weight, bias, "add")
    return residual + torch.linear(x, weight, bias)
