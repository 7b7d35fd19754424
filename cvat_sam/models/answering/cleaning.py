"""What an annotator would otherwise rub out and fill in: small islands, small holes.

Parts of the object hang together over corners too (8-connected), holes only over sides, so a hole
never leaks through a diagonal border. A hole is background that does not reach the crop's border.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from cvat_sam.models.answering.full_size import Placed, tight
from cvat_sam.models.answering.manner import Manner
from cvat_sam.models.prompt import Point, Prompt

Ints = npt.NDArray[np.int32]
Pixel = tuple[int, int]


def cleaned(placed: Placed, prompt: Prompt, manner: Manner, *, height: int, width: int) -> Placed:
    """Drop islands and then fill holes that are small beside the whole mask as it came.

    An island with a positive click on it stays, and so does the largest part; a hole with a
    negative click in it stays.

    Args:
        placed: a mask's tight crop, not empty.
        prompt: in pixels of the image.
        manner: which share of the object is small; where both are 0, no pixel is looked at.
        height: of the image, in pixels.
        width: of the image, in pixels.
    """
    if not (manner.min_island or manner.max_hole):
        return placed
    area = int(np.count_nonzero(placed.crop))
    if manner.min_island:
        wanted = _pixels(prompt.positive, height, width)
        placed = _without_islands(placed, wanted, manner.min_island * area)
    if manner.max_hole:
        unwanted = _pixels(prompt.negative, height, width)
        placed = _without_holes(placed, unwanted, manner.max_hole * area)
    return placed


def _without_islands(placed: Placed, wanted: list[Pixel], smallest: float) -> Placed:
    labels, statistics = _parts(placed.crop, connectivity=8)
    areas = statistics[:, cv2.CC_STAT_AREA]
    kept = areas >= smallest
    kept[1 + areas[1:].argmax()] = True
    kept[_labels_under(wanted, labels, placed)] = True
    # Label 0 is the background.
    kept[0] = False
    return placed if kept[1:].all() else tight(kept[labels], placed.left, placed.top)


def _without_holes(placed: Placed, unwanted: list[Pixel], largest: float) -> Placed:
    height, width = placed.crop.shape
    labels, statistics = _parts(np.logical_not(placed.crop), connectivity=4)
    left, top = statistics[:, cv2.CC_STAT_LEFT], statistics[:, cv2.CC_STAT_TOP]
    right = left + statistics[:, cv2.CC_STAT_WIDTH]
    bottom = top + statistics[:, cv2.CC_STAT_HEIGHT]
    filled = (left > 0) & (top > 0) & (right < width) & (bottom < height)
    filled &= statistics[:, cv2.CC_STAT_AREA] < largest
    filled[_labels_under(unwanted, labels, placed)] = False
    # Label 0 is what is no background: the object.
    filled[0] = True
    return Placed(filled[labels], placed.left, placed.top)


def _parts(mask: npt.NDArray[np.bool_], *, connectivity: int) -> tuple[Ints, Ints]:
    """Each pixel's part, 0 where it is not set, and OpenCV's statistics of each part."""
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(
        mask.view(np.uint8), connectivity=connectivity, ltype=cv2.CV_32S
    )
    return np.asarray(labels, np.int32), np.asarray(statistics, np.int32)


def _pixels(points: Sequence[Point], height: int, width: int) -> list[Pixel]:
    """The pixels under points; the image's far edges are inside for a click, but on no pixel."""
    return [(min(int(x), width - 1), min(int(y), height - 1)) for x, y in points]


def _labels_under(pixels: list[Pixel], labels: Ints, placed: Placed) -> list[int]:
    """The labels of those pixels of the image that lie on the crop."""
    height, width = labels.shape
    places = [(row - placed.top, column - placed.left) for column, row in pixels]
    return [
        int(labels[row, column])
        for row, column in places
        if 0 <= row < height and 0 <= column < width
    ]
