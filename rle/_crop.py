"""A mask as a box and the runs inside it: what CVAT's points and CVAT's XML both write down.

Runs are the lengths of alternating stretches of unset and set pixels in the box, read row by row;
the first counts unset pixels and is 0 where the box begins with a set one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rle._changes import changes
from rle._paint import paint
from rle.exceptions import InvalidBox, InvalidRuns


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
    top, bottom = int(found[0]) // width, (int(found[-1]) - 1) // width
    if found.size > 8 * (bottom - top + 1) and image[top : bottom + 1, [0, -1]].any(axis=0).all():
        # Noise, mostly: here two columns are looked at faster than so many runs.
        left, right = 0, width - 1
    else:
        starts, lengths = found[0::2], found[1::2] - found[0::2]
        rows = starts // width
        columns = starts - rows * width
        left, right = int(columns.min()), int((columns + lengths).max()) - 1
        if right >= width:  # a run goes on from row to row
            left, right = 0, width - 1
    box = Box(left, top, right, bottom)
    if box.width == width:
        edges = found
    else:
        # Each row before a run makes its place in the crop smaller by what the crop leaves out.
        edges = (found.reshape(-1, 2) - (rows * (width - box.width))[:, np.newaxis]).reshape(-1)
        edges = _joined(edges)
    origin = top * box.width + left  # the crop's first pixel, counted like the edges
    runs = np.empty(edges.size + 1, np.int64)
    runs[0] = edges[0] - origin
    np.subtract(edges[1:], edges[:-1], out=runs[1:-1])
    runs[-1] = origin + box.area - edges[-1]
    return (runs if runs[-1] else runs[:-1]), box


def image_of(runs: NDArray[np.int64], box: Box, height: int, width: int) -> NDArray[np.bool_]:
    """Decodes runs and their box, both checked before, into a mask of height × width."""
    crop = paint(runs, box.area)
    if box.area == height * width:
        return crop.reshape(height, width)
    image = np.zeros((height, width), np.bool_)
    image[box.top : box.bottom + 1, box.left : box.right + 1] = crop.reshape(box.height, box.width)
    return image


def check_box(box: Box, height: int, width: int) -> None:
    """Makes sure that a box lies in an image and is not inverted.

    Raises:
        InvalidBox: It does not, or is.
    """
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
    size = f"its box of {box.width}×{box.height} has {box.area} pixels"
    if not runs.size:
        raise InvalidRuns(f"the mask has no runs, but {size}")
    if runs.min() < 0:
        index = int((runs < 0).argmax())
        raise InvalidRuns(f"run {index} is {runs[index]}, below 0")
    # Each alone first: the sum of what is left cannot overflow.
    if runs.max() > box.area:
        index = int((runs > box.area).argmax())
        raise InvalidRuns(f"run {index} is {runs[index]}, but {size}")
    if (total := int(runs.sum())) != box.area:
        raise InvalidRuns(f"the mask's runs add up to {total}, but {size}")


def _joined(edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Joins a run that ends at the crop's right with one that starts the next row at its left."""
    touching = edges[2::2] == edges[1:-1:2]
    if not touching.any():
        return edges
    kept = np.ones(edges.size, np.bool_)
    kept[1:-1:2] = kept[2::2] = ~touching
    return edges[kept]
