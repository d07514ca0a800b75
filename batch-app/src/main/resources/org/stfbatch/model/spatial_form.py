# The forms of spatial fusion; see `fusion`. The same names and numbers as in org.stfbatch.model.checkpoint.SpatialForm.


def NONE() -> int:
    return 0


def CONCAT() -> int:
    return 1


def CONV() -> int:
    return 2


def AVERAGE() -> int:
    return 3
