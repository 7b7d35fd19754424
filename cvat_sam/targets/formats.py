"""Which format a path asks for."""

from collections.abc import Callable
from pathlib import Path

from cvat_sam.exceptions import InvalidSetting
from cvat_sam.targets.arrays import ArraysTarget
from cvat_sam.targets.coco import CocoTarget
from cvat_sam.targets.cvat_xml import CvatXmlTarget
from cvat_sam.targets.png_index import PngIndexTarget
from cvat_sam.targets.png_masks import PngMasksTarget
from cvat_sam.targets.target import Target

FORMATS: dict[str, Callable[[Path], Target]] = {
    "coco": CocoTarget,
    "cvat-xml": CvatXmlTarget,
    "png-masks": PngMasksTarget,
    "png-index": PngIndexTarget,
    "arrays": ArraysTarget,
}

_BY_SUFFIX = {".json": "coco", ".xml": "cvat-xml", ".npz": "arrays"}
_BY_NAME = {"masks": "png-masks", "labels": "png-index"}


def open_target(path: Path | str, *, format: str | None = None) -> Target:
    """Begin to write masks.

    Args:
        path: a `.json` file (COCO), a `.xml` file (CVAT for images 1.1), a `.npz` file (arrays), a
            folder `masks` (a PNG for each mask), a folder `labels` (a PNG of indices for each
            image). Folders above it are made. A file that is there is replaced at the end; a
            folder has to be empty.
        format: one of `FORMATS`, whatever the path is called.

    Returns:
        A context manager; see `Target`.

    Raises:
        InvalidSetting: there is no such format, or the path does not say which.
        Unwritable: it cannot be written there.
    """
    path = Path(path)
    return FORMATS[format_for(path, format)](path)


def format_for(path: Path, format: str | None = None) -> str:
    """The name of the format that is written to a path.

    Raises:
        InvalidSetting: there is no such format, or the path does not say which.

    >>> format_for(Path("out/masks")), format_for(Path("a.json"))
    ('png-masks', 'coco')
    """
    suffix = path.suffix.lower()
    asked = _BY_SUFFIX.get(suffix) or _BY_NAME.get(path.name)
    if format is None:
        if asked is None:
            raise InvalidSetting(
                f"what {path} shall be does not show: call it .json, .xml or .npz, or masks or "
                f"labels for a folder, or give the format: {', '.join(FORMATS)}"
            )
        return asked
    if format not in FORMATS:
        raise InvalidSetting(f"format should be one of {', '.join(FORMATS)}, not {format!r}")
    by_suffix = _BY_SUFFIX.get(suffix, format)
    if by_suffix != format:
        raise InvalidSetting(
            f"{path} should not be of the format {format}: a {suffix} file is read as {by_suffix}"
        )
    return format
