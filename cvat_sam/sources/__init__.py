"""Masks read from files, whatever their format; one after another, so that files may be large.

    formats             their names, and how they are told apart
    coco, sa1b, cvat_json, multiclass_json      JSON
    cvat_xml            CVAT for images 1.1
    arrays              numpy's .npy and .npz
    png_masks, png_by_label, png_index          PNGs

Each format's module has `read(source)`, which yields masks and all else that it finds.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path

from cvat_sam.masks import ImageRecord, MaskRecord, Note, Rejected
from cvat_sam.sources.folders import is_png
from cvat_sam.sources.formats import FORMATS, reader, told_apart
from cvat_sam.sources.notes import Notes
from cvat_sam.sources.same_images import refuse_same_images
from cvat_sam.sources.source import Source

__all__ = ["FORMATS", "Source", "read", "read_told", "told"]


def read(
    paths: Iterable[Path | str],
    *,
    format: str | None = None,
    image: Callable[[ImageRecord], object] | None = None,
    note: Callable[[str], object] | None = None,
) -> Iterator[MaskRecord | Rejected]:
    """Read the masks of files and folders, in the order given.

    A file that is named twice, or that is in a folder named too, is read once. All formats are told
    before the first mask is read; of masks only some hundred at a time are in memory.

    Args:
        paths: files and folders.
        format: a key of `FORMATS`, for all of them; else each one's format is told by looking.
        image: hears of each image that a source names, before its masks, and of those without.
            One that sources name several times comes several times.
        note: hears of each of the paths, when it is through, what is no fault but should be known
            (one sentence with the path): boxes that were passed over, polygons that were filled.

    Raises:
        InvalidSource: one of them cannot be read, is damaged, is of no format we know, or may mean
            two things.
        InvalidSetting: there is no format of that name.
    """
    return read_told(told(paths, format=format), image=image, note=note)


def told(paths: Iterable[Path | str], *, format: str | None = None) -> list[Source]:
    """What `read` would read of files and folders, each once, with its format.

    Raises:
        InvalidSource, InvalidSetting: as `read` does.
    """
    found: dict[Path, Source] = {}
    for path in paths:
        for source in told_apart(Path(path), format=format):
            found.setdefault(source.path.resolve(), source)
    folders = {path for path in found if path.is_dir()}
    once = [
        source
        for path, source in found.items()
        if not (folders.intersection(path.parents) and (path in folders or is_png(path)))
    ]
    refuse_same_images(once)
    return once


def read_told(
    sources: Iterable[Source],
    *,
    image: Callable[[ImageRecord], object] | None = None,
    note: Callable[[str], object] | None = None,
) -> Iterator[MaskRecord | Rejected]:
    """Read what `told` found; see `read`."""
    for named, group in groupby(sources, key=lambda source: source.named):
        notes = Notes()
        for source in group:
            for one in reader(source.format).read(source):
                if isinstance(one, MaskRecord | Rejected):
                    yield one
                elif isinstance(one, Note):
                    notes.add(one)
                elif image is not None:
                    image(one)
        if note is not None and (sentence := notes.sentence()):
            note(f"{named}: {sentence}")
