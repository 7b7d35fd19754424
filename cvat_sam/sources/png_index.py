"""Folders with an index PNG for each image: every pixel's value, or its colour, says its label.

    street/a.png            of street/a.jpg: one mask for each value but the background's
    labels.json             or CVAT's labelmap.txt: what the values mean, see `png_labels`

Values are those of a palette, or gray of 1 to 16 bits. Files of colours are read too where a
labelmap says what the colours mean, as in CVAT's export "Segmentation mask": of that, give the
folder as it was unpacked, or its SegmentationClass.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
from cvat_sam.exceptions import InvalidImage
from cvat_sam.masks import MaskRecord, Place, Rejected
from cvat_sam.masks.file_names import decoded, split_mask_stem
from cvat_sam.masks.items import item_of
from cvat_sam.sources.png_files import (
    image_name,
    looks_like_index,
    looks_like_pngs,
    png_files,
)
from cvat_sam.sources.png_labels import CLASSES, Colour, Labels, has_table, labels_for
from cvat_sam.sources.png_pixels import Png, read_png


def looks_like(path: Path) -> bool:
    """Whether it is an index PNG, or a folder of such."""
    if _is_export(path):
        return True
    if not looks_like_pngs(path) or (path.is_file() and split_mask_stem(path.stem)):
        return False
    return has_table(path) or looks_like_index(path)


def read(path: Path) -> Iterator[MaskRecord | Rejected]:
    """Reads the masks of a file, or of all PNGs in a folder and its folders.

    Raises:
        InvalidSource: the folder cannot be read, holds no PNGs, or a damaged table of labels.
    """
    table_for = lru_cache(maxsize=64)(labels_for)
    for file in png_files(path / CLASSES if _is_export(path) else path):
        labels = table_for(file.path.parent, file.root)
        try:
            png = read_png(file.path)
            masks = list(_masks(png, labels))
        except InvalidImage as error:
            yield Rejected(Place(str(file.path)), str(error), {"image": decoded(file.stem)})
            continue
        image = image_name(file.stem, png.image)
        for index, (label, points, fault) in enumerate(masks):
            place = Place(str(file.path), index)
            record = MaskRecord(
                place, label, points, image=image, height=png.height, width=png.width
            )
            yield record if fault is None else Rejected(place, fault, item_of(record))


def _is_export(path: Path) -> bool:
    return (path / CLASSES).is_dir()


def _masks(png: Png, labels: Labels) -> Iterator[tuple[str, list[int], str | None]]:
    """Labels and masks; where there is no label for one, also a sentence."""
    values, colours = _as_index(png, labels)
    runs = rle.multiclass.encode(values)
    for value, points in rle.convert.multiclass_to_cvat(runs, background=None).items():
        try:
            label = labels.of(value, colours(value))
        except LookupError as error:
            yield str(value), points, str(error)
        else:
            if label is not None:
                yield label, points, None


def _as_index(png: Png, labels: Labels) -> tuple[NDArray[Any], Any]:
    """The image of values, and what finds a value's colour."""
    palette = png.palette
    if png.values.ndim == 2:

        def colour_of(value: int) -> Colour | None:
            if palette is None or value >= len(palette):
                return None
            red, green, blue = palette[value].tolist()
            return red, green, blue

        return png.values, colour_of
    if not labels.by_colour:
        raise InvalidImage(
            "the PNG has colours, and no labelmap.txt in its folder says what they mean"
        )
    red, green, blue = (png.values[..., channel] for channel in range(3))
    values = red.astype(np.uint32) << 16 | green.astype(np.uint16) << 8 | blue
    return values, lambda value: (value >> 16, value >> 8 & 255, value & 255)
