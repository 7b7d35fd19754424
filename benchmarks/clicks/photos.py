"""The photographs, CC0 or public domain, out of scikit-image's wheel; and requests about them."""

import base64
import importlib.resources
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Point = tuple[float, float]

# A cup of coffee by Rachel Michetti, courtesy of Pikolo Espresso Bar (CC0); Chelsea the cat by
# Stéfan van der Walt (CC0); Eileen Collins by NASA (public domain).
NAMES = {"coffee": "coffee.png", "cat": "chelsea.png", "astronaut": "astronaut.png"}

JPEG_START = b"\xff\xd8"
JPEG_COMMENT = b"\xff\xfe"

_numbers = itertools.count()


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
def photo(name: str) -> Pixels:
    """A photograph as it is, RGB uint8 `(H, W, 3)`."""
    file = importlib.resources.files("skimage.data").joinpath(NAMES[name]).read_bytes()
    decoded = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise ValueError(f"OpenCV cannot read scikit-image's {NAMES[name]}")
    return np.ascontiguousarray(decoded[..., ::-1], dtype=np.uint8)


@lru_cache
def enlarged(width: int, height: int) -> bytes:
    """The coffee at this size, as a JPEG's bytes."""
    return jpeg(cv2.resize(photo("coffee"), (width, height), interpolation=cv2.INTER_CUBIC))


def jpeg(pixels: npt.NDArray[np.generic]) -> bytes:
    """RGB pixels as a JPEG's bytes."""
    done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]))
    if not done:
        raise ValueError(f"OpenCV cannot write {pixels.shape} as a JPEG")
    return encoded.tobytes()


def unseen(image: bytes) -> bytes:
    """The same JPEG with a comment that no other has: an image that nobody has looked at yet."""
    comment = next(_numbers).to_bytes(8, "big")
    length = (2 + len(comment)).to_bytes(2, "big")
    return JPEG_START + JPEG_COMMENT + length + comment + image.removeprefix(JPEG_START)


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
