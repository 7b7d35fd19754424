"""Masks on their way between files and CVAT: what every reader yields and every writer takes."""

from cvat_sam.masks.record import Found, ImageRecord, MaskRecord, Note, Place, Rejected

__all__ = ["Found", "ImageRecord", "MaskRecord", "Note", "Place", "Rejected"]
