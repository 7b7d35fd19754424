"""The plainest multi-class codec there can be, pixel by pixel, and labels to try it on."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray


def naive_encode(labels: NDArray, order: str = "F") -> dict:
    values, counts = [], []
    for label in labels.flatten(order).tolist():
        if not values or values[-1] != label:
            values.append(int(label))
            counts.append(0)
        counts[-1] += 1
    return {"size": list(labels.shape), "values": values, "counts": counts}


def naive_decode(rle: dict, order: str = "F") -> list[list[int]]:
    height, width = rle["size"]
    flat = [v for v, c in zip(rle["values"], rle["counts"], strict=True) for _ in range(c)]
    if order == "C":
        return [flat[y * width : (y + 1) * width] for y in range(height)]
    return [[flat[x * height + y] for x in range(width)] for y in range(height)]


def regions(height: int, width: int, classes: int, *, seed: int, noise: float = 0) -> NDArray:
    """Labels 0 to classes - 1: each pixel that of the nearest of so many seeds, or any (noise)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    seeds = rng.uniform(0, (height, width), (classes, 2))
    distances = [(y - sy) ** 2 + (x - sx) ** 2 for sy, sx in seeds]
    labels = np.argmin(distances, axis=0).astype(np.uint8)
    spoilt = rng.random((height, width)) < noise
    labels[spoilt] = rng.integers(0, classes, int(spoilt.sum()))
    return labels


INTEGERS = [np.dtype(f"{kind}{size}") for kind in "iu" for size in (1, 2, 4, 8)]


@st.composite
def label_images(draw: st.DrawFn, *, longest: int = 40) -> NDArray:
    """Images of labels of every integer dtype, from constant to noise, with extreme labels."""
    height, width = draw(st.integers(1, longest)), draw(st.integers(1, longest))
    dtype = draw(st.sampled_from(INTEGERS))
    info = np.iinfo(dtype)
    pixels = draw(
        st.lists(st.integers(info.min, info.max) | st.integers(0, 3), min_size=1, max_size=6)
    )
    table = np.array(pixels, dtype)
    noise = draw(st.sampled_from((0, 0.02, 0.3, 1)))
    seed = draw(st.integers(0, 2**32 - 1))
    labels = table[regions(height, width, table.size, seed=seed, noise=noise)]
    return labels.astype(dtype.newbyteorder(draw(st.sampled_from("=S"))))
