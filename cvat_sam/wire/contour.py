"""The polygon that goes with a mask: the outline of its largest part."""

import cv2
import numpy as np

from cvat_sam.models.found_mask import FoundMask

# Half a pixel more or less than the outline cannot be seen; corners cost bytes and patience.
TOLERANCE = 0.75


def outline(found: FoundMask, *, tolerance: float = TOLERANCE) -> list[tuple[int, int]]:
    """The outer border of the largest part, through its outermost pixels, at least three corners.

    Args:
        found: a mask that is not empty.
        tolerance: how far, in pixels, the polygon may be from the border.

    Returns:
        `(x, y)` corners in pixels of the image, the last one not repeating the first.
    """
    left, top = found.box_xyxy[:2]
    contours, _ = cv2.findContours(
        found.crop().astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    largest = max(contours, key=lambda contour: (cv2.contourArea(contour), len(contour)))
    corners = cv2.approxPolyDP(largest, tolerance, True).reshape(-1, 2)
    if len(corners) < 3:
        # A part one pixel wide has no inside: its pixels' own rectangle has.
        x, y, width, height = cv2.boundingRect(largest)
        corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])
    return [(int(x) + left, int(y) + top) for x, y in corners]
