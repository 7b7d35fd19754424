"""The function that runs on Nuclio: one of CVAT's three kinds, chosen by `SAM_FUNCTION`."""

from cvat_sam.function.function import Function, Reply

__all__ = ["Function", "Reply"]
