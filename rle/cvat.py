"""Masks in the form CVAT stores and sends: `points` of a shape whose type is "mask".

    [run, run, …, left, top, right, bottom]

Runs are the lengths of alternating stretches of unset and set pixels in the crop between
left ≤ x ≤ right and top ≤ y ≤ bottom (inclusive), read row by row; the first counts unset pixels
and is 0 where the crop begins with a set one. The crop need not be tight, but `encode` makes it so.

Source of the format: CVAT's REST API (`points` of LabeledShapeRequest) and its reference codec,
the module cvat_sdk.masks. CVAT's server checks nothing of this and fails later, at export.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rle._crop import Box, check_box, check_runs, image_of, runs_and_box
from rle._limits import check_size
from rle._mask import as_bytes
from rle._numbers import as_list, whole_numbers
from rle.exceptions import InvalidRuns

__all__ = ["decode", "encode", "validate"]


def encode(mask: ArrayLike) -> list[int]:
    """Encodes a mask as CVAT's points.

    Args:
        mask: (H, W), bool, integers or floats of any width, byte order and strides; pixels that
            are not zero belong to the object.

    Returns:
        Run lengths of the tight crop, row by row, zeros first, then inclusive left, top, right,
        bottom: plain Python ints. A mask without a set pixel gives `[1, 0, 0, 0, 0]`, as
        cvat_sdk.masks has it.

    Raises:
        InvalidMask: Not two-dimensional, no pixels, more than `rle.MAX_PIXELS`, NaN, or no numbers.

    >>> import numpy as np
    >>> encode(np.array([[0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0],
    ...                  [0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]]))
    [1, 13, 2, 0, 8, 1]
    """
    runs, box = runs_and_box(as_bytes(mask))
    return as_list(runs, then=box)


def decode(points: Any, *, height: int, width: int) -> NDArray[np.bool_]:
    """Decodes CVAT's points into a mask of the whole image.

    Args:
        points: List, tuple or flat array of ints or of floats without a fraction (the API gives
            floats back): runs, then inclusive left, top, right, bottom.
        height: Rows of the image.
        width: Columns of the image.

    Returns:
        (height, width) bool, C-contiguous.

    Raises:
        InvalidSize: Height or width is not a whole number above 0, or the image is larger than
            `rle.MAX_PIXELS`.
        InvalidRuns: Not a flat list of whole numbers, fewer than five, a negative run, or runs that
            do not add up to the pixels of the box.
        InvalidBox: The box is inverted or not inside the image.

    >>> decode([3, 6, 5, 7, 3, 0, 0, 11, 1], height=2, width=12).astype(int).tolist()
    [[0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]]
    """
    return image_of(*_checked(points, height, width))


def validate(points: Any, *, height: int, width: int) -> None:
    """Checks CVAT's points without decoding them: what `decode` takes passes, nothing else does.

    Args:
        points: See `decode`.
        height: Rows of the image.
        width: Columns of the image.

    Raises:
        InvalidSize: See `decode`.
        InvalidRuns: See `decode`.
        InvalidBox: See `decode`.

    >>> validate([1, 13, 2, 0, 8, 1], height=2, width=8)
    Traceback (most recent call last):
    rle.exceptions.InvalidBox: the box's right is 8, but the image's last column is 7
    """
    _checked(points, height, width)


def _checked(points: Any, height: Any, width: Any) -> tuple[NDArray[np.int64], Box, int, int]:
    height, width = check_size(height, width)
    numbers = whole_numbers(points, name="points")
    if numbers.size < 5:
        raise InvalidRuns(
            f"points has {numbers.size} items; it needs at least 5: one run, left, top, right, "
            "bottom"
        )
    runs, box = numbers[:-4], Box(*numbers[-4:].tolist())
    check_box(box, height, width)
    check_runs(runs, box)
    return runs, box, height, width
