# PyTorch's numbers for dtypes (c10::ScalarType), because TorchScript source has no names for them. Same names as
# org.stfbatch.model.checkpoint.DType.


def UINT8() -> int:
    return 0


def INT8() -> int:
    return 1


def INT64() -> int:
    return 4


def FLOAT16() -> int:
    return 5


def FLOAT32() -> int:
    return 6


def FLOAT64() -> int:
    return 7


def BOOL() -> int:
    return 11


def BFLOAT16() -> int:
    return 15
