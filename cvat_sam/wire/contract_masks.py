"""Whether the masks and polygons in a function's reply are what CVAT takes them for."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

import rle

BOX = ("left", "top", "right", "bottom")
# What CVAT's server takes for a pixel of the object, and for one beside it.
PIXELS = (0, 1, 255)


def crop_faults(
    pixels: Sequence[Any],
    bounds: Any,
    *,
    height: int,
    width: int,
    shape: tuple[int, int] | None = None,
) -> Iterator[str]:
    """What is wrong with a mask's pixels and its box.

    Args:
        pixels: of the crop, row by row.
        bounds: `[left, top, right, bottom]`, inclusive, in pixels.
        height: of the image.
        width: of the image.
        shape: of the crop where it is known, rows and columns.
    """
    complaint = _box_fault(bounds, height=height, width=width)
    if complaint:
        yield complaint
        return
    left, top, right, bottom = bounds
    rows, columns = bottom - top + 1, right - left + 1
    if shape is not None and shape != (rows, columns):
        yield f"is {shape[1]} × {shape[0]} pixels, but its box {columns} × {rows}"
        return
    if len(pixels) != rows * columns:
        yield (
            f"has {len(pixels):,} values before the box, which has {rows * columns:,} pixels"
            "; run lengths there are stored as garbage"
        )
        return
    # bool is taken too; 1.0 and "1" are not.
    if not set(map(type, pixels)) <= {int, bool}:
        yield "has values that are no whole numbers"
    elif not set(pixels) <= set(PIXELS):
        yield "has values other than 0 and 1"
    elif not any(pixels):
        yield "has no pixel in it"


def polygon_faults(points: Any, height: int, width: int) -> Iterator[str]:
    """What is wrong with a polygon `[x, y, x, y, …]` in pixels; the image's border is inside."""
    if not (isinstance(points, list) and len(points) >= 6 and len(points) % 2 == 0):
        yield "should have three corners or more, [x, y, x, y, …]"
        return
    if not set(map(type, points)) <= {int, float} or not np.isfinite(points).all():
        yield "has values that are no numbers"
        return
    corners = np.array(points, float).reshape(-1, 2)
    outside = ((corners < 0) | (corners > (width, height))).any(axis=1)
    if outside.any():
        x, y = corners[outside][0]
        yield f"({x:g}, {y:g}) is outside the image of {width} × {height} pixels"


def runs_faults(
    runs: Any, pixels: Sequence[Any] | None, bounds: Any, *, height: int, width: int
) -> Iterator[str]:
    """What is wrong with run lengths and a box as CVAT's REST API takes them.

    Args:
        runs: lengths of the crop's runs, zeros first, and then the inclusive box.
        pixels: the same mask's crop where there is one, row by row.
        bounds: and its box.
        height: of the image.
        width: of the image.
    """
    try:
        rle.cvat.validate(runs, height=height, width=width)
    except (rle.RleError, TypeError) as error:
        yield str(error)
        return
    if sum(runs[1:-4:2]) == 0:
        yield "has no pixel in it"
    elif pixels is not None:
        left, top, right, bottom = bounds
        crop = np.array(pixels, bool).reshape(bottom - top + 1, right - left + 1)
        whole = np.zeros((height, width), bool)
        whole[top : bottom + 1, left : right + 1] = crop
        if not np.array_equal(rle.cvat.decode(runs, height=height, width=width), whole):
            yield "is not the same mask"


def _box_fault(bounds: Any, *, height: int, width: int) -> str | None:
    if not (isinstance(bounds, list) and len(bounds) == 4):
        return "its box should be [left, top, right, bottom]"
    if any(type(value) is not int for value in bounds):
        return f"its box should have whole numbers, not {bounds!r:.60}"
    for name, value, last in zip(BOX, bounds, (width - 1, height - 1) * 2, strict=True):
        side = "column" if name in ("left", "right") else "row"
        if value < 0:
            return f"its {name} is {value}, below 0"
        if value > last:
            return f"its {name} is {value}, but the image's last {side} is {last}"
    left, top, right, bottom = bounds
    if right < left or bottom < top:
        return f"its box {bounds} ends before it begins"
    return None
