# The weight formats of linear layers; see `linear`. Same names and numbers as org.stfbatch.model.WeightFormat.


def PLAIN() -> int:
    return 0


def PACKED() -> int:
    return 1


def INT8() -> int:
    return 2
