"""Masks read from files, whatever their format; one after another, so that files may be large.

    formats             their names, and how they are told apart
    coco, sa1b, cvat_json, multiclass_json      JSON
    cvat_xml            CVAT for images 1.1
    arrays              numpy's .npy and .npz
    png_masks, png_index                        folders of PNGs

Each format's module has `read(path)` and `looks_like(path)`.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from cvat_sam.masks.record import MaskRecord, Rejected
from cvat_sam.sources.formats import FORMATS, reader, told_apart

__all__ = ["FORMATS", "read"]


def read(
    paths: Iterable[Path | str], *, format: str | None = None
) -> Iterator[MaskRecord | Rejected]:
    """Read the masks of files and folders, in the order given.

    A file that is named twice, or that is in a folder named too, is read once. All formats are told
    before the first mask is read; of masks only some hundred at a time are in memory.

    Args:
        paths: files and folders.
        format: a key of `FORMATS`, for all of them; else each one's format is told by looking.

    Raises:
        InvalidSource: one of them cannot be read, is damaged, or is of no format we know.
        InvalidSetting: there is no format of that name.
    """
    found: dict[Path, tuple[str, Path]] = {}
    for path in paths:
        for name, file in told_apart(Path(path), format=format):
            found.setdefault(file.resolve(), (name, file))
    return _masks(found.values())


def _masks(found: Iterable[tuple[str, Path]]) -> Iterator[MaskRecord | Rejected]:
    for name, path in found:
        yield from reader(name).read(path)
