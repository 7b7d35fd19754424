"""Where PNG files lie, and what a file's place says of its image."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import Note
from cvat_sam.masks.file_names import decoded, file_stem, split_mask_stem
from cvat_sam.sources.folders import files_in, is_png

_PICTURES = {".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp"}
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class PngFile:
    """A PNG file of a source.

    Attributes:
        path: the file.
        root: the folder that names are counted from.
        stem: the path below it, with "/" between folders and without ".png".
    """

    path: Path
    root: Path
    stem: str


def png_files(source: Path) -> Iterator[PngFile]:
    """Finds the PNGs of a source, sorted as people count: "a2" before "a10".

    Args:
        source: a file, or a folder, whose folders are gone through too.

    Raises:
        InvalidSource: a folder cannot be read, or holds none at all.
    """
    if not source.is_dir():
        yield PngFile(source, source.parent, source.stem)
        return
    found = False
    for path in _walk(source):
        found = True
        stem = path.relative_to(source).with_suffix("").as_posix()
        yield PngFile(path, source, stem)
    if not found:
        raise InvalidSource(f"{source}: the folder holds no PNG files")


def other_pictures(source: Path) -> Iterator[Note]:
    """A note on the pictures in a folder that are no PNGs: masks would be looked for in vain."""
    if source.is_dir() and (count := len(files_in(source, _PICTURES))):
        yield Note("passed over", "picture of another format", count)


def image_name(stem: str, written: str | None) -> str:
    """The image's name: what our writers left in the file, unless the file was renamed since.

    >>> image_name("street/a", "street/a.jpg"), image_name("b", "street/a.jpg")
    ('street/a.jpg', 'b')
    """
    if written is not None and stem in (file_stem(written), file_stem(written, whole=True)):
        return written
    return decoded(stem)


def _walk(folder: Path) -> Iterator[Path]:
    """The PNGs below a folder, one folder's names in memory at a time."""
    try:
        with os.scandir(folder) as entries:
            # Those that begin with "._" are what macOS leaves beside files.
            names = [
                (entry.name, entry.is_dir())
                for entry in entries
                if not entry.name.startswith("._") and not _leads_back(entry, folder)
            ]
    except OSError as error:
        raise InvalidSource(f"{folder}: cannot be read: {error.strerror}") from None
    names.sort(key=lambda item: _place(item[0]))
    for name, is_folder in names:
        path = folder / name
        if is_folder:
            yield from _walk(path)
        elif is_png(path):
            yield path


def _leads_back(entry: os.DirEntry[str], folder: Path) -> bool:
    """Whether it is a link to a folder that we are in."""
    return entry.is_symlink() and folder.resolve().is_relative_to(Path(entry.path).resolve())


def _place(name: str) -> tuple[list[tuple[int, str, int]], int]:
    """Where a name stands among others: an image's masks together, in order of their numbers."""
    stem = name[:-4] if name.lower().endswith(".png") else name
    split = split_mask_stem(stem)
    return (_counted(stem), -1) if split is None else (_counted(stem.rsplit("__", 2)[0]), split[2])


def _counted(name: str) -> list[tuple[int, str, int]]:
    return [
        (int(part[:18]), part, len(part)) if part.isdecimal() else (0, part, 0)
        for part in _DIGITS.split(name)
    ]
