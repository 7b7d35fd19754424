"""Non-maximum suppression: of masks whose boxes are nearly the same, the best one stays.

As `torchvision.ops.nms` does it, which segment-anything's generator uses: a box's corners are its
mask's outermost pixels, and its sides their distance, without the one that would count pixels.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.floating] | npt.NDArray[np.integer]


def suppress(boxes_xyxy: Boxes, scores: Sequence[float], threshold: float) -> list[int]:
    """Which boxes stay, as indices, best first; of equal scores the first in the list is better.

    Args:
        boxes_xyxy: `(N, 4)`, inclusive.
        scores: N of them.
        threshold: a box goes whose IoU with a better one that stays is above.

    >>> suppress(np.array([[0, 0, 9, 9], [0, 0, 9, 10], [20, 20, 30, 30]]), [0.5, 0.9, 0.1], 0.7)
    [1, 2]
    """
    kept: list[int] = []
    for index in np.argsort(-np.asarray(scores, np.float64), kind="stable").tolist():
        # Computed with 32 bits and compared with 64 as there, for an IoU that is the threshold.
        if not (iou(boxes_xyxy[index], boxes_xyxy[kept]) > np.float64(threshold)).any():
            kept.append(index)
    return kept


def iou(box_xyxy: Boxes, others_xyxy: Boxes) -> npt.NDArray[np.float32]:
    """IoU of one box with each of `(N, 4)`; of two without an area it is 0.

    >>> iou(np.array([0, 0, 4, 4]), np.array([[0, 0, 4, 4], [0, 0, 2, 4]])).tolist()
    [1.0, 0.5]
    """
    box, others = np.asarray(box_xyxy, np.float32), np.asarray(others_xyxy, np.float32)
    both = _areas(
        np.maximum(box[:2], others[:, :2]),
        np.minimum(box[2:], others[:, 2:]),
    )
    either = _areas(box[:2], box[2:]) + _areas(others[:, :2], others[:, 2:]) - both
    return np.asarray(np.divide(both, either, out=np.zeros_like(both), where=either > 0))


def _areas(
    first: npt.NDArray[np.float32], last: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    sides = np.maximum(last - first, 0)
    return np.asarray(sides[..., 0] * sides[..., 1])
