"""What is looked at: usual photographs, a crowded picture and one where there is nothing."""

import base64
import json
from collections.abc import Sequence

import cv2
import numpy as np

from benchmarks.photos import Pixels, photo

WIDTH, HEIGHT = 1920, 1080

# Twelve in one, of 480 × 360 pixels each: more than 80 masks.
CROWD = (
    ("coffee", "galaxies", "cat", "retina"),
    ("cameraman", "astronaut", "gravel", "clock"),
    ("rocket", "cat", "coffee", "astronaut"),
)
COFFEE, ASTRONAUT, GALAXIES, CROWDED, EMPTY = NAMES = (
    *("coffee", "astronaut", "galaxies"),
    *("crowded", "empty"),
)


def picture(name: str, width: int, height: int) -> Pixels:
    """One of `NAMES`, RGB uint8 `(height, width, 3)`."""
    if name == EMPTY:
        return _wall(width, height)
    if name == CROWDED:
        # Put together at full size, so that a smaller one shows the same.
        tile = WIDTH // len(CROWD[0]), HEIGHT // len(CROWD)
        rows = [np.hstack([_filling(photo(one), *tile) for one in row]) for row in CROWD]
        return _resized(np.vstack(rows), width, height)
    return _filling(photo(name), width, height)


def detector_request(image: bytes) -> str:
    """The text of a request for everything, as CVAT's server sends it."""
    return json.dumps({"image": _base64(image), "threshold": 0})


def box_request(image: bytes, box_xyxy: Sequence[float]) -> str:
    """The text of a request for the object in a box; it is answered with a shape."""
    left, top, right, bottom = box_xyxy
    corners = [[left, top], [right, bottom]]
    return json.dumps({"image": _base64(image), "obj_bbox": corners, "reply": "shapes"})


def boxes_request(image: bytes, boxes_xyxy: Sequence[Sequence[float]]) -> str:
    """The text of a request for a mask for each box."""
    return json.dumps({"image": _base64(image), "boxes": boxes_xyxy})


def _base64(image: bytes) -> str:
    return base64.b64encode(image).decode("ascii")


def _filling(pixels: Pixels, width: int, height: int) -> Pixels:
    """The middle of a photograph, at this size."""
    rows, columns = pixels.shape[:2]
    if columns * height > rows * width:
        wanted = rows * width // height
        left = (columns - wanted) // 2
        pixels = pixels[:, left : left + wanted]
    else:
        wanted = columns * height // width
        top = (rows - wanted) // 2
        pixels = pixels[top : top + wanted]
    return _resized(pixels, width, height)


def _resized(pixels: Pixels, width: int, height: int) -> Pixels:
    smaller = width < pixels.shape[1]
    interpolation = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    resized = cv2.resize(pixels, (width, height), interpolation=interpolation)
    return np.asarray(resized, np.uint8)


def _wall(width: int, height: int) -> Pixels:
    """Grey that fades away from a light."""
    y, x = np.mgrid[:height, :width]
    away = np.hypot(x / width - 0.4, y / height - 0.3)
    return np.repeat((200 - 90 * away).astype(np.uint8)[..., None], 3, axis=2)
