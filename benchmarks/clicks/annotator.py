"""An annotator who clicks where a mask is most wrong."""

from collections.abc import Iterator

import cv2
import numpy as np

from benchmarks.clicks.likeness import iou, mask_of
from benchmarks.clicks.photos import Mask, Point, request
from benchmarks.clicks.processes import Worker
from benchmarks.photos import Pixels, jpeg


def annotate(worker: Worker, pixels: Pixels, truth: Mask, clicks: int) -> Iterator[float]:
    """The IoU with the truth after each click."""
    image = jpeg(pixels)
    height, width = truth.shape
    mask = np.zeros_like(truth)
    positive: list[Point] = []
    negative: list[Point] = []
    for _ in range(clicks):
        wrong = mask != truth
        if wrong.any():
            x, y = middle_of_largest(wrong)
            # The middle of the pixel.
            (positive if truth[y, x] else negative).append((x + 0.5, y + 0.5))
            reply = worker.answer(request(image, positive, negative), wanted=True)
            mask = mask_of(reply["text"], height, width)
        yield iou(mask, truth)


def middle_of_largest(area: Mask) -> tuple[int, int]:
    """The pixel `(x, y)` of the largest connected part that is furthest from the part's edge."""
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(area.astype(np.uint8))
    largest = 1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))
    # The image's border is an edge too.
    part = np.pad((labels == largest).astype(np.uint8), 1)
    depth = cv2.distanceTransform(part, cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(np.argmax(depth), depth.shape)
    return int(x), int(y)
