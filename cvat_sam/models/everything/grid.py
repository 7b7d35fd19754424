"""How finely everything mode looks, and what it keeps."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """The parameters of segment-anything's automatic mask generator: its names and defaults.

    Attributes:
        points_per_side: it asks at this many points squared, evenly spaced over the image.
        pred_iou_thresh: masks stay whose predicted IoU is above this; 0 keeps all.
        stability_score_thresh: masks stay whose stability is this at least; 0 keeps all. It is the
            IoU of the masks cut at logits of plus and minus the offset.
        stability_score_offset: see there.
        box_nms_thresh: of two masks whose boxes' IoU is above this, the surer one stays.
        crop_n_layers: it looks again at crops of the image: 4 in the first layer, 16 in the next.
        crop_nms_thresh: of two masks of different crops whose boxes' IoU is above this, that of
            the smaller crop stays.
        crop_overlap_ratio: of the image's short side, by which the first layer's crops overlap.
        crop_n_points_downscale_factor: each layer has so many times fewer points on a side.
        min_mask_region_area: smaller parts and holes, in pixels, go; 0 leaves them.
    """

    points_per_side: int = 32
    pred_iou_thresh: float = 0.88
    stability_score_thresh: float = 0.95
    stability_score_offset: float = 1.0
    box_nms_thresh: float = 0.7
    crop_n_layers: int = 0
    crop_nms_thresh: float = 0.7
    crop_overlap_ratio: float = 512 / 1500
    crop_n_points_downscale_factor: int = 1
    min_mask_region_area: int = 0
