"""Masks in the form COCO has them: a segmentation is a dict of a size and of run lengths.

    {"size": [height, width], "counts": "…" or [run, run, …]}

Runs are the lengths of alternating stretches of unset and set pixels, read column by column; the
first counts unset pixels and is 0 where the first pixel is set. Their string is compressed: see
`rle._text`. JSON has no bytes, so what is written is a str; bytes, as pycocotools has them, are
read too.

Source of the format: the COCO API (pycocotools.mask and its maskApi.c).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rle import _batch
from rle._columns import edges_of_mask, image_of_columns
from rle._limits import check_order
from rle._segmentation import counts_of, edges_of, read, write
from rle.runs import Order

__all__ = ["decode", "decode_batch", "encode", "encode_batch", "validate"]


def encode(mask: ArrayLike, *, compressed: bool = True) -> dict[str, Any]:
    """Encodes a mask as COCO's segmentation.

    Args:
        mask: (H, W), bool, integers or floats of any width, byte order and strides; pixels that
            are not zero belong to the object.
        compressed: Write counts as a string, or else as a list of ints.

    Returns:
        `size`, [height, width], and `counts`, str or list: ready for json.dumps. The string is the
        one pycocotools gives, byte for byte. A mask without a set pixel has the single count
        height × width, a full one has the counts 0 and height × width.

    Raises:
        InvalidMask: Not two-dimensional, no pixels, more than `rle.MAX_PIXELS`, NaN, or no numbers.

    >>> encode([[0, 1, 1], [0, 0, 1]], compressed=False)
    {'size': [2, 3], 'counts': [2, 1, 1, 2]}
    >>> encode([[0, 1, 1], [0, 0, 1]])
    {'size': [2, 3], 'counts': '2111'}
    """
    edges, height, width = edges_of_mask(mask)
    return write(counts_of(edges, height * width), height, width, compressed=compressed)


def decode(segmentation: Any, *, order: Order = "C") -> NDArray[np.bool_]:
    """Decodes COCO's segmentation into a mask.

    Args:
        segmentation: A dict with `size`, [height, width], and `counts`: str or bytes, if they are
            compressed, or a list, tuple or flat array of whole numbers.
        order: Memory layout of the mask: "C" rows first, "F" columns first as in pycocotools.

    Returns:
        (height, width) bool.

    Raises:
        InvalidRuns: Not such a dict, a damaged string, not whole numbers, a negative count, or
            counts that do not add up to height × width.
        InvalidSize: Height or width is not a whole number above 0, or the image is larger than
            `rle.MAX_PIXELS`.
        InvalidArgument: The order is neither "F" nor "C".

    >>> decode({"size": [2, 3], "counts": "2111"}).astype(int).tolist()
    [[0, 1, 1], [0, 0, 1]]
    """
    order = check_order(order)
    counts, height, width = read(segmentation)
    return image_of_columns(edges_of(counts), height, width, order)


def encode_batch(
    masks: ArrayLike | Sequence[ArrayLike], *, compressed: bool = True
) -> list[dict[str, Any]]:
    """Encodes many masks, small ones several times faster than one by one.

    Args:
        masks: An array (N, H, W), or a list or tuple of arrays (H, W), whose sizes may differ; see
            `encode`.
        compressed: See `encode`.

    Returns:
        The segmentation of each mask, as `encode` gives it.

    Raises:
        InvalidMask: An array of another number of dimensions, or a mask that `encode` refuses; the
            sentence begins with "mask" and its index.

    >>> encode_batch([[[0, 1, 1], [0, 0, 1]], [[1]]], compressed=False)
    [{'size': [2, 3], 'counts': [2, 1, 1, 2]}, {'size': [1, 1], 'counts': [0, 1]}]
    """
    return _batch.encode_coco(masks, compressed=compressed)


def decode_batch(segmentations: Sequence[Any], *, order: Order = "C") -> NDArray[np.bool_]:
    """Decodes many segmentations, all of one size, into one array.

    Args:
        segmentations: A list of what `decode` takes.
        order: Memory layout of each mask: "C" rows first, "F" columns first.

    Returns:
        (N, height, width) bool; (0, 0, 0) of an empty list, which has no size.

    Raises:
        InvalidRuns: No list, or a segmentation that `decode` refuses; the sentence begins with
            "segmentation" and its index.
        InvalidSize: Likewise; or they are not of one size, or so many do not fit into memory.
        InvalidArgument: See `decode`.

    >>> segmentations = [{"size": [1, 2], "counts": "11"}, {"size": [1, 2], "counts": [0, 2]}]
    >>> decode_batch(segmentations).tolist()
    [[[False, True]], [[True, True]]]
    """
    return _batch.decode_coco(segmentations, check_order(order))


def validate(segmentation: Any) -> None:
    """Checks a segmentation without decoding it: what `decode` takes passes, nothing else does.

    Args:
        segmentation: See `decode`.

    Raises:
        InvalidRuns: See `decode`.
        InvalidSize: See `decode`.

    >>> validate({"size": [2, 3], "counts": [2, 1, 1]})
    Traceback (most recent call last):
    rle.exceptions.InvalidRuns: the counts add up to 4, but the image of 2×3 has 6 pixels
    """
    read(segmentation)
