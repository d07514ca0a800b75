# The methods of training-free token compression; see `compression`. Same names and numbers as
# org.stfbatch.model.CompressionSetup.Method.


def NONE() -> int:
    return 0


def VTC_CLS() -> int:
    return 1


def SCOPE() -> int:
    return 2


def AVGPOOL() -> int:
    return 3


def PRUMERGE() -> int:
    return 4


def DIVPRUNE() -> int:
    return 5


def POOL_TOKENS() -> int:
    return 6
