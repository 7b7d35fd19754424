"""The function of the article this package grew out of, under its name, and its inverse.

`binary_image_mask_to_cvat_rle(mask)` gives what CVAT's XML ("CVAT for images 1.1") writes as the
attributes of a `<mask>`: runs of the crop, row by row, zeros first, and the crop as left, top,
width, height. Two things are mended: the numbers are Python's, so `json.dumps` takes them, and an
empty mask has an answer, the one `rle.cvat.encode` gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rle._crop import Box, check_box, check_runs, image_of, runs_and_box
from rle._limits import check_size
from rle._mask import as_bytes
from rle._numbers import as_list, whole_number, whole_numbers
from rle.exceptions import InvalidBox, InvalidRuns

__all__ = ["binary_image_mask_to_cvat_rle", "cvat_rle_to_binary_image_mask"]


def binary_image_mask_to_cvat_rle(mask: ArrayLike) -> dict[str, Any]:
    """Encodes a mask as the dict of the article.

    Args:
        mask: (H, W), any numbers; what is not zero belongs to the object.

    Returns:
        `rle` (list of runs of the tight crop, row by row, zeros first), `left`, `top`, `width`,
        `height`: plain Python ints. A mask without a set pixel gives one unset pixel at 0, 0.

    Raises:
        InvalidMask: See `rle.cvat.encode`.

    >>> binary_image_mask_to_cvat_rle([[0, 0, 1, 1], [0, 1, 1, 1]])
    {'rle': [1, 5], 'left': 1, 'top': 0, 'width': 3, 'height': 2}
    """
    runs, box = runs_and_box(as_bytes(mask))
    return {
        "rle": as_list(runs),
        "left": box.left,
        "top": box.top,
        "width": box.width,
        "height": box.height,
    }


def cvat_rle_to_binary_image_mask(
    rle: Mapping[str, Any], *, height: int, width: int
) -> NDArray[np.uint8]:
    """Decodes the dict of the article into a mask of the whole image.

    Args:
        rle: `rle`, `left`, `top`, `width`, `height` as above; the crop need not be tight.
        height: Rows of the image (not of the crop).
        width: Columns of the image.

    Returns:
        (height, width) uint8, 0 or 1, as the article has masks.

    Raises:
        InvalidSize: Height or width of the image is not usable, see `rle.cvat.decode`.
        InvalidRuns: A key is missing, or the runs are not usable, see `rle.cvat.decode`.
        InvalidBox: The crop has no pixels or does not lie inside the image.

    >>> crop = {"rle": [1, 5], "left": 1, "top": 0, "width": 3, "height": 2}
    >>> cvat_rle_to_binary_image_mask(crop, height=2, width=4).tolist()
    [[0, 0, 1, 1], [0, 1, 1, 1]]
    """
    height, width = check_size(height, width)
    if not isinstance(rle, Mapping):
        raise InvalidRuns(f"the rle is of type {type(rle).__name__}; it must be a dict")
    if missing := [key for key in ("rle", "left", "top", "width", "height") if key not in rle]:
        raise InvalidRuns(f"the rle has no key {missing[0]!r}")
    runs = whole_numbers(rle["rle"], name="rle")
    left, top, columns, rows = (
        whole_number(rle[key], name=key) for key in ("left", "top", "width", "height")
    )
    for key, length in (("width", columns), ("height", rows)):
        if length < 1:
            raise InvalidBox(f"the box's {key} is {length}; it must be at least 1")
    box = Box(left, top, left + columns - 1, top + rows - 1)
    check_box(box, height, width)
    check_runs(runs, box)
    return image_of(runs, box, height, width).view(np.uint8)
