"""Masks in the form CVAT stores and sends: `points` of a shape whose type is "mask".

    [run, run, …, left, top, right, bottom]

Runs are the lengths of alternating stretches of unset and set pixels in the crop between
left ≤ x ≤ right and top ≤ y ≤ bottom (inclusive), read row by row; the first counts unset pixels
and is 0 where the crop begins with a set one. The crop need not be tight, but `encode` makes it so.

Source of the format: CVAT's REST API (`points` of LabeledShapeRequest) and its reference codec,
the module cvat_sdk.masks. CVAT's server checks nothing of this and fails later, at export.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rle import _attributes, _batch, _points
from rle._crop import image_of, runs_and_box
from rle._mask import as_bytes
from rle._numbers import as_list

__all__ = [
    "decode",
    "decode_batch",
    "encode",
    "encode_batch",
    "from_attributes",
    "to_attributes",
    "validate",
]


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
    return image_of(*_points.read(points, height, width))


def encode_batch(masks: ArrayLike | Sequence[ArrayLike]) -> list[list[int]]:
    """Encodes many masks, small ones several times faster than one by one.

    Args:
        masks: An array (N, H, W), or a list or tuple of arrays (H, W), whose sizes may differ; see
            `encode`.

    Returns:
        The points of each mask, as `encode` gives them.

    Raises:
        InvalidMask: An array of another number of dimensions, or a mask that `encode` refuses; the
            sentence begins with "mask" and its index.

    >>> encode_batch([[[0, 1, 1], [0, 0, 1]], [[1]]])
    [[0, 2, 1, 1, 1, 0, 2, 1], [0, 1, 0, 0, 0, 0]]
    """
    return _batch.encode_cvat(masks)


def decode_batch(masks: Sequence[Any], *, height: int, width: int) -> NDArray[np.bool_]:
    """Decodes the points of many masks, all of images of one size.

    Args:
        masks: A list with the points of each mask; see `decode`.
        height: Rows of the images.
        width: Columns of the images.

    Returns:
        (N, height, width) bool, C-contiguous; (0, height, width) of an empty list.

    Raises:
        InvalidSize: See `decode`; or so many masks do not fit into memory.
        InvalidRuns: No list, or points that `decode` refuses; the sentence begins with "points"
            and the mask's index: "points[3]: …".
        InvalidBox: See `decode`; likewise.

    >>> decode_batch([[0, 1, 1, 0, 1, 0], [0, 2, 0, 0, 1, 0]], height=1, width=2).tolist()
    [[[False, True]], [[True, True]]]
    """
    return _batch.decode_cvat(masks, height, width)


def to_attributes(points: Any) -> dict[str, str]:
    """Writes CVAT's points as the attributes of a `<mask>` in CVAT's XML.

    Args:
        points: See `decode`.

    Returns:
        `rle`, the runs with ", " between them, then `left`, `top`, `width` and `height` of the
        crop, in pixels: all text, in this order.

    Raises:
        InvalidRuns: See `decode`. The image's size is not known here, so the box may lie beyond it.
        InvalidBox: The box is inverted, or begins below 0.

    Source of the format: "CVAT for images 1.1", element `mask`.

    >>> to_attributes([3, 6, 5, 7, 3, 0, 0, 11, 1])
    {'rle': '3, 6, 5, 7, 3', 'left': '0', 'top': '0', 'width': '12', 'height': '2'}
    """
    return _attributes.write(points)


def from_attributes(attributes: Mapping[str, str]) -> list[int]:
    """Reads CVAT's points from the attributes of a `<mask>` in CVAT's XML.

    Args:
        attributes: A mapping with `rle`, `left`, `top`, `width` and `height` as text, and maybe
            more: what an XML parser gives. Numbers are decimal digits alone, with spaces around
            them; runs are separated by commas.

    Returns:
        Plain Python ints: runs, then inclusive left, top, right, bottom.

    Raises:
        InvalidRuns: A key is missing, a value is not such text, a number is beyond 2**53, or the
            runs do not add up to width × height.
        InvalidBox: Width or height is 0.

    Source of the format: "CVAT for images 1.1", element `mask`.

    >>> from_attributes({"rle": "3, 6, 5, 7, 3", "left": "0", "top": "0", "width": "12",
    ...                  "height": "2", "z_order": "0"})
    [3, 6, 5, 7, 3, 0, 0, 11, 1]
    """
    return _attributes.read(attributes)


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
    if not _points.is_right(points, height, width):
        _points.read(points, height, width)
