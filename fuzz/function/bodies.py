"""Bodies of requests that are right, or whose image or prompt is not."""

import base64
from dataclasses import dataclass
from random import Random
from typing import Any

from cvat_sam.settings import FunctionKind
from fuzz.function import damage, prompts, values
from fuzz.function.damage import REFUSED
from fuzz.function.pictures import USUAL, Picture, pictures
from fuzz.function.prompts import Asked


@dataclass(frozen=True)
class Body:
    """What is sent.

    Attributes:
        name: what it shows.
        data: the bytes.
        statuses: that may answer it.
        image: the image's bytes, where there is one that may be taken.
        as_shapes: whether the reply is in the form of shapes; None where it may be in either.
    """

    name: str
    data: bytes
    statuses: frozenset[int]
    image: bytes | None = None
    as_shapes: bool | None = None


def right(kind: FunctionKind, rng: Random) -> Body:
    """A request as it should be."""
    picture = usual_picture(rng)
    return of(picture, prompts.right(kind, picture.height, picture.width, rng))


def usual_picture(rng: Random) -> Picture:
    """Mostly one of a few."""
    names = USUAL if rng.random() < 0.97 else [*pictures()]
    return pictures()[rng.choice(names)]


def with_image(picture: Picture, asked: Asked) -> dict[str, Any]:
    """A request's keys."""
    return {"image": in_base64(picture.data), **asked.keys}


def in_base64(data: bytes) -> str:
    """As it stands in a request."""
    return base64.b64encode(data).decode()


def of(picture: Picture, asked: Asked) -> Body:
    """The body that asks this of that."""
    data = values.text(with_image(picture, asked)).encode()
    name = f"{asked.name} in {picture.name}"
    return Body(name, data, asked.statuses, picture.data, asked.as_shapes)


def half_right(kind: FunctionKind, rng: Random) -> Body:
    """A request whose prompt has one thing wrong, or is at the edge of what is right."""
    picture = usual_picture(rng)
    return of(picture, prompts.half_right(kind, picture.height, picture.width, rng))


def damaged_image(kind: FunctionKind, rng: Random) -> Body:
    """A request with a damaged image."""
    damaged = damage.damaged(rng)
    asked, statuses = prompts.right(kind, 30, 40, rng), damaged.statuses
    # What can still be decoded costs an encoding, unless what is asked is outside of it.
    if damaged.is_whole and kind != "embedder" and rng.random() < 0.85:
        asked, statuses = prompts.outside(kind), REFUSED
    text = values.text({"image": in_base64(damaged.data), **asked.keys})
    name = f"{asked.name} in {damaged.name}"
    return Body(name, text.encode(), statuses, damaged.data, asked.as_shapes)


def new_image(kind: FunctionKind, rng: Random) -> Body:
    """A right request with an image that was never looked at."""
    picture = pictures()[rng.choice(("jpeg", "png", "bmp", "jpeg on its side"))]
    name, data = damage.marked(picture, rng)
    asked = prompts.right(kind, picture.height, picture.width, rng)
    return of(Picture(name, data, picture.height, picture.width), asked)
