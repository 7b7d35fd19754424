"""The plainest codec there can be, pixel by pixel, and masks to try it on."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray


def naive_encode(mask: NDArray) -> list[int]:
    pixels = [(y, x) for y in range(mask.shape[0]) for x in range(mask.shape[1]) if mask[y, x] != 0]
    if not pixels:
        return [1, 0, 0, 0, 0]
    top, bottom = pixels[0][0], pixels[-1][0]
    left, right = min(x for _, x in pixels), max(x for _, x in pixels)
    runs, colour = [0], False
    for y in range(top, bottom + 1):
        for x in range(left, right + 1):
            if bool(mask[y, x] != 0) != colour:
                colour = not colour
                runs.append(0)
            runs[-1] += 1
    return [*runs, left, top, right, bottom]


def naive_decode(points: list[int], height: int, width: int) -> NDArray[np.bool_]:
    *runs, left, top, right, bottom = points
    crop = [i % 2 == 1 for i, run in enumerate(runs) for _ in range(run)]
    mask = np.zeros((height, width), bool)
    places = [(y, x) for y in range(top, bottom + 1) for x in range(left, right + 1)]
    for (y, x), pixel in zip(places, crop, strict=True):
        mask[y, x] = pixel
    return mask


def blobs(height: int, width: int, *, seed: int, share: float) -> NDArray[np.bool_]:
    """A mask of rounded shapes: noise, blurred by shifting, above a threshold."""
    field = np.random.default_rng(seed).standard_normal((height, width))
    for distance in (1, 2, 4):
        for axis in (0, 1):
            field = field + np.roll(field, distance, axis)
    return field > np.quantile(field, 1 - share)


@st.composite
def masks(draw: st.DrawFn) -> NDArray[np.bool_]:
    """Noise of every density, blobs and rectangles, often with edges that hold nothing.

    Widths lie on both sides of 64 and of its multiples: encoders look at 64 pixels at a time.
    """
    height = draw(st.integers(1, 40))
    width = draw(st.integers(1, 20) | st.integers(60, 70) | st.integers(125, 131))
    seed = draw(st.integers(0, 2**32 - 1))
    kind = draw(st.sampled_from(("noise", "blobs", "rectangles", "stripes")))
    rng = np.random.default_rng(seed)
    if kind == "noise":
        mask = rng.random((height, width)) < draw(st.sampled_from((0.01, 0.1, 0.5, 0.9, 0.99)))
    elif kind == "blobs":
        mask = blobs(height, width, seed=seed, share=draw(st.floats(0.05, 0.95)))
    elif kind == "rectangles":
        mask = np.zeros((height, width), bool)
        for _ in range(draw(st.integers(0, 4))):
            top, left = int(rng.integers(height)), int(rng.integers(width))
            mask[top : top + int(rng.integers(1, 20)), left : left + int(rng.integers(1, 40))] ^= (
                True
            )
    else:
        mask = np.zeros(height * width, bool)
        mask[:: draw(st.integers(1, 130))] = True
        mask = mask.reshape(height, width)
    # A frame of unset pixels makes the crop smaller than the image.
    top, left, bottom, right = (draw(st.integers(0, 3)) for _ in range(4))
    return np.pad(mask, ((top, bottom), (left, right)))
