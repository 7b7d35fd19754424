"""Photographs with an object laid over them, whose mask is known; and an annotator who clicks."""

from typing import NamedTuple

import cv2
import numpy as np

from cvat_sam.models import Prompt


class Picture(NamedTuple):
    image: np.ndarray  # RGB uint8 (H, W, 3)
    mask: np.ndarray  # bool (H, W)


def picture(ground, stuff, seed):
    """An object of two textures, both pieces of the photo `stuff`, laid over the photo `ground`."""
    rng = np.random.default_rng(seed)
    height, width = ground.shape[:2]
    shape = [ellipse, star, blob][seed % 3]
    size = rng.uniform(0.12, 0.3) * min(height, width)
    centre = rng.uniform(0.3, 0.7, 2) * (width, height)
    whole = shape(rng, height, width, centre, size)
    part = ellipse(rng, height, width, centre + rng.uniform(-0.3, 0.3, 2) * size, size * 0.45)
    image = laid_over(ground, texture(rng, stuff, height, width), whole)
    image = laid_over(image, texture(rng, stuff, height, width), part & whole)
    return Picture(image, whole)


def pictures(photos, count):
    """Objects of one photo over another one, in turn."""
    return [
        picture(photos[seed % len(photos)], photos[(seed + 1) % len(photos)], seed)
        for seed in range(count)
    ]


def ellipse(rng, height, width, centre, size):
    axes = size * rng.uniform(0.6, 1.4, 2)
    turned = np.zeros((height, width), np.uint8)
    middle = tuple(map(int, centre))
    cv2.ellipse(turned, middle, tuple(map(int, axes)), rng.uniform(0, 180), 0, 360, 1, -1)
    return turned > 0


def star(rng, height, width, centre, size):
    points = rng.integers(4, 8)
    angles = np.arange(2 * points) * np.pi / points + rng.uniform(0, np.pi)
    radii = np.where(np.arange(2 * points) % 2, 0.55, 1.4) * size
    corners = centre + np.stack((np.cos(angles), np.sin(angles)), axis=1) * radii[:, None]
    filled = np.zeros((height, width), np.uint8)
    cv2.fillPoly(filled, [corners.astype(np.int32)], 1)
    return filled > 0


def blob(rng, height, width, centre, size):
    angles = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    radii = np.full(120, 1.0)
    for wave in (2, 3, 5):
        radii += rng.uniform(0, 0.25) * np.cos(wave * angles + rng.uniform(0, 2 * np.pi))
    corners = centre + np.stack((np.cos(angles), np.sin(angles)), axis=1) * (radii * size)[:, None]
    filled = np.zeros((height, width), np.uint8)
    cv2.fillPoly(filled, [corners.astype(np.int32)], 1)
    return filled > 0


def texture(rng, photo, height, width):
    """A piece of a photo in other colours, in the size asked for."""
    side = min(photo.shape[:2]) // 2
    top, left = (int(rng.integers(0, length - side)) for length in photo.shape[:2])
    piece = photo[top : top + side, left : left + side]
    colours = piece[..., rng.permutation(3)].astype(np.float32) * rng.uniform(0.6, 1.1)
    return cv2.resize(np.clip(colours, 0, 255).astype(np.uint8), (width, height))


def laid_over(ground, top, mask):
    """As a lens sees it: the border is a little soft."""
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8)[..., None]
    return (top * alpha + ground * (1 - alpha)).astype(np.uint8)


def next_click(truth, found):
    """The middle of the largest wrong area, and whether it is missing; None if nothing is wrong.

    Such an annotator is the field's own way of measuring.
    """
    best = None
    for wrong, missing in ((truth & ~found, True), (found & ~truth, False)):
        padded = np.pad(wrong, 1).astype(np.uint8)
        distances = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
        y, x = np.unravel_index(distances.argmax(), distances.shape)
        if distances[y, x] > 0 and (best is None or distances[y, x] > best[0]):
            best = (distances[y, x], (float(x) + 0.5, float(y) + 0.5), missing)
    return None if best is None else best[1:]


def iou(mask, other):
    either = np.count_nonzero(mask | other)
    return np.count_nonzero(mask & other) / either if either else 1.0


def ious_click_by_click(encoded, truth, clicks):
    """IoU after each of so many clicks, each in the middle of what was wrong before it."""
    positive, negative, ious = [], [], []
    found = np.zeros(truth.shape, bool)
    for _ in range(clicks):
        click = next_click(truth, found)
        if click is not None:
            point, missing = click
            (positive if missing else negative).append(point)
        answer = encoded.segment(Prompt(positive, negative))
        found = np.zeros(truth.shape, bool) if answer is None else answer.mask()
        ious.append(iou(truth, found))
    return ious
