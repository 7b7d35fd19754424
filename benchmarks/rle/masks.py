"""What is measured on: masks as they come out of models and annotators, made from seeds.

    M1  1000×1000, three squares of 100×100: the published benchmark's mask
    M2  1500×2250, blobs as in SA-1B: eight of them in turn, so that caches are cold
    M3  1080×1920, one large object with holes
    M4  4000×6000, one small object
    M5  1000×1000, noise, half of it set

Every mask is bool, (H, W), C-contiguous.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

SQUARES = (slice(100, 200), slice(300, 400), slice(700, 800))


def named_masks() -> dict[str, list[Mask]]:
    """M1 to M5; the lists are gone through in turn."""
    return {
        "M1": [squares((1, 1, 1)).astype(bool)],
        "M2": [blob(1500, 2250, seed=seed) for seed in range(8)],
        "M3": [holes()],
        "M4": [small_object()],
        "M5": [np.random.default_rng(5).random((1000, 1000)) < 0.5],
    }


def squares(values: tuple[int, int, int]) -> NDArray[np.uint8]:
    """The published benchmark's mask: three squares on the diagonal with these values."""
    image = np.zeros((1000, 1000), np.uint8)
    for place, value in zip(SQUARES, values, strict=True):
        image[place, place] = value
    return image


def blob(height: int, width: int, *, seed: int) -> Mask:
    """One object of a few ellipses with a frayed edge, somewhere near the middle."""
    rng = np.random.default_rng(seed)
    image = np.zeros((height, width), np.uint8)
    middle_x, middle_y = rng.uniform(0.3, 0.7) * width, rng.uniform(0.3, 0.7) * height
    for _ in range(6):
        x, y = middle_x + rng.normal() * width * 0.1, middle_y + rng.normal() * height * 0.1
        radii = rng.uniform(0.03, 0.15) * width, rng.uniform(0.03, 0.15) * height
        angle = rng.uniform(0, 180)
        cv2.ellipse(
            image, (int(x), int(y)), (int(radii[0]), int(radii[1])), angle, 0, 360, (1,), -1
        )
    inside = cv2.distanceTransform(image, cv2.DIST_L2, 3)
    outside = cv2.distanceTransform(1 - image, cv2.DIST_L2, 3)
    coarse = rng.standard_normal((max(height // 16, 2), max(width // 16, 2))).astype(np.float32)
    fray = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(inside - outside + 4 * fray) > 0


def blobs(count: int, height: int, width: int, *, seed: int = 0) -> NDArray[np.bool_]:
    """(count, height, width) masks of one object each."""
    return np.stack([blob(height, width, seed=seed + i) for i in range(count)])


def holes() -> Mask:
    """One object that fills most of a frame of 1080p, with forty round holes."""
    rng = np.random.default_rng(3)
    image = np.zeros((1080, 1920), np.uint8)
    cv2.ellipse(image, (960, 540), (850, 480), 0, 0, 360, (1,), -1)
    for _ in range(40):
        middle = int(rng.uniform(200, 1700)), int(rng.uniform(150, 930))
        cv2.circle(image, middle, int(rng.uniform(5, 40)), (0,), -1)
    return image.astype(bool)


def small_object() -> Mask:
    """An object of 320×220 in a photograph of 24 megapixels."""
    image = np.zeros((4000, 6000), np.uint8)
    cv2.ellipse(image, (4100, 2500), (160, 110), 30, 0, 360, (1,), -1)
    return image.astype(bool)


def labels(classes: int) -> NDArray[np.uint8]:
    """1000×1000 labels in regions, as a segmentation model gives them."""
    rng = np.random.default_rng(classes)
    height = np.full((1000, 1000), -np.inf, np.float32)
    image = np.zeros((1000, 1000), np.uint8)
    for label in range(classes):
        coarse = rng.standard_normal((16, 16)).astype(np.float32)
        field = np.asarray(cv2.resize(coarse, (1000, 1000), interpolation=cv2.INTER_CUBIC))
        higher = field > height
        height[higher], image[higher] = field[higher], label
    return image


def polygons(count: int) -> list[list[list[float]]]:
    """Objects for an image of 1000×1000, each a list of one flat polygon of 20 to 200 corners."""
    rng = np.random.default_rng(7)
    found = []
    for _ in range(count):
        corners = int(rng.integers(20, 200))
        angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
        radii = rng.uniform(30, 200) * rng.uniform(0.8, 1.2, corners)
        x = rng.uniform(250, 750) + radii * np.cos(angles)
        y = rng.uniform(250, 750) + radii * np.sin(angles)
        found.append([np.stack([x, y], 1).round(2).clip(0, 999).reshape(-1).tolist()])
    return found
