"""The command `cvat-sam`."""

from cvat_sam.cli.app import main

__all__ = ["main"]
