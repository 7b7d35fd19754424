"""Folders with an index PNG for each image: every pixel's value, or its colour, says its label.

    street/a.png            of street/a.jpg: one mask for each value but the background's
    labels.json             or CVAT's labelmap.txt: what the values mean, see `png_labels`

Values are those of a palette, or gray of 1 to 16 bits. Files of colours are read too where a
labelmap says what the colours mean, as in CVAT's export "Segmentation mask": of that, give the
folder as it was unpacked, or its SegmentationClass.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
from cvat_sam.exceptions import InvalidImage
from cvat_sam.masks import Found, ImageRecord, MaskRecord, Place, Rejected
from cvat_sam.masks.file_names import decoded
from cvat_sam.masks.items import item_of
from cvat_sam.sources.png_files import image_name, other_pictures, png_files
from cvat_sam.sources.png_kinds import Kind, kind_of, values_of
from cvat_sam.sources.png_labels import CLASSES, Colour, Labels, is_export, labels_for
from cvat_sam.sources.png_pixels import Png, read_png
from cvat_sam.sources.source import Source


def read(source: Source) -> Iterator[Found]:
    """Read the masks of a file, or of all PNGs in a folder and its folders.

    Raises:
        InvalidSource: the folder cannot be read, holds no PNGs, or a damaged table of labels.
    """
    table_for = lru_cache(maxsize=64)(labels_for)
    path = source.path
    yield from other_pictures(path)
    for file in png_files(path / CLASSES if is_export(path) else path):
        labels = table_for(file.path.parent, file.root)
        place = Place(str(file.path))
        try:
            png = read_png(file.path)
            if not source.asked:
                _refuse_doubt(png, labels)
            masks = list(_masks(png, labels))
        except InvalidImage as error:
            yield Rejected(place, str(error), {"image": decoded(file.stem)})
            continue
        image = image_name(file.stem, png.image)
        height, width = png.height, png.width
        yield ImageRecord(place, image, height=height, width=width)
        for index, (label, points, fault) in enumerate(masks):
            place = Place(str(file.path), index)
            record = MaskRecord(place, label, points, image=image, height=height, width=width)
            yield record if fault is None else Rejected(place, fault, item_of(record))


def _refuse_doubt(png: Png, labels: Labels) -> None:
    """Where nobody said that values are labels, refuses those that a mask has."""
    if labels.file is None and kind_of(png) in (Kind.MASK, Kind.UNCLEAR):
        raise InvalidImage(
            f"the PNG has {values_of(png)}, as masks do, beside others with labels; give the "
            "format png-index if these are labels too"
        )


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
