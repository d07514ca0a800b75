# The forms of spatial fusion; see `fusion`. Same names and numbers as org.stfbatch.model.checkpoint.SpatialFusion.Form.


def NONE() -> int:
    return 0


def CONCAT() -> int:
    return 1


def CONV() -> int:
    return 2


def AVERAGE() -> int:
    return 3


def PACKER() -> int:
    return 4
