# Linear layers, y = x W^T + b, with one of three weight formats, selected at load time:
#
#   PLAIN   as in the checkpoint
#   PACKED  bfloat16 in oneDNN's layout for its matrix kernels, which also fuse a following activation, sum or product
#   INT8    symmetric 8-bit integers with per-channel scales, in oneDNN's layout. Activations are quantized dynamically
#           with per-token scales, so a row's result does not depend on the other rows. Activations have 8 bits if the
#           processor accumulates such products without overflow (VNNI, AMX), otherwise 7.


class Matrix(NamedTuple):
    format : int
    weight : Tensor  # PLAIN: [out, in]; PACKED and INT8: opaque layout of oneDNN
    scales : Tensor  # INT8: [out] float32 per-channel scales
    shift : Tensor   # INT8: [out] float32 correction of the activations' zero point, added to every product
    zeros : Tensor   # INT8: [out] int64 zero points
    row_zero : int   # INT8: zero point of activations, 128 or 64
    outliers : Tensor  # INT8: [c] int64 columns that are not quantized; see `outliers`
    apart : Tensor     # INT8: [out, c] those columns as in the checkpoint


# Quantized activations: x = (code - row_zero) * scale.
class Codes(NamedTuple):
    codes : Tensor   # [n, in] uint8
    scales : Tensor  # [n, 1] in the rows' dtype
    apart : Tensor   # [n, c] the outlier channels, not quantized


# The format that a device supports: PACKED requires a CPU with native bfloat16.
def format_on(device: str, dtype: int, wanted: int) -> int:
    if wanted == __torch__.weight_format.PACKED():
        bfloat16_on_cpu = device == "cpu" and dtype == __torch__.dtype.BFLOAT16()
        if not (bfloat16_on_cpu and ops.mkldnn._is_mkldnn_bf16_supported()):
            return __torch__.weight_format.PLAIN()
    return wanted


# A matrix [out, in] in a format. Except for PLAIN, it does not reference the caller's memory.
def placed(weight: Tensor, format: int) -> __torch__.linear.Matrix:
    outliers = __torch__.outliers.none()
    if format == __torch__.weight_format.INT8():
        outliers = __torch__.outliers.own_columns(weight)
    return __torch__.linear.placed_apart(weight, format, outliers)


# Like `placed`, for a matrix whose inputs come from a norm with this weight [in].
def placed_behind(weight: Tensor, format: int, norm: Tensor) -> __torch__.linear.Matrix:
    outliers = __torch__.outliers.none()
    if format == __torch__.weight_format.INT8():
        outliers = __torch__.outliers.columns(weight, norm.abs())
    return __torch__.linear.placed_apart(weight, format, outliers)


# Like `placed`; outliers [c] int64 are the columns that int8 multiplies separately.
def placed_apart(weight: Tensor, format: int, outliers: Tensor) -> __torch__.linear.Matrix:
    if format == __torch__.weight_format.INT8():
        return __torch__.linear.quantized(weight, outliers)
    if format == __torch__.weight_format.PACKED():
        weight = ops.mkldnn._reorder_linear_weight(weight.contiguous(), 1)
    none = torch.zeros([0], dtype=__torch__.dtype.FLOAT32())
    return __torch__.linear.Matrix(format, weight, none, none, none, 0, none, none)


def plain(weight: Tensor) -> __torch__.linear.Matrix:
    return __torch__.linear.placed(weight, __torch__.weight_format.PLAIN())


# Symmetric quantization with per-channel scales.
def quantized(weight: Tensor, outliers: Tensor) -> __torch__.linear.Matrix:
    apart = weight.index_select(1, outliers)
    rows = weight.float()
    if outliers.size(0) > 0:
        rows = rows.index_fill(1, outliers, 0.0)
    scales = rows.abs().amax([1]).clamp_min(1e-30) / 127.0
    codes = (rows / scales.unsqueeze(1)).round_().char()
    return __torch__.linear.of_codes(codes, scales, __torch__.linear.row_zero(), outliers, apart)


# codes [out, in] int8, scales [out] float32
def of_codes(codes: Tensor, scales: Tensor, row_zero: int, outliers: Tensor, apart: Tensor) -> __torch__.linear.Matrix:
    shift = codes.float().sum([1]) * scales * float(-row_zero)
    packed = ops.onednn.qlinear_prepack(codes, None)
    zeros = torch.zeros([codes.size(0)], dtype=__torch__.dtype.INT64())
    format = __torch__.weight_format.INT8()
    return __torch__.linear.Matrix(format, packed, scales, shift, zeros, row_zero, outliers, apart)


# Detects the zero point by a test product. Without VNNI, two products of codes are summed in 16 bits: 255 * 127 + 255 *
# 127 overflows, 127 * 127 + 127 * 127 does not.
def row_zero() -> int:
    ones = torch.ones([32], dtype=__torch__.dtype.FLOAT32())
    none = __torch__.outliers.none()
    matrix = __torch__.linear.of_codes(torch.full([32, 64], 127, dtype=__torch__.dtype.INT8()), ones, 0, none, none)
    codes = torch.full([32, 64], 255, dtype=__torch__.dtype.UINT8())
    sums = __torch__.linear.multiplied(codes, matrix, __torch__.dtype.FLOAT32())
    return 128 if bool((sums == 2072640.0).all()) else 64  # 64 * 255 * 127


# An int8 matrix times a factor.
def times(matrix: __torch__.linear.Matrix, factor: float) -> __torch__.linear.Matrix:
    return __torch__.linear.Matrix(matrix.format, matrix.weight, matrix.scales * factor, matrix.shift * factor,
                                   matrix.zeros, matrix.row_zero, matrix.outliers, matrix.apart * factor)


# Any other tensor in a format, see `placed`.
def kept(x: Tensor, format: int) -> Tensor:
    return x if format == __torch__.weight_format.PLAIN() else x.clone()


def linear(x: Tensor, matrix: __torch__.linear.Matrix, bias: Optional[Tensor]) -> Tensor:
    if matrix.format == __torch__.weight_format.INT8():
        return __torch__.linear.int8_linear(x, matrix, bias)
    if matrix.format == __torch__.weight_format.PACKED():
        none = annotate(List[Optional[number]], [])
        return ops.mkldnn._linear_pointwise(x, matrix.weight, bias, "none", none, "")
    return torch.linear(x, matrix.weight, bias)


# gelu(x W^T + b), the exact form with the error function.
def linear_gelu(x: Tensor, matrix: __torch__.linear.Matrix, bias: Optional[Tensor]) -> Tensor:
    if matrix.format == __torch__.weight_format.PACKED():
        none = annotate(List[Optional[number]], [])
        return ops.mkldnn._linear_pointwise(x, matrix.weight, bias, "gelu", none, "none")
    return torch.gelu(__torch__.linear.linear(x, matrix, bias))


# silu(x G^T) * (x U^T)
def gated(x: Tensor, gate: __torch__.linear.Matrix, up: __torch__.linear.Matrix) -> Tensor:
    if gate.format == __torch__.weight_format.INT8():
        return __torch__.linear.int8_gated(x, gate, up)
    if gate.format == __torch__.weight_format.PACKED():
        none = annotate(List[Optional[number]], [])
        y = ops.mkldnn._linear_pointwise(x, gate.weight, None, "swish", none, "")
        return ops.mkldnn._linear_pointwise(x, y, up.weight, None, "mul")
    y = torch.silu(torch.linear(x, gate.weight))
    return torch.linear(x, up.weight) * y


# residual + (x W^T + b)
def linear_add(x: Tensor, matrix: __torch__.linear.Matrix, bias: Optional[Tensor], residual: Tensor) -> Tensor:
    if matrix.format == __torch__.weight_format.PACKED():
        return ops.mkldnn._linear_pointwise(x, residual, matrix.weight, bias, "add")
    if matrix.format == __torch__.weight_format.INT8():
        return __torch__.linear.int8_linear_add(x, matrix, bias, residual)
    return residual + __torch__.linear.linear(x, matrix, bias)


# ---- int8 ---------------------------------------------------------------------------------------------------------------

# Quantizes x [n, in] for a matrix and for others with the same outliers, in blocks of rows that fit the cache.
def coded(x: Tensor, matrix: __torch__.linear.Matrix) -> __torch__.linear.Codes:
    row_zero = matrix.row_zero
    codes = torch.empty(x.size(), dtype=__torch__.dtype.INT8())
    scales = torch.empty([x.size(0), 1], dtype=x.dtype)
    most = float(row_zero - 1)
    if x.dtype != __torch__.dtype.FLOAT32():
        most = most - 0.5  # half a step as a margin for the rounding of the scale
    step = max(1, 655360 // x.size(1))
    for begin in range(0, x.size(0), step):
        part = x[begin:begin + step].float()
        if matrix.outliers.size(0) > 0:
            part = part.index_fill(1, matrix.outliers, 0.0)
        scale = part.abs().amax([1], True).clamp_min_(1e-30).div_(most).to(x.dtype)
        scales[begin:begin + step] = scale
        codes[begin:begin + step] = part.mul(scale.float().reciprocal()).round_()
    codes = __torch__.linear.from_zero(codes, row_zero)
    return __torch__.linear.Codes(codes, scales, x.index_select(1, matrix.outliers))


# Converts signed codes in place to unsigned ones with zero point row_zero. LibTorch converts to uint8 seven times as
# slowly as to int8, so the bits are changed and then reinterpreted as uint8.
def from_zero(codes: Tensor, row_zero: int) -> Tensor:
    if row_zero == 128:
        codes.bitwise_xor_(-128)
    else:
        codes.add_(row_zero)
    return torch.empty([0], dtype=__torch__.dtype.UINT8()).set_(codes, 0, codes.size(), codes.stride())


# Codes [n, in] times a matrix, without the activations' scales: [n, out] float32 (6) or bfloat16 (15).
def multiplied(codes: Tensor, matrix: __torch__.linear.Matrix, dtype: int) -> Tensor:
    none = annotate(List[Optional[number]], [])
    return ops.onednn.qlinear_pointwise(codes, 1.0, 0, matrix.weight, matrix.scales, matrix.zeros, matrix.shift, 1.0, 0,
                                        dtype, "none", none, "")


# The output dtype of products: oneDNN writes bfloat16 slowly on processors without native support.
def written(dtype: int) -> int:
    return dtype if ops.mkldnn._is_mkldnn_bf16_supported() else 6


# The product of quantized rows [n, in] with a matrix, [n, out].
def product(rows: __torch__.linear.Codes, matrix: __torch__.linear.Matrix, dtype: int) -> Tensor:
    y = __torch__.linear.multiplied(rows.codes, matrix, __torch__.linear.written(dtype))
    return __torch__.linear.with_outliers(y.mul_(rows.scales).to(dtype), rows, matrix)


# Like `product`, added to a bias [out] or to rows [n, out].
def product_added(rows: __torch__.linear.Codes, matrix: __torch__.linear.Matrix, added: Tensor) -> Tensor:
    y = __torch__.linear.multiplied(rows.codes, matrix, __torch__.linear.written(added.dtype))
    y = torch.addcmul(added.to(y.dtype), y, rows.scales.to(y.dtype)).to(added.dtype)
    return __torch__.linear.with_outliers(y, rows, matrix)


def with_outliers(y: Tensor, rows: __torch__.linear.Codes, matrix: __torch__.linear.Matrix) -> Tensor:
    if matrix.outliers.size(0) > 0:
        y.add_(torch.linear(rows.apart, matrix.apart))
    return y


def int8_linear(x: Tensor, matrix: __torch__.linear.Matrix, bias: Optional[Tensor]) -> Tensor:
    rows = __torch__.linear.coded(x.flatten(0, -2), matrix)
    if bias is not None:
        y = __torch__.linear.product_added(rows, matrix, bias)
    else:
        y = __torch__.linear.product(rows, matrix, x.dtype)
    return y.reshape(x.size()[:-1] + [y.size(1)])


def int8_linear_add(x: Tensor, matrix: __torch__.linear.Matrix, bias: Optional[Tensor], residual: Tensor) -> Tensor:
    rows = __torch__.linear.coded(x.flatten(0, -2), matrix)
    y = __torch__.linear.product_added(rows, matrix, residual.flatten(0, -2))
    if bias is not None:
        y.add_(bias)
    return y.reshape(residual.size())


def int8_gated(x: Tensor, gate: __torch__.linear.Matrix, up: __torch__.linear.Matrix) -> Tensor:
    rows = __torch__.linear.coded(x, gate)
    y = torch.silu_(__torch__.linear.product(rows, gate, x.dtype))
    return y.mul_(__torch__.linear.product(rows, up, x.dtype))
