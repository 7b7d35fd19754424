"""What a PNG's path says of its mask: the image and the label.

    street/a__car__0.png    as `cvat-sam convert --to masks/` writes them: image, label, number
    street/a/0.png          a folder for each image, as segment-anything's own script writes them
    street/a.png            one mask for each image
    car/a.png               a folder for each label

The last two look alike, so of files in folders it has to be said which is meant.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from cvat_sam.masks.file_names import decoded, split_mask_stem
from cvat_sam.sources.png_files import PngFile, png_files

LABEL = "object"

# The image's stem, still encoded, and the label.
Said = tuple[str, str]
Rule = Callable[[PngFile], Said]

# What segment-anything's script writes beside an image's masks.
_METADATA = "metadata.csv"

# Without zeros in front: `street/0001.png` is a mask of an image of that name.
_NUMBER = re.compile("0|[1-9][0-9]*")


def by_name(file: PngFile) -> Said:
    """Of files named for image and label, for an image, or that lie in a folder named for one."""
    split = split_mask_stem(file.stem)
    if split is not None:
        return file.stem.rsplit("__", 2)[0], split[1]
    return _folder_of_image(file) or file.stem, LABEL


def by_folder(file: PngFile) -> Said:
    """Of files that lie in a folder named for their label; folders above it are the image's."""
    path = PurePosixPath(file.stem)
    if path.parent.name:
        return str(path.parent.parent / path.name), decoded(path.parent.name)
    return file.stem, decoded(file.root.resolve().name)


def unlabelled(source: Path) -> Iterator[PngFile]:
    """Those files of a source that are named for an image alone, as far as `by_name` knows."""
    return (
        file
        for file in png_files(source)
        if split_mask_stem(file.stem) is None and _folder_of_image(file) is None
    )


def in_doubt(source: Path) -> PngFile | None:
    """The first file of which the folder may be a label as well as a part of the image's name."""
    return next((file for file in unlabelled(source) if "/" in file.stem), None)


def _folder_of_image(file: PngFile) -> str | None:
    path = PurePosixPath(file.stem)
    if _NUMBER.fullmatch(path.name):
        if path.parent.name:
            return str(path.parent)
        if (file.root / _METADATA).exists():
            return file.root.resolve().name
    return None
