"""PNGs of a mask each, black and white, named for image and label, or for an image.

    street/a__car__0.png    as `cvat-sam convert --to masks/` writes them: image, label, number
    street/a/0.png          a folder for each image, as segment-anything's own script writes them
    street/a.png            one mask for each image

Where the name says no label, it is "object"; `png_by_label` is for folders that are labels. Numbers
have no zeros in front: `street/0001.png` is a mask of an image of that name. A PNG says no
extension of its image, so the image's name has none, unless our own writer left it in the file.

What is not 0 belongs to the mask, if values are 0 and 1 or 0 and white; 1, 8 or 16 bits; gray, or
colours that are gray. Other values are refused, file by file. Files that are no PNGs are passed
over.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
from cvat_sam.exceptions import InvalidImage
from cvat_sam.masks import Found, MaskRecord, Place, Rejected
from cvat_sam.masks.file_names import decoded
from cvat_sam.sources.png_files import image_name, other_pictures, png_files
from cvat_sam.sources.png_kinds import Kind, kind_of, values_of
from cvat_sam.sources.png_names import Rule, by_name
from cvat_sam.sources.png_pixels import Png, read_png
from cvat_sam.sources.source import Source


def read(source: Source) -> Iterator[Found]:
    """Read the masks of a file, or of all PNGs in a folder and its folders.

    Raises:
        InvalidSource: the folder cannot be read, or holds no PNGs.
    """
    return read_named(source, by_name)


def read_named(source: Source, rule: Rule) -> Iterator[Found]:
    """The same, where `rule` finds image and label."""
    yield from other_pictures(source.path)
    for file in png_files(source.path):
        image, label = rule(file)
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
        # Soft edges are not cut here: masks are never changed without a word.
        unclear = kind_of(png) is Kind.UNCLEAR
        soft = ". If its edges are soft, cut them at a threshold" if unclear else ""
        raise InvalidImage(
            f"the PNG has {values_of(png)}; a mask has 0 and 1, or 0 and {2**png.depth - 1}{soft}. "
            "If they are labels, the format is png-index"
        )
    return values
