# The formats of linear layers' weights; see `linear`. The same names and numbers as in org.stfbatch.model.WeightFormat.


def PLAIN() -> int:
    return 0


def PACKED() -> int:
    return 1


def INT8() -> int:
    return 2
