"""One mask's logits, brought to the image's size, but only where the mask is.

segment-anything resizes twice, each time the whole picture: logits of 256 × 256 to the encoder's
square, and the part of that which is image to the image's size; what is above 0 is object. Here
both steps are made on patches around the mask. The first enlarges by 4 exactly, so a patch of it
has the same numbers. For the second a patch must begin where pixels of both sizes begin together,
or nearly; the nearest such place is taken, left of the mask and above it.
"""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from cvat_sam.models.backends.backend import INPUT_SIZE, LOGITS_SIZE, Floats

CELL = INPUT_SIZE // LOGITS_SIZE
# How far the mask's ends may move, in pixels of the image. The less, the further off the place
# where a patch can begin, and the more there is to resize; nothing moves if it begins at 0.
OFF = 0.001
# Interpolation looks at one neighbour, in each of the two steps.
MARGIN = 2


class Placed(NamedTuple):
    """A mask's tight crop and where it lies.

    Attributes:
        crop: bool `(h, w)`; empty, `(0, 0)`, for a mask without a pixel.
        left: the crop's first column in the image.
        top: the crop's first row.
    """

    crop: npt.NDArray[np.bool_]
    left: int
    top: int


class Patch(NamedTuple):
    """Logits at the image's size, and where they lie.

    Attributes:
        logits: float32 `(h, w)`; empty, `(0, 0)`, where there is nothing.
        left: the first column in the image.
        top: the first row.
    """

    logits: Floats
    left: int
    top: int


class _Axis(NamedTuple):
    """Columns, or rows, of a patch: which are read, which are written, and how they lie.

    Attributes:
        begin: first pixel of the resized image that is read.
        end: the one after the last.
        place: where in the image the first pixel of the patch lies.
        factor: pixels of the image for one of the resized image.
    """

    begin: int
    end: int
    place: int
    factor: float


def full_size(logits: Floats, *, input_size: tuple[int, int], height: int, width: int) -> Placed:
    """Bring one mask to the image's size and cut at 0.

    Args:
        logits: float32 `(256, 256)`.
        input_size: width and height of the resized image.
        height: of the image, in pixels.
        width: of the image, in pixels.
    """
    patch = enlarged(logits, above=0, input_size=input_size, height=height, width=width)
    return tight(np.greater(patch.logits, 0), patch.left, patch.top)


def enlarged(
    logits: Floats, *, above: float, input_size: tuple[int, int], height: int, width: int
) -> Patch:
    """Bring one mask's logits to the image's size, at least where they are higher than `above`.

    Args:
        logits: float32 `(256, 256)`.
        above: what is lower is not worth having.
        input_size: width and height of the resized image.
        height: of the image, in pixels.
        width: of the image, in pixels.
    """
    x, y, columns, rows = cv2.boundingRect(np.greater(logits, above).view(np.uint8))
    if not columns:
        return NO_PATCH
    across = _axis(x, x + columns, input_size[0], width)
    down = _axis(y, y + rows, input_size[1], height)
    if across is None or down is None:
        return NO_PATCH
    resized = cv2.resize(
        _square(logits, across, down),
        None,
        fx=across.factor,
        fy=down.factor,
        interpolation=cv2.INTER_LINEAR,
    )
    # Rounding may add a pixel beyond the image's end.
    inside = resized[: height - down.place, : width - across.place]
    return Patch(np.asarray(inside, np.float32), across.place, down.place)


def tight(mask: npt.NDArray[np.bool_], left: int, top: int) -> Placed:
    """The crop of `mask`, whose first pixel lies at `left`, `top`, to the pixels that are set."""
    if not mask.size:
        return _NOTHING
    x, y, columns, rows = cv2.boundingRect(mask.view(np.uint8))
    return Placed(mask[y : y + rows, x : x + columns], left + x, top + y) if rows else _NOTHING


_NOTHING = Placed(np.zeros((0, 0), np.bool_), 0, 0)
NO_PATCH = Patch(np.zeros((0, 0), np.float32), 0, 0)


def _axis(first: int, stop: int, input_side: int, side: int) -> _Axis | None:
    """The patch around logits `first` to `stop`, exclusive; None if that is padding alone."""
    begin, end = max(first - MARGIN, 0) * CELL, (stop + MARGIN) * CELL
    if begin >= input_side:
        return None
    scale = input_side / side
    # Up to the end of a pixel of the image, which may be wider than the whole mask.
    end = min(int((int(end / scale) + 2) * scale), input_side)
    middle, half = (first + stop) / 2 * CELL, (stop - first) / 2 * CELL
    places = np.arange(int(begin / scale), -1, -1)
    begins = np.rint(places * scale)
    # The patch is as if stretched from the mask's middle by this much, and so its ends move.
    stretch = np.abs(begins - places * scale) / (middle - places * scale)
    best = int(np.argmax(stretch * half / scale <= OFF))
    place, begin = int(places[best]), int(begins[best])
    factor = (middle / scale - place) / (middle - begin)
    if round((end - begin) * factor) == end - begin:
        # OpenCV copies what is to keep its size; only the whole image is sure to change or not.
        return _Axis(0, input_side, 0, 1 / scale)
    return _Axis(begin, end, place, factor)


def _square(logits: Floats, across: _Axis, down: _Axis) -> Floats:
    """The patch of the encoder's square."""
    left, top = across.begin // CELL, down.begin // CELL
    right, bottom = -(-across.end // CELL), -(-down.end // CELL)
    # One more on each side: at its edges a patch would be interpolated as the square's are.
    from_x, from_y = max(left - 1, 0), max(top - 1, 0)
    part = np.ascontiguousarray(logits[from_y : bottom + 1, from_x : right + 1])
    size = (part.shape[1] * CELL, part.shape[0] * CELL)
    square = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR), np.float32)
    x, y = from_x * CELL, from_y * CELL
    return square[down.begin - y : down.end - y, across.begin - x : across.end - x]
