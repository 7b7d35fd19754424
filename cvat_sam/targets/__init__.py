"""Masks to files, a format each; `open_target` finds the one that a path asks for."""

from cvat_sam.targets.formats import FORMATS, open_target
from cvat_sam.targets.target import Target

__all__ = ["FORMATS", "Target", "open_target"]
