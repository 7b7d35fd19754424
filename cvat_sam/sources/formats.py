"""The formats masks are read from, and how a file's is told: by looking at it."""

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from cvat_sam.exceptions import InvalidSetting, InvalidSource
from cvat_sam.masks import Found
from cvat_sam.sources.folders import files_in
from cvat_sam.sources.source import Source
from cvat_sam.sources.tar_members import TARS

# In the order in which they are asked whether a file is theirs; of PNGs, `png_telling` is asked.
FORMATS = {
    "coco": "cvat_sam.sources.coco",
    "sa1b": "cvat_sam.sources.sa1b",
    "multiclass": "cvat_sam.sources.multiclass_json",
    "cvat-json": "cvat_sam.sources.cvat_json",
    "cvat-xml": "cvat_sam.sources.cvat_xml",
    "arrays": "cvat_sam.sources.arrays",
    "png-index": "cvat_sam.sources.png_index",
    "png-masks": "cvat_sam.sources.png_masks",
    "png-by-label": "cvat_sam.sources.png_by_label",
}

_SUFFIXES = {
    "coco": (".json",),
    "sa1b": (".json", *TARS),
    "multiclass": (".json",),
    "cvat-json": (".json",),
    "cvat-xml": (".xml",),
    "arrays": (".npy", ".npz"),
}

# The others take a folder as a whole, because names and tables in it say what its files are.
_OF_FILES = tuple(_SUFFIXES)

# Beside index PNGs this is a table of their labels, and no source itself.
_TABLE = "labels.json"


class Reader(Protocol):
    """What each module of a format has; those of single files also tell what is theirs."""

    def read(self, source: Source) -> Iterator[Found]:
        """All that is found; raises InvalidSource for a file that cannot be read at all."""


class ReaderOfFiles(Reader, Protocol):
    """What the modules of formats have that are told file by file."""

    def looks_like(self, path: Path) -> bool:
        """Whether a file seems to be of the format; cheap, and never an error."""


def reader(name: str) -> Reader:
    """The module of a format, imported when it is needed.

    Raises:
        InvalidSetting: there is no format of that name.
    """
    if name not in FORMATS:
        raise InvalidSetting(f"the format {name!r} should be one of {', '.join(FORMATS)}")
    return cast(Reader, import_module(FORMATS[name]))


def told_apart(path: Path, *, format: str | None = None) -> Iterator[Source]:
    """Find what is to be read of a path, and each one's format.

    Args:
        path: a file, or a folder: of PNGs, which are read as a whole, or of files, each of which
            may have another format.
        format: the format, where it need not be told.

    Raises:
        InvalidSource: there is no such file, nobody knows it, or it may mean two things; or a
            folder holds nothing to read, or PNGs beside other files.
        InvalidSetting: there is no format of that name.
    """
    if format is not None:
        reader(format)
    if not os.path.exists(path):  # noqa: PTH110  Path's own raises where we may not look
        raise InvalidSource(f"{path}: there is no such file or folder")
    if not path.is_dir() and not path.is_file():
        raise InvalidSource(f"{path}: is no file that can be read more than once, nor a folder")
    if format is None:
        found = _in_folder(path) if path.is_dir() else iter([(_format_of(path), path)])
        yield from (Source(name, file, path, asked=False) for name, file in found)
    elif path.is_dir() and format in _OF_FILES:
        files = files_in(path, _SUFFIXES[format])
        if not files:
            raise InvalidSource(f"{path}: the folder has no {' or '.join(_SUFFIXES[format])} files")
        yield from (Source(format, file, path) for file in files)
    else:
        yield Source(format, path, path)


def _in_folder(folder: Path) -> Iterator[tuple[str, Path]]:
    files = [
        file
        for file in files_in(folder, set().union(*_SUFFIXES.values()))
        if file.name != _TABLE or _guess(file)
    ]
    if files and _telling().has_pngs(folder):
        raise InvalidSource(
            f"{folder}: has PNGs and other files that may hold masks, as {files[0]}; name the ones "
            "that are meant, or give the format"
        )
    whole = None if files else _telling().format_of(folder)
    if whole:
        yield whole, folder
    elif not files:
        raise InvalidSource(f"{folder}: the folder has no files that masks are read from")
    last = None
    for file in files:
        # Most files of a folder are of one format.
        last = last if last and _looks_like(last, file) else _format_of(file)
        yield last, file


def _format_of(path: Path) -> str:
    found = _guess(path) or _telling().format_of(path)
    if found is None:
        raise InvalidSource(
            f"{path}: seems to be of no format that masks are read from ({', '.join(FORMATS)}); "
            "give the format if it is of one"
        )
    return cast(str, found)


def _guess(path: Path) -> str | None:
    return next((name for name in _OF_FILES if _looks_like(name, path)), None)


def _looks_like(name: str, path: Path) -> bool:
    return cast(ReaderOfFiles, reader(name)).looks_like(path)


def _telling() -> Any:
    # Imported when it is needed: it takes Pillow.
    return import_module("cvat_sam.sources.png_telling")
