"""What is drawn onto a photograph: a mask, a click, a box. All draw in place.

Positions are in pixels of the canvas, continuous: (0, 0) is the upper left corner of the upper left
pixel, whose middle is (0.5, 0.5), where OpenCV has its origin.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cvat_sam.images.colours import Colour, lighter

Pixels = NDArray[np.uint8]

FILL = 0.42  # opacity of a mask's inside
SHADE = 0.5  # opacity of the dark edge around lines
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
SHIFT = 4  # OpenCV takes fractions of a pixel as whole sixteenths


def draw_mask(canvas: Pixels, mask: NDArray[np.bool_], colour: Colour, line: float) -> None:
    """Tint the mask's inside and draw its outline.

    Args:
        canvas: RGB uint8 (H * scale, W * scale, 3), where scale is a whole number.
        mask: bool (H, W).
        colour: RGB of the tint.
        line: width of the outline in pixels.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return
    scale = canvas.shape[0] // mask.shape[0]
    # Room for the blur and for the line; a mask that ends at the image's border ends sharply.
    margin = 2 + round(2 * line / scale)
    top, left = max(rows[0] - margin, 0), max(columns[0] - margin, 0)
    crop = mask[top : rows[-1] + margin + 1, left : columns[-1] + margin + 1]
    cover = _enlarged(crop, scale)
    region = canvas[top * scale :, left * scale :][: cover.shape[0], : cover.shape[1]]
    opacity = FILL * cover[:, :, None]
    region[:] = region * (1 - opacity) + np.array(colour) * opacity + 0.5
    outlines, _ = cv2.findContours(
        (cover > 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    smooth = [_smooth(outline) for outline in outlines]
    _lines(region, smooth, lighter(colour, 0.25), line, closed=True)


def draw_click(canvas: Pixels, x: float, y: float, colour: Colour, sign: str, size: float) -> None:
    """Draw a dot of radius `size` with a white rim and a sign, + or -, in it."""
    x, y = x - 0.5, y - 0.5
    _disc(canvas, x, y, size * 1.45, BLACK, opacity=0.35)
    _disc(canvas, x, y, size * 1.28, WHITE)
    _disc(canvas, x, y, size, colour)
    arm, width = size * 0.55, max(1, round(size / 5))
    _line(canvas, (x - arm, y), (x + arm, y), WHITE, width)
    if sign == "+":
        _line(canvas, (x, y - arm), (x, y + arm), WHITE, width)


def draw_box(canvas: Pixels, box_xyxy: Sequence[float], line: float) -> None:
    """Draw a box's edges: left, top, right, bottom."""
    left, top, right, bottom = (edge - 0.5 for edge in box_xyxy)
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    _lines(canvas, [corners], WHITE, line, closed=True)


def _enlarged(mask: NDArray[np.bool_], scale: int) -> NDArray[np.float32]:
    """How much of each pixel of the canvas is covered, 0 to 1, without the mask's stairs."""
    cover = mask.astype(np.float32)
    if scale == 1:
        return cover
    height, width = mask.shape
    blown = cv2.resize(cover, (width * scale, height * scale), interpolation=cv2.INTER_NEAREST)
    # Little enough that a mask of a single pixel stays one.
    blurred = cv2.GaussianBlur(blown, (0, 0), 0.4 * scale, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip((blurred - 0.5) * scale + 0.5, 0, 1), np.float32)


def _smooth(outline: Any) -> NDArray[np.float64]:
    """An outline of whole pixels, (N, 1, 2), as a line without their corners, (N, 2)."""
    points: NDArray[np.float64] = outline[:, 0].astype(float)
    if len(points) < 12:
        return points
    return np.asarray(np.mean([np.roll(points, step, axis=0) for step in range(-2, 3)], axis=0))


def _lines(
    canvas: Pixels,
    lines: Sequence[NDArray[np.float64]],
    colour: Colour,
    width: float,
    *,
    closed: bool,
) -> None:
    """Draw lines with a translucent dark edge, which shows them on any background."""
    fixed: Any = [_fixed(points) for points in lines]
    shaded = canvas.copy()
    cv2.polylines(shaded, fixed, closed, BLACK, round(width) + 2, cv2.LINE_AA, SHIFT)
    cv2.addWeighted(shaded, SHADE, canvas, 1 - SHADE, 0, dst=canvas)
    cv2.polylines(canvas, fixed, closed, colour, round(width), cv2.LINE_AA, SHIFT)


def _disc(
    canvas: Pixels, x: float, y: float, radius: float, colour: Colour, opacity: float = 1
) -> None:
    drawn = canvas.copy() if opacity < 1 else canvas
    (centre,) = _fixed(np.array([(x, y)]))
    size = round(radius * (1 << SHIFT))
    cv2.circle(drawn, centre.tolist(), size, colour, cv2.FILLED, cv2.LINE_AA, SHIFT)
    if opacity < 1:
        cv2.addWeighted(drawn, opacity, canvas, 1 - opacity, 0, dst=canvas)


def _line(
    canvas: Pixels,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: Colour,
    width: int,
) -> None:
    first, last = _fixed(np.array([start, end])).tolist()
    cv2.line(canvas, first, last, colour, width, cv2.LINE_AA, SHIFT)


def _fixed(points: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.round(points * (1 << SHIFT)).astype(np.int32)
