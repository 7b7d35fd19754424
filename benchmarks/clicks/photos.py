"""The photographs that are clicked at, and requests about them."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.photos import jpeg, photo, unseen

Mask = npt.NDArray[np.bool_]
Point = tuple[float, float]

NAMES = ("coffee", "cat", "astronaut")


@dataclass(frozen=True)
class Click:
    """One click, in shares of the image's width and height."""

    x: float
    y: float
    positive: bool = True

    def point(self, height: int, width: int) -> Point:
        """The same in pixels `(x, y)`."""
        return self.x * width, self.y * height


# On the coffee: saucer, cup, table, the saucer's other side, spoon, table.
SESSION = (
    Click(0.70, 0.75),
    Click(0.45, 0.50),
    Click(0.08, 0.12, positive=False),
    Click(0.30, 0.80),
    Click(0.97, 0.30, positive=False),
    Click(0.55, 0.85),
)


@lru_cache
def enlarged(width: int, height: int) -> bytes:
    """The coffee at this size, as a JPEG's bytes."""
    return jpeg(cv2.resize(photo("coffee"), (width, height), interpolation=cv2.INTER_CUBIC))


def request(image: bytes, positive: Sequence[Point], negative: Sequence[Point] = ()) -> str:
    """The text of a request as CVAT's server sends it for an interactor."""
    return json.dumps(
        {
            "image": base64.b64encode(image).decode("ascii"),
            "pos_points": [list(point) for point in positive],
            "neg_points": [list(point) for point in negative],
            "obj_bbox": None,
        }
    )


def session(width: int, height: int, clicks: int = len(SESSION)) -> Iterator[str]:
    """The requests of an annotator who clicks several times on an image new to everybody."""
    image = unseen(enlarged(width, height))
    for number in range(1, clicks + 1):
        so_far = SESSION[:number]
        positive = [click.point(height, width) for click in so_far if click.positive]
        negative = [click.point(height, width) for click in so_far if not click.positive]
        yield request(image, positive, negative)


def large_mask(width: int, height: int) -> Mask:
    """A smooth object, bool `(H, W)`, whose box takes three fifths of either side."""
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    radius = 1 + 0.1 * np.sin(3 * angles) + 0.05 * np.cos(7 * angles)
    shape = np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1)
    lowest, highest = shape.min(axis=0), shape.max(axis=0)
    inside = 0.2 + 0.6 * (shape - lowest) / (highest - lowest)
    corners = np.rint(inside * [width - 1, height - 1]).astype(np.int32)
    return cv2.fillPoly(np.zeros((height, width), np.uint8), [corners], [1]).astype(bool)
