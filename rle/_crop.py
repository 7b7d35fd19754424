"""A mask as a box and the runs inside it: what CVAT's points and CVAT's XML both write down.

Runs are the lengths of alternating stretches of unset and set pixels in the box, read row by row;
the first counts unset pixels and is 0 where the box begins with a set one.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from rle._changes import changes
from rle._paint import paint
from rle.exceptions import InvalidBox, InvalidRuns

# Up to this many pixels OpenCV puts a margin around a crop faster than numpy puts it into zeros.
_LARGE = 1 << 21


class Box(NamedTuple):
    """Columns left ≤ x ≤ right and rows top ≤ y ≤ bottom: both ends inclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left + 1

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top + 1

    @property
    def area(self) -> int:
        """Pixels."""
        return self.width * self.height


def runs_and_box(image: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Box]:
    """Encodes a mask.

    Args:
        image: (H, W) bytes as `rle._mask.as_bytes` gives them.

    Returns:
        Runs, (N,), and the tight box they fill. Without a set pixel: one run of length 1 in the
        box of the pixel 0, 0.
    """
    found = changes(image.reshape(-1))
    if not found.size:
        return np.ones(1, np.int64), Box(0, 0, 0, 0)
    width = image.shape[1]
    begin, end = int(found[0]), int(found[-1])
    top, bottom = begin // width, (end - 1) // width
    runs = np.empty(found.size + 1, np.int64)
    inner = runs[1:-1]
    np.subtract(found[1:], found[:-1], out=inner)
    left, right, rows = 0, width - 1, None
    # Noise, mostly, goes from side to side: two columns are looked at faster than so many runs.
    if found.size < 8 * (bottom - top + 1) or not (
        image[top : bottom + 1, [0, -1]].any(axis=0).all()
    ):
        starts = found[0::2]
        rows = starts // width
        columns = starts - rows * width
        first = int(columns.min())
        columns += inner[0::2]
        last = int(columns.max()) - 1
        if last < width:  # or else a run goes on from row to row
            left, right = first, last
    runs[0] = begin - top * width - left
    runs[-1] = bottom * width + right + 1 - end
    if rows is not None and (margins := left + width - 1 - right):
        gaps = inner[1::2]
        rows *= margins
        gaps += rows[:-1]
        gaps -= rows[1:]
        if not gaps.all():
            runs = _joined(runs)
    return (runs if runs[-1] else runs[:-1]), Box(left, top, right, bottom)


def image_of(runs: NDArray[np.int64], box: Box, height: int, width: int) -> NDArray[np.bool_]:
    """Decodes runs and their box, both checked before, into a mask of height × width."""
    left, top, right, bottom = box
    rows, columns = bottom - top + 1, right - left + 1
    crop = paint(runs, rows * columns)
    if rows == height and columns == width:
        return crop.reshape(height, width)
    crop = crop.reshape(rows, columns)
    if height * width < _LARGE:
        sides = (top, height - 1 - bottom, left, width - 1 - right)
        framed = cv2.copyMakeBorder(crop.view(np.uint8), *sides, cv2.BORDER_CONSTANT, value=0)
        return np.asarray(framed).view(np.bool_)
    image = np.zeros((height, width), np.bool_)
    image[top : bottom + 1, left : right + 1] = crop
    return image


def check_box(box: Box, height: int, width: int) -> None:
    """Makes sure that a box lies in an image and is not inverted.

    Raises:
        InvalidBox: It does not, or is.
    """
    if 0 <= box.left <= box.right < width and 0 <= box.top <= box.bottom < height:
        return
    for side, value in (("left", box.left), ("top", box.top)):
        if value < 0:
            raise InvalidBox(f"the box's {side} is {value}, below 0")
    for side, value, line, length in (
        ("right", box.right, "column", width),
        ("bottom", box.bottom, "row", height),
    ):
        if value >= length:
            raise InvalidBox(
                f"the box's {side} is {value}, but the image's last {line} is {length - 1}"
            )
    if box.left > box.right:
        raise InvalidBox(f"the box's left is {box.left}, beyond its right, {box.right}")
    if box.top > box.bottom:
        raise InvalidBox(f"the box's top is {box.top}, beyond its bottom, {box.bottom}")


def check_runs(runs: NDArray[np.int64], box: Box) -> None:
    """Makes sure that runs fill their box, checked before, exactly.

    Raises:
        InvalidRuns: One is negative, or they do not add up.
    """
    # A negative one, seen as unsigned, is above any area. The sum of the others cannot overflow.
    area = box.area
    if runs.size and int(runs.view(np.uint64).max()) <= area and int(runs.sum()) == area:
        return
    raise InvalidRuns(_fault(runs, box))


def _fault(runs: NDArray[np.int64], box: Box) -> str:
    size = f"its box of {box.width}×{box.height} has {box.area} pixels"
    if not runs.size:
        return f"the mask has no runs, but {size}"
    if runs.min() < 0:
        index = int((runs < 0).argmax())
        return f"run {index} is {runs[index]}, below 0"
    if runs.max() > box.area:
        index = int((runs > box.area).argmax())
        return f"run {index} is {runs[index]}, but {size}"
    return f"the mask's runs add up to {int(runs.sum())}, but {size}"


def _joined(runs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Joins a run that ends at the crop's right with one that starts the next row at its left."""
    apart = runs[2:-1:2] != 0
    kept = np.ones(runs.size, np.bool_)
    kept[1:-2:2] = kept[2:-1:2] = apart
    return np.diff(np.cumsum(runs)[kept], prepend=0)
