# Linear layers, y = x W^T + b, whose weights have one of three formats, chosen when they are loaded:
#
#   PLAIN   as in the checkpoint
#   PACKED  bfloat16, laid out by oneDNN for its matrix kernels, which also fuse what comes after a product: an
#           activation, a sum or a product
#   INT8    codes of 8 bits, likewise laid out, with a scale for each output. The rows that are multiplied with them
#           become codes too, with a scale for each row alone: what a row is multiplied with never changes it.
#           They have 8 bits where the processor sums such products without loss (VNNI, AMX), else 7.


class Matrix(NamedTuple):
    format : int
    weight : Tensor  # PLAIN: [out, in]; PACKED and INT8: what oneDNN makes of that, for its own operators alone
    scales : Tensor  # INT8: [out] float32, what a code counts
    shift : Tensor   # INT8: [out] float32, what the zero of the rows' codes adds, to be added to every product
    zeros : Tensor   # INT8: [out] int64
    row_zero : int   # INT8: the rows' code of 0: 128 or 64
    outliers : Tensor  # INT8: [c] int64 columns that have no codes; see `outliers`
    apart : Tensor     # INT8: [out, c] those columns, as in the checkpoint


# Rows as codes: code - row_zero counts scales.
class Codes(NamedTuple):
    codes : Tensor   # [n, in] uint8
    scales : Tensor  # [n, 1] in the rows' dtype
    apart : Tensor   # [n, c] the outlier channels, which have no codes


# The format that a device has: packing is for bfloat16 on CPUs that compute in it.
def format_on(device: str, dtype: int, wanted: int) -> int:
    if wanted == __torch__.weight_format.PACKED():
        bfloat16_on_cpu = device == "cpu" and dtype == __torch__.dtype.BFLOAT16()
        if not (bfloat16_on_cpu and ops.mkldnn._is_mkldnn_bf16_supported()):
            return __torch__.weight_format.PLAIN()
    return wanted


# A matrix [out, in] in a format. But for PLAIN, nothing of the caller's memory is held on to.
def placed(weight: Tensor, format: int) -> __torch__.linear.Matrix:
    outliers = __torch__.outliers.none()
    if format == __torch__.weight_format.INT8():
        outliers = __torch__.outliers.own_columns(weight)
    return __torch__.linear.placed_apart(weight, format, outliers)


# Likewise, of a matrix whose inputs come from a norm with this weight [in].
def placed_behind(weight: Tensor, format: int, norm: Tensor) -> __torch__.linear.Matrix:
    outliers = __torch__.outliers.none()
    if format == __torch__.weight_format.INT8():
        outliers = __torch__.outliers.columns(weight, norm.abs())
    return __torch__.linear.placed_apart(weight, format, outliers)


# Likewise; outliers [c] int64 are the columns that int8 leaves out.
def placed_apart(weight: Tensor, format: int, outliers: Tensor) -> __torch__.linear.Matrix:
    if format == __torch__.weight_format.INT8():
        return __torch__.linear.quantized(weight, outliers)
    if format == __torch__.weight_format.PACKED():
        weight = ops.mkldnn._reorder_linear_weight(weight.contiguous(), 1)
    none = torch.zeros([0], dtype=__torch__.dtype.FLOAT32())
    return __torch__.linear.Matrix(format, weight, none, none, none, 0, none, none)


def plain(weight: Tensor) -> __torch__.linear.Matrix:
    return __torch__.linear.placed(weight, __torch__.weight_format.PLAIN())


# Symmetric, a scale for each output.
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


# Without VNNI, two products of codes are summed in 16 bits, which 255 * 127 + 255 * 127 does not fit, and 127 * 127 +
# 127 * 127 does. Which processor this is, such a sum says.
def row_zero() -> int:
    ones = torch.ones([32], dtype=__torch__.dtype.FLOAT32())
    none = __torch__.outliers.none()
    matrix = __torch__.linear.of_codes(torch.full([32, 64], 127, dtype=__torch__.dtype.INT8()), ones, 0, none, none)
    codes = torch.full([32, 64], 255, dtype=__torch__.dtype.UINT8())
    sums = __torch__.linear.multiplied(codes, matrix, __torch__.dtype.FLOAT32())
    return 128 if bool((sums == 2072640.0).all()) else 64  # 64 * 255 * 127


# An int8 matrix that counts for so many times as much.
def times(matrix: __torch__.linear.Matrix, factor: float) -> __torch__.linear.Matrix:
    return __torch__.linear.Matrix(matrix.format, matrix.weight, matrix.scales * factor, matrix.shift * factor,
                                   matrix.zeros, matrix.row_zero, matrix.outliers, matrix.apart * factor)


# Any other tensor, likewise.
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

# x [n, in] as codes for a matrix and for others with the same outliers, in parts of some rows that stay in the cache.
def coded(x: Tensor, matrix: __torch__.linear.Matrix) -> __torch__.linear.Codes:
    row_zero = matrix.row_zero
    codes = torch.empty(x.size(), dtype=__torch__.dtype.INT8())
    scales = torch.empty([x.size(0), 1], dtype=x.dtype)
    most = float(row_zero - 1)
    if x.dtype != __torch__.dtype.FLOAT32():
        most = most - 0.5  # half a step is left for the scale's rounding
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


# Signed codes to unsigned ones whose 0 is row_zero, in their place. LibTorch converts numbers to uint8 at a seventh of the
# speed at which it converts them to int8, so the bits are changed and then looked at as uint8.
def from_zero(codes: Tensor, row_zero: int) -> Tensor:
    if row_zero == 128:
        codes.bitwise_xor_(-128)
    else:
        codes.add_(row_zero)
    return torch.empty([0], dtype=__torch__.dtype.UINT8()).set_(codes, 0, codes.size(), codes.stride())


# Codes [n, in] times a matrix, as if their scales were 1: [n, out] float32 (6) or bfloat16 (15).
def multiplied(codes: Tensor, matrix: __torch__.linear.Matrix, dtype: int) -> Tensor:
    none = annotate(List[Optional[number]], [])
    return ops.onednn.qlinear_pointwise(codes, 1.0, 0, matrix.weight, matrix.scales, matrix.zeros, matrix.shift, 1.0, 0,
                                        dtype, "none", none, "")


# What products are written in: oneDNN writes bfloat16 slowly where the processor has none.
def written(dtype: int) -> int:
    return dtype if ops.mkldnn._is_mkldnn_bf16_supported() else 6


# The product of rows [n, in] with a matrix, [n, out].
def product(rows: __torch__.linear.Codes, matrix: __torch__.linear.Matrix, dtype: int) -> Tensor:
    y = __torch__.linear.multiplied(rows.codes, matrix, __torch__.linear.written(dtype))
    return __torch__.linear.with_outliers(y.mul_(rows.scales).to(dtype), rows, matrix)


# Likewise, added to a bias [out] or to rows [n, out].
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
