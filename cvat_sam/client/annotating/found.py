"""What a model found in a frame, and whom it can be asked of."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import rle
from cvat_sam.exceptions import ServerUnreachable
from cvat_sam.models.prompt import Box


@dataclass(frozen=True, slots=True)
class Found:
    """One mask.

    Attributes:
        points: CVAT's run lengths and inclusive box, right for the image.
        confidence: the model's own estimate, 0 to 1.
    """

    points: list[int]
    confidence: float


class Asker(Protocol):
    """A model, wherever it runs; a context manager."""

    @property
    def name(self) -> str:
        """What is asked, for sentences."""

    def boxes(self, image: bytes, boxes_xyxy: Sequence[Box]) -> list[Found | None]:
        """One mask for each box, in order; None where there is none.

        Args:
            image: a file's bytes.
            boxes_xyxy: in pixels, continuous: a pixel's end is 1 after its begin.

        Raises:
            InvalidImage: the image cannot be read.
            ServerRefused: what was asked is wrong; another image may do.
            ServerUnreachable: there is no answer that is one.
        """

    def everything(self, image: bytes) -> list[Found]:
        """Every object of the image; see `boxes`."""

    def __enter__(self) -> "Asker": ...

    def __exit__(self, *exception: object) -> None: ...


def read_shapes(reply: Any, *, who: str, height: int, width: int) -> list[Found | None]:
    """Read what a function answers to a request with `"reply": "shapes"`.

    Args:
        reply: its JSON.
        who: the function, for sentences.
        height: of the image that was sent.
        width: likewise.

    Raises:
        ServerUnreachable: it is something else, or a mask that does not fit the image.

    >>> reply = {"shapes": [None, {"type": "mask", "points": [0, 1, 0, 0, 0, 0], "confidence": 1}]}
    >>> read_shapes(reply, who="f", height=2, width=2)
    [None, Found(points=[0, 1, 0, 0, 0, 0], confidence=1.0)]
    """
    shapes = reply.get("shapes") if isinstance(reply, Mapping) else None
    if not isinstance(shapes, list):
        raise ServerUnreachable(
            f"{who} answers without shapes: it is no interactor or detector of this version"
        )
    found = []
    for index, shape in enumerate(shapes):
        try:
            found.append(None if shape is None else _found(shape, height, width))
        except ValueError as error:  # RleError is one
            raise ServerUnreachable(
                f"{who} answers with a mask that cannot be used: shapes[{index}]: {error}"
            ) from None
    return found


def _found(shape: Any, height: int, width: int) -> Found:
    if not isinstance(shape, Mapping) or shape.get("type") != "mask":
        raise ValueError("it should be an object whose type is mask")
    points, confidence = shape.get("points"), shape.get("confidence")
    if not isinstance(points, list) or not all(type(number) is int for number in points):
        raise ValueError("points should be a list of whole numbers")
    if isinstance(confidence, bool) or not isinstance(confidence, int | float):
        raise ValueError("confidence should be a number")
    if not math.isfinite(confidence):
        raise ValueError(f"confidence should be a finite number, not {confidence}")
    rle.cvat.validate(points, height=height, width=width)
    if not any(points[1:-4:2]):
        raise ValueError("no pixel is set")
    # It is a regression's answer, and can be a little beyond.
    return Found(points, min(max(float(confidence), 0.0), 1.0))
