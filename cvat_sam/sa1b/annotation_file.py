"""A JSON file of SA-1B by its path: what the article's functions take."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from cvat_sam.exceptions import InvalidSource
from cvat_sam.sa1b import annotations
from cvat_sam.sa1b.annotations import Annotations
from cvat_sam.sa1b.pieces import is_tar
from cvat_sam.sa1b.record import Record


def load(path: Any) -> Annotations:
    """Reads a JSON file.

    Args:
        path: str or path of the file.

    Raises:
        InvalidSource: it cannot be read, or is not SA-1B's; the sentence begins with the path.
    """
    if isinstance(path, Record):
        raise InvalidSource(
            "a Record was given where the path of a JSON file should be; its masks are "
            "record.masks() or record.runs(), and spatial(record.runs()) says how they lie"
        )
    if not isinstance(path, str | os.PathLike):
        raise InvalidSource(f"a {type(path).__name__} is no path; give the path of a JSON file")
    path = Path(path)
    if is_tar(path) or path.is_dir():
        what = "folder" if path.is_dir() else "tar"
        raise InvalidSource(f"{path}: is a {what}, not a JSON file; cvat_sam.sa1b.read reads it")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidSource(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return replace(annotations.parse(data), path=f"{path}: ")
    except InvalidSource as error:
        raise InvalidSource(f"{path}: {error}") from None
