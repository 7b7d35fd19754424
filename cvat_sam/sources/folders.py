"""The files of a folder and of the folders in it, and what their names say."""

import os
from collections.abc import Collection
from pathlib import Path

from cvat_sam.exceptions import InvalidSource


def files_in(folder: Path, suffixes: Collection[str]) -> list[Path]:
    """Files with one of these suffixes, in the order of their paths.

    Links to folders are followed, each folder is entered once; what macOS leaves beside files,
    "._a.json", is passed over.

    Raises:
        InvalidSource: a folder cannot be read.
    """
    found: list[Path] = []
    entered: set[str] = set()

    def refuse(error: OSError) -> None:
        raise InvalidSource(f"{error.filename}: cannot be read: {error.strerror}") from None

    for root, folders, names in os.walk(folder, followlinks=True, onerror=refuse):
        entered.add(os.path.realpath(root))
        folders[:] = [name for name in folders if os.path.realpath(Path(root, name)) not in entered]
        found += (
            Path(root, name)
            for name in names
            if Path(name).suffix.lower() in suffixes and not name.startswith("._")
        )
    return sorted(found)


def is_png(path: Path) -> bool:
    """Whether it is called a PNG."""
    return path.suffix.lower() == ".png"
