"""Masks on their way between files and CVAT: what every reader yields and every writer takes."""

from cvat_sam.masks.record import MaskRecord, Place, Rejected

__all__ = ["MaskRecord", "Place", "Rejected"]
