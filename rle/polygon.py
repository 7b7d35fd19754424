"""Polygons, as COCO and CVAT write them: from corners to pixels and back.

    to_mask     to_coco     to_runs         filled, to the pixel as pycocotools does
    from_mask               from_runs       outlines of a mask's parts

A polygon is a flat list [x1, y1, x2, y2, …]. Coordinates count from the outer corner of the image's
first pixel, so that pixel (row, column) reaches from (column, row) to (column + 1, row + 1).

Source of the format: COCO's `segmentation` is a list of such lists, whose union is the object;
CVAT's `points` of a polygon are one such list. COCO's API (pycocotools) and CVAT's own export
(datumaro) fill them by one and the same rule, see `rle._fill`.
"""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rle import _corners, _segmentation, runs
from rle._fill import fill
from rle._limits import check_size, show
from rle._outline import joined, trace
from rle._simplify import simplified
from rle.exceptions import InvalidArgument, InvalidRuns
from rle.runs import Runs

# Further than any outline reaches.
_FAR = 2**62

__all__ = ["from_mask", "from_runs", "to_coco", "to_mask", "to_runs"]


def to_mask(polygons: Any, *, height: int, width: int) -> NDArray[np.bool_]:
    """Fills polygons: exactly the pixels that pycocotools sets.

    Args:
        polygons: A list of flat lists [x1, y1, x2, y2, …], in pixels, at least three corners each;
            also one such list alone. Each is filled by the even-odd rule (where it overlaps itself
            there is a hole), and the mask is the union of all; no polygon, no pixel. Corners may
            lie outside the image, up to 2**27 pixels from its origin.
        height: Rows of the image.
        width: Columns of the image.

    Returns:
        (height, width) bool, C order.

    Raises:
        InvalidPolygon: They are something else; or their sides cross more columns of pixels than
            `rle.MAX_PIXELS`, all sides taken together.
        InvalidSize: Height or width is none, or the image is larger than `rle.MAX_PIXELS`.

    >>> to_mask([[1, 0, 5, 0, 5, 3, 1, 3]], height=4, width=6).astype(int)
    array([[0, 1, 1, 1, 1, 0],
           [0, 1, 1, 1, 1, 0],
           [0, 1, 1, 1, 1, 0],
           [0, 0, 0, 0, 0, 0]])
    """
    return runs.decode(to_runs(polygons, height=height, width=width))


def to_coco(polygons: Any, *, height: int, width: int, compressed: bool = True) -> dict[str, Any]:
    """Fills polygons and writes a COCO segmentation; no image is built.

    Args:
        polygons: See `to_mask`.
        height: Rows of the image.
        width: Columns of the image.
        compressed: Whether counts are a string or a list of ints.

    Returns:
        {"size": [height, width], "counts": …}, as `rle.coco.encode` writes it.

    Raises:
        InvalidPolygon: See `to_mask`.
        InvalidSize: See `to_mask`.

    >>> to_coco([[1, 0, 5, 0, 5, 3, 1, 3]], height=4, width=6, compressed=False)
    {'size': [4, 6], 'counts': [4, 3, 1, 3, 1, 3, 1, 3, 5]}
    """
    filled = to_runs(polygons, height=height, width=width)
    counts = _segmentation.counts_of(filled.edges, filled.height * filled.width)
    return _segmentation.write(counts, filled.height, filled.width, compressed=compressed)


def to_runs(polygons: Any, *, height: int, width: int) -> Runs:
    """Fills polygons and gives them as runs, column by column; no image is built.

    Args:
        polygons: See `to_mask`.
        height: Rows of the image.
        width: Columns of the image.

    Raises:
        InvalidPolygon: See `to_mask`.
        InvalidSize: See `to_mask`.

    >>> to_runs([1, 0, 5, 0, 5, 3, 1, 3], height=4, width=6).edges.tolist()
    [4, 7, 8, 11, 12, 15, 16, 19]
    """
    height, width = check_size(height, width)
    corners, splits = _corners.read(polygons)
    return Runs.trusted(fill(corners, splits, height, width), height, width, "F")


def from_mask(mask: ArrayLike, *, tolerance: float = 0.0, holes: bool = True) -> list[list[int]]:
    """Outlines the parts of a mask.

    Pixels that touch, be it at a corner, are one part, as with cv2.findContours. A hole is joined
    to the outline around it by a bridge, a line there and back, because neither COCO nor CVAT can
    write holes otherwise; filling by the even-odd rule cancels it out.

    Args:
        mask: (H, W), any numbers; what is not zero belongs to the object.
        tolerance: How far, in pixels, an outline may stray from the pixels' edges so as to have
            fewer corners. 0 keeps all: `to_mask` then gives the very mask back. No part and no hole
            is ever left out: where one is so small that it would be, the tolerance is less.
            Simplified outlines may cross themselves or one another, though.
        holes: Whether to outline holes too; else they are filled.

    Returns:
        For each part, the largest first, a flat list [x1, y1, x2, y2, …] of at least four corners
        (three if simplified), within 0 ≤ x ≤ W and 0 ≤ y ≤ H. A mask without a set pixel has none.

    Raises:
        InvalidMask: See `rle.cvat.encode`.
        InvalidArgument: The tolerance is no finite number of at least 0.

    >>> from_mask([[1, 1, 0, 0], [1, 1, 0, 1]])
    [[0, 0, 0, 2, 2, 2, 2, 0], [3, 1, 3, 2, 4, 2, 4, 1]]
    """
    tolerance = _tolerance(tolerance)
    return from_runs(runs.encode(mask, order="C"), tolerance=tolerance, holes=holes)


def from_runs(outlined: Runs, *, tolerance: float = 0.0, holes: bool = True) -> list[list[int]]:
    """Outlines the parts of a mask that is at hand as runs; no image is built.

    Args:
        outlined: The mask as runs, in either order (row by row is faster).
        tolerance: See `from_mask`.
        holes: See `from_mask`.

    Raises:
        InvalidRuns: It is no `rle.Runs`.
        InvalidArgument: The tolerance is no finite number of at least 0.

    >>> from_runs(Runs([2, 4, 6, 8], height=2, width=4, order="C"))
    [[2, 0, 2, 2, 4, 2, 4, 0]]
    """
    if not isinstance(outlined, Runs):
        raise InvalidRuns(f"the runs are of type {type(outlined).__name__}; they must be rle.Runs")
    tolerance = _tolerance(tolerance)
    height, width = outlined.height, outlined.width
    rings = trace(outlined.in_order("C").edges, height, width, holes=holes)
    if tolerance and rings.part.size:
        rings = simplified(rings, tolerance, height, width)
    return joined(rings)


def _tolerance(value: Any) -> float:
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not number or not 0 <= value < math.inf:
        raise InvalidArgument(
            f"tolerance is {show(value)}; it must be a finite number of pixels, at least 0"
        )
    return float(min(value, _FAR))
