"""How finely everything mode looks, and what it keeps."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """The generator's parameters, under its own names; its own defaults."""

    points_per_side: int = 32
    pred_iou_thresh: float = 0.88
    stability_score_thresh: float = 0.95
    box_nms_thresh: float = 0.7
