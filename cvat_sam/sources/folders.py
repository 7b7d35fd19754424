"""The files of a folder and of the folders in it, and what their names say."""

import os
from collections.abc import Collection
from pathlib import Path

from cvat_sam.exceptions import InvalidSource


def files_in(folder: Path, suffixes: Collection[str]) -> list[Path]:
    """Files with one of these suffixes (".json", ".tar.gz"), in the order of their paths.

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
            if has_suffix(name, suffixes) and not name.startswith("._")
        )
    return sorted(found)


def has_suffix(name: str, suffixes: Collection[str]) -> bool:
    """Whether a file's name ends so, and is more than that.

    >>> has_suffix("sa_1.TAR.GZ", {".tar.gz"}), has_suffix(".json", {".json"})
    (True, False)
    """
    return any(name.lower().endswith(one) and len(name) > len(one) for one in suffixes)


def is_png(path: Path) -> bool:
    """Whether it is called a PNG."""
    return path.suffix.lower() == ".png"
