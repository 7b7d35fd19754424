"""The polygon that goes with a mask: the outline of its largest part."""

import cv2
import numpy as np
import numpy.typing as npt

from cvat_sam.models.found_mask import BoolMask, FoundMask
from cvat_sam.wire.crossings import is_simple

# Half a pixel more or less than the outline cannot be seen; corners cost bytes and patience.
TOLERANCE = 0.75
# Below this a tolerance leaves out next to nothing: corners lie on whole numbers.
_LEAST = 0.3

Points = npt.NDArray[np.int32]


def outline(
    found: FoundMask, *, crop: BoolMask | None = None, tolerance: float = TOLERANCE
) -> list[tuple[int, int]]:
    """The outer border of the largest part, through its outermost pixels, at least three corners.

    It never crosses or touches itself. What is one pixel wide has no inside between the middles of
    its pixels: there the outline goes around the pixel, by its right and lower edge too.

    Args:
        found: a mask that is not empty.
        crop: its `crop()`, from whoever has that already.
        tolerance: how far, in pixels, the polygon may be from the border.

    Returns:
        `(x, y)` corners in pixels of the image, the last one not repeating the first.
    """
    left, top = found.box_xyxy[:2]
    crop = found.crop() if crop is None else crop
    contours, _ = cv2.findContours(
        crop.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(left, top)
    )
    largest = max(contours, key=lambda contour: (cv2.contourArea(contour), len(contour)))
    border = np.asarray(largest, np.int32).reshape(-1, 2)
    return [(x, y) for x, y in _simplified(_loop(border), tolerance).tolist()]


def _simplified(loop: Points, tolerance: float) -> Points:
    """Leave out corners; fewer of them if the outline would cross itself."""
    while tolerance > _LEAST:
        corners = np.asarray(cv2.approxPolyDP(loop, tolerance, True), np.int32).reshape(-1, 2)
        if is_simple(corners):
            return corners
        tolerance /= 2
    # The border itself, from pixel to pixel, where it goes straight on in one piece.
    step = np.roll(loop, -1, axis=0) - loop
    turns: npt.NDArray[np.bool_] = (step != np.roll(step, 1, axis=0)).any(axis=1)
    return loop[turns]


def _loop(border: Points) -> Points:
    """A part's border, from pixel to pixel, as one that visits none twice and has an inside.

    A border comes back to a pixel only where the part would fall apart without it. Thickened, it
    does so nowhere: without any one pixel of the part, or of those that were added, the others
    still hang together. Between pixels a border around the outside never crosses itself either, as
    both diagonals of a square are only gone along by who passes its pixels by.
    """
    thin = _thin(border)
    return _thickened(border, border[thin]) if thin.any() else border


def _thin(border: Points) -> npt.NDArray[np.bool_]:
    """Which pixels of a border are one pixel wide: it comes back to them, or turns back there."""
    keys = border[:, 0].astype(np.int64) << 32 | border[:, 1]
    _, which, visits = np.unique(keys, return_inverse=True, return_counts=True)
    thin: npt.NDArray[np.bool_] = (visits[which] > 1) | (np.roll(which, 1) == np.roll(which, -1))
    return thin


def _thickened(border: Points, thin: Points) -> Points:
    """The border of the part after its thin pixels were made two wide and two high."""
    left, top, width, height = cv2.boundingRect(border)
    part = np.zeros((height + 1, width + 1), np.uint8)
    cv2.drawContours(part, [border], 0, 1, cv2.FILLED, offset=(-left, -top))
    for x, y in ((left, top), (left - 1, top), (left, top - 1), (left - 1, top - 1)):
        part[thin[:, 1] - y, thin[:, 0] - x] = 1
    contours, _ = cv2.findContours(
        part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(left, top)
    )
    return np.asarray(contours[0], np.int32).reshape(-1, 2)
