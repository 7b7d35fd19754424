"""What an annotator clicks who sees the masks, and what one worker alone answers him."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import requests

import rle
from benchmarks.clicks.annotator import middle_of_largest
from benchmarks.clicks.composed import Picture, pictures
from benchmarks.clicks.likeness import iou, mask_of
from benchmarks.clicks.photos import Mask, Point, request
from benchmarks.load.plan import Plan
from benchmarks.photos import jpeg
from benchmarks.progress import Say

CLICKS = 5
# What CVAT waits for a function, in seconds.
TIMEOUT = 120
JSON = {"Content-Type": "application/json"}


class Unanswered(Exception):
    """The worker that is alone gave no mask: there is nothing to compare with."""


@dataclass(frozen=True)
class Expected:
    """A reply to a request, as it is remembered.

    Attributes:
        digest: of its text.
        mask: CVAT's points.
        height: of the image, in pixels.
        width: of the image, in pixels.
    """

    digest: bytes
    mask: list[int]
    height: int
    width: int

    @classmethod
    def of(cls, text: str, mask: Mask) -> "Expected":
        """Remember a reply's text and its mask, bool `(H, W)`."""
        height, width = mask.shape
        return cls(_digest(text), rle.cvat.encode(mask), height, width)

    def difference(self, text: str) -> str:
        """How another reply's mask differs, in words; empty where it does not."""
        if _digest(text) == self.digest:
            return ""
        try:
            mask = mask_of(text, self.height, self.width)
        except (ValueError, KeyError, TypeError) as error:
            return f"it has no such mask ({type(error).__name__}: {error})"
        expected = rle.cvat.decode(self.mask, height=self.height, width=self.width)
        pixels = int(np.count_nonzero(mask != expected))
        return f"{pixels:,} pixels differ, IoU {iou(mask, expected):.6f}" if pixels else ""


@dataclass(frozen=True)
class Step:
    """All clicks on an image up to one of them, which is what CVAT sends.

    Attributes:
        positive: clicks on the object, in pixels `(x, y)`.
        negative: clicks beside it.
        expected: the reply.
    """

    positive: tuple[Point, ...]
    negative: tuple[Point, ...]
    expected: Expected

    def request(self, image: bytes) -> bytes:
        """The body as CVAT sends it, the whole image in it."""
        return request(image, self.positive, self.negative).encode()


@dataclass(frozen=True)
class Script:
    """One picture and the clicks at its object.

    Attributes:
        name: of the picture.
        image: a JPEG.
        steps: one more click each, five of them unless the mask was right before.
    """

    name: str
    image: bytes
    steps: tuple[Step, ...]


def recorded(url: str, plan: Plan, say: Say) -> list[Script]:
    """Scripts for as many pictures as planned, from clicking at a worker that is alone.

    Raises:
        Unanswered: a click gave no mask.
    """
    scripts = []
    with requests.Session() as session:
        session.trust_env = False
        for number, picture in enumerate(pictures(plan.images), start=1):
            say(f"one worker alone: picture {number} of {plan.images}")
            pixels, mask = _enlarged(picture, *plan.size)
            image = jpeg(pixels)
            steps = tuple(_steps(session, url, image, mask))
            scripts.append(Script(f"picture {number}", image, steps))
    return scripts


def _enlarged(picture: Picture, width: int, height: int) -> Picture:
    """The middle of it, cut to the sides' ratio, at this size."""
    had, wide = picture.mask.shape
    cut = min(wide, round(had * width / height)), min(had, round(wide * height / width))
    left, top = (wide - cut[0]) // 2, (had - cut[1]) // 2
    part = np.s_[top : top + cut[1], left : left + cut[0]]
    pixels = cv2.resize(picture.pixels[part], (width, height), interpolation=cv2.INTER_CUBIC)
    mask = cv2.resize(
        picture.mask[part].astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST
    )
    return Picture(pixels.astype(np.uint8), mask.astype(bool))


def _steps(session: requests.Session, url: str, image: bytes, truth: Mask) -> Iterator[Step]:
    positive: list[Point] = []
    negative: list[Point] = []
    mask = np.zeros_like(truth)
    for number in range(1, CLICKS + 1):
        if not (mask != truth).any():
            return
        x, y = middle_of_largest(mask != truth)
        # The middle of the pixel.
        (positive if truth[y, x] else negative).append((x + 0.5, y + 0.5))
        body = request(image, positive, negative)
        reply = session.post(url, body.encode(), headers=JSON, timeout=TIMEOUT)
        if reply.status_code != 200:
            raise Unanswered(f"click {number} was answered {reply.status_code}: {reply.text[:200]}")
        mask = mask_of(reply.text, *truth.shape)
        if mask.any() and rle.cvat.encode(mask) != json.loads(reply.text)["rle"]:
            raise Unanswered(f"click {number}: the reply's `rle` is not its `mask`")
        yield Step(tuple(positive), tuple(negative), Expected.of(reply.text, mask))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
