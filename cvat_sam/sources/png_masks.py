"""Folders with a PNG for each mask, black and white.

    street/a__car__0.png    as `cvat-sam convert --to masks/` writes them: image, label, number
    street/a/0.png          a folder for each image, as segment-anything's own script writes them
    street/a.png            one mask for each image

Where the name says no label, it is "object". Numbers have no zeros in front: `street/0001.png` is a
mask of an image of that name. A PNG says no extension of its image, so the image's name has none,
unless our own writer left it in the file.

What is not 0 belongs to the mask, if values are 0 and 1 or 0 and white; 1, 8 or 16 bits; gray, or
colours that are gray. Other files than PNGs are passed over.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
from cvat_sam.exceptions import InvalidImage
from cvat_sam.masks import MaskRecord, Place, Rejected
from cvat_sam.masks.file_names import decoded, split_mask_stem
from cvat_sam.sources import png_index
from cvat_sam.sources.png_files import (
    PngFile,
    image_name,
    looks_like_pngs,
    png_files,
)
from cvat_sam.sources.png_pixels import Png, read_png

LABEL = "object"

# What segment-anything's script writes beside an image's masks.
_METADATA = "metadata.csv"

_NUMBER = re.compile("0|[1-9][0-9]*")


def looks_like(path: Path) -> bool:
    """Whether it is a black and white PNG, or a folder of such."""
    return looks_like_pngs(path) and not png_index.looks_like(path)


def read(path: Path) -> Iterator[MaskRecord | Rejected]:
    """Reads the masks of a file, or of all PNGs in a folder and its folders.

    Raises:
        InvalidSource: the folder cannot be read, or holds no PNGs.
    """
    for file in png_files(path):
        image, label = _said_by(file)
        place = Place(str(file.path))
        try:
            png = read_png(file.path)
            mask = _mask(png)
        except InvalidImage as error:
            yield Rejected(place, str(error), {"image": decoded(image), "label": label})
            continue
        yield MaskRecord(
            place,
            label,
            rle.cvat.encode(mask),
            image=image_name(image, png.image),
            height=png.height,
            width=png.width,
        )


def _said_by(file: PngFile) -> tuple[str, str]:
    """The image's stem, still encoded, and the label."""
    split = split_mask_stem(file.stem)
    if split is not None:
        return file.stem.rsplit("__", 2)[0], split[1]
    path = PurePosixPath(file.stem)
    if _NUMBER.fullmatch(path.name):
        if path.parent.name:
            return str(path.parent), LABEL
        if (file.root / _METADATA).exists():
            return file.root.resolve().name, LABEL
    return file.stem, LABEL


def _mask(png: Png) -> NDArray[Any]:
    values = png.values
    if png.palette is not None:
        # Some programs save black and white so.
        values = png.palette[np.minimum(values, len(png.palette) - 1)]
        if (values == values[..., :1]).all():
            png = Png(values[..., 0], 8, None, None)
            values = png.values
    if values.ndim == 3:
        raise InvalidImage("the PNG has colours; a mask is black and white")
    if not png.is_black_and_white():
        found = np.unique(values)
        shown = ", ".join(map(str, found[:5].tolist())) + ", …" * (found.size > 5)
        raise InvalidImage(
            f"the PNG has the values {shown}; a mask has 0 and 1, or 0 and {2**png.depth - 1}. "
            "If they are labels, the format is png-index"
        )
    return values
