"""Masks out of replies, and how like one another they are."""

import json

import numpy as np

from benchmarks.clicks.photos import Mask


def mask_of(reply: str, height: int, width: int) -> Mask:
    """The mask that a browser makes of a reply, bool `(H, W)`: the whole image's, or a crop's."""
    answered = json.loads(reply)
    pixels = np.array(answered["mask"]) > 0
    if "bounds" not in answered:
        if pixels.shape != (height, width):
            raise ValueError(f"a mask of {pixels.shape} for an image of {height} × {width}")
        return pixels
    left, top, right, bottom = answered["bounds"]
    mask = np.zeros((height, width), bool)
    mask[top : bottom + 1, left : right + 1] = pixels
    return mask


def iou(one: Mask, other: Mask) -> float:
    """Intersection over union; 1 for two empty masks."""
    union = np.count_nonzero(one | other)
    return float(np.count_nonzero(one & other) / union) if union else 1.0
