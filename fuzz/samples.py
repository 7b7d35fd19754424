"""Small masks and label images, and every form they can have."""

from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.rle import plain

Mask = NDArray[np.bool_]


def size(rng: Random) -> tuple[int, int]:
    """Mostly small; widths and heights on both sides of 64 pixels now and then."""
    kind = rng.random()
    if kind < 0.85:
        return rng.randrange(1, 9), rng.randrange(1, 13)
    if kind < 0.97:
        return rng.randrange(1, 70), rng.randrange(60, 70)
    return rng.randrange(1, 200), rng.randrange(1, 200)


def mask(rng: Random, shape: tuple[int, int] | None = None) -> Mask:
    """Noise of some density, a rectangle, or all of one colour."""
    height, width = shape or size(rng)
    kind = rng.random()
    if kind < 0.7:
        density = rng.choice((3, 30, 128, 220, 253))
        noise = np.frombuffer(rng.randbytes(height * width), np.uint8)
        return (noise < density).reshape(height, width)
    made = np.zeros((height, width), np.bool_)
    if kind < 0.9:
        top, left = rng.randrange(height), rng.randrange(width)
        made[top : rng.randrange(top, height) + 1, left : rng.randrange(left, width) + 1] = True
    elif kind < 0.95:
        made[:] = True
    return made


def labels(rng: Random) -> NDArray[Any]:
    """Stretches of a few labels, of any integer type."""
    height, width = size(rng)
    dtype = rng.choice(("u1", "i1", "<i2", ">u2", "i4", "i8", "u8", "?"))
    few = np.frombuffer(rng.randbytes(32), dtype)[: rng.randrange(1, 5)]
    places = np.frombuffer(rng.randbytes(height * width), np.uint8)
    stretch = rng.choice((1, 1, 7))
    return few[places // stretch % few.size].reshape(height, width)


def points(shape: Mask) -> list[int]:
    """CVAT's points."""
    return plain.cvat(shape)


def counts(shape: Mask) -> list[int]:
    """COCO's counts."""
    return plain.counts_of(shape.T)


def text(shape: Mask) -> str:
    """COCO's string."""
    return plain.text_of(counts(shape))


def segmentation(shape: Mask, rng: Random) -> dict[str, Any]:
    """COCO's dict, its counts in one of their forms."""
    form = rng.random()
    written: Any = counts(shape) if form < 0.3 else text(shape)
    if form > 0.7:
        written = written.encode()
    return {"size": list(shape.shape), "counts": written}


def attributes(shape: Mask) -> dict[str, str]:
    """The attributes of a mask in CVAT's XML."""
    *runs, left, top, right, bottom = points(shape)
    sides = {"left": left, "top": top, "width": right - left + 1, "height": bottom - top + 1}
    return {"rle": ", ".join(map(str, runs)), **{key: str(side) for key, side in sides.items()}}
