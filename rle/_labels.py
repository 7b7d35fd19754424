"""What an image of labels may be, and the forms its steps need it in."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

import rle
from rle.exceptions import InvalidLabels

Labels = NDArray[np.integer[Any]]

# The forms in which OpenCV moves pixels of 1, 2, 4 and 8 bytes.
_MOVED = {1: np.uint8, 2: np.uint16, 4: np.int32, 8: np.int32}

# From this many labels on it pays to look whether all are small.
_MANY = 256


def as_labels(labels: ArrayLike) -> Labels:
    """Brings an image of labels into the form encoders work on.

    Args:
        labels: (H, W), bool or integers of any width and byte order, any strides.

    Returns:
        (H, W) integers, the labels' own memory; bool as uint8, 0 and 1.

    Raises:
        InvalidLabels: It is not two-dimensional, has no pixels or more than `rle.MAX_PIXELS`, or
            holds something other than integers.
    """
    try:
        array = np.asarray(labels)
    except (ValueError, TypeError, OverflowError) as fault:
        raise InvalidLabels(f"the labels cannot be read as an array: {fault}") from None
    _check_shape(array.shape)
    if array.dtype.kind not in "biu":
        hint = "; labels are whole numbers, so convert them first" * (array.dtype.kind == "f")
        raise InvalidLabels(
            f"the labels are an array of {array.dtype}; it must be of integers or bool{hint}"
        )
    if array.dtype.kind != "b":
        return array
    octets = array.view(np.uint8)
    # A bool's byte is 1, unless somebody looked at other bytes as bools.
    return octets if octets.max() < 2 else (octets != 0).view(np.uint8)


def transposed(image: NDArray[Any]) -> NDArray[Any]:
    """Copies an image, (H, W) with its rows one after another, with columns for rows: (W, H)."""
    height, width = image.shape
    if height == 1 or width == 1:
        return image.reshape(width, height)
    # Ten times faster than numpy's copy.
    moved = image.view(_MOVED[image.itemsize])
    if image.itemsize == 8:
        moved = moved.reshape(height, width, 2)
    return np.asarray(cv2.transpose(moved)).reshape(width, -1).view(image.dtype)


def as_ints(labels: Labels) -> list[int]:
    """Makes Python ints of (N,) labels."""
    if labels.itemsize > 1 and labels.size > _MANY and labels.min() >= 0 and labels.max() < 256:
        labels = labels.astype(np.uint8)
    if labels.dtype == np.uint8:
        return list(labels.tobytes())  # three times faster than tolist
    listed: list[int] = labels.tolist()
    return listed


def _check_shape(shape: tuple[int, ...]) -> None:
    if len(shape) != 2:
        raise InvalidLabels(
            f"the labels have shape {shape}, so {len(shape)} dimensions; an image of labels has 2: "
            "height, width"
        )
    if 0 in shape:
        raise InvalidLabels(f"the labels have shape {shape}, so no pixels; they have at least 1")
    if shape[0] * shape[1] > rle.MAX_PIXELS:
        raise InvalidLabels(
            f"the labels have shape {shape}, above the limit of {rle.MAX_PIXELS} pixels "
            "(rle.MAX_PIXELS)"
        )
