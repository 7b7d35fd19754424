"""Pictures whose objects are known to the pixel: pieces of photographs laid over another."""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.clicks.photos import NAMES, Mask
from benchmarks.photos import Pixels, photo

Coordinates = npt.NDArray[np.float64]

WAVES = (2, 3, 5)


class Picture(NamedTuple):
    """A picture and its object.

    Attributes:
        pixels: RGB uint8 `(H, W, 3)`.
        mask: bool `(H, W)`.
    """

    pixels: Pixels
    mask: Mask


def pictures(count: int) -> list[Picture]:
    """The same ones every time; each photograph is the ground in turn."""
    photos = [photo(name) for name in NAMES]
    return [_picture(photos, number) for number in range(count)]


def _picture(photos: list[Pixels], seed: int) -> Picture:
    """An object of one photograph's texture with a spot of the other's, on the third."""
    random = np.random.default_rng(seed)
    ground, whole, spot = (photos[(seed + step) % len(photos)] for step in range(3))
    height, width = ground.shape[:2]
    size = random.uniform(0.12, 0.3) * min(height, width)
    centre = random.uniform(0.3, 0.7, 2) * [width, height]
    mask = _smooth_shape(random, height, width, centre, size)
    # Beside the middle, where the first click goes.
    inner = mask & _smooth_shape(random, height, width, centre + size * 0.4, size * 0.3)
    pixels = _laid(_laid(ground, whole, mask), spot, inner)
    return Picture(pixels, mask)


def _laid(ground: Pixels, stuff: Pixels, mask: Mask) -> Pixels:
    height, width = mask.shape
    stretched = cv2.resize(stuff, (width, height), interpolation=cv2.INTER_AREA)
    # A soft edge of a pixel, as a lens makes it.
    share = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)[..., None]
    return np.rint(stretched * share + ground * (1 - share)).astype(np.uint8)


def _smooth_shape(
    random: np.random.Generator, height: int, width: int, centre: Coordinates, size: float
) -> Mask:
    """A closed curve whose distance from its centre, about `size`, swells and shrinks."""
    angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    radius = np.full(angles.shape, size)
    for wave in WAVES:
        swell = np.cos(wave * angles + random.uniform(0, 2 * np.pi))
        radius += size * random.uniform(0, 0.25) * swell
    corners = centre + radius[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    filled = cv2.fillPoly(
        np.zeros((height, width), np.uint8), [np.rint(corners).astype(np.int32)], [1]
    )
    return filled.astype(bool)
