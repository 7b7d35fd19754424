"""The points at which everything mode asks, and the order to ask in when time may run out.

The points are those of segment-anything's generator: an even grid, half a step from the edges.
"""

import numpy as np
import numpy.typing as npt

Floats64 = npt.NDArray[np.float64]


def points(per_side: int) -> Floats64:
    """The grid, float64 `(per_side², 2)`: (x, y) as shares of width and height, row by row.

    >>> points(2).tolist()
    [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]]
    """
    if not per_side:
        return np.zeros((0, 2))
    half = 1 / (2 * per_side)
    shares = np.linspace(half, 1 - half, per_side)
    return np.stack(np.meshgrid(shares, shares), axis=-1).reshape(-1, 2)


def per_side_of_layer(per_side: int, layer: int, downscale_factor: int) -> int:
    """Points on a side of the crops of a layer; 0 where so many layers leave none.

    Args:
        per_side: of the whole image, which is layer 0.
        layer: which.
        downscale_factor: each layer has so many times fewer than the one before, rounded down.

    >>> [per_side_of_layer(32, layer, 3) for layer in range(5)]
    [32, 10, 3, 1, 0]
    """
    fewer: int = downscale_factor**layer
    return per_side // fewer


def coarse_to_fine(per_side: int) -> list[int]:
    """Indices into `points`, each once, so that every beginning covers the image evenly.

    The first four lie in different quarters of the image, the first sixteen in different
    sixteenths, and so on: the order of the ordered-dither matrix of B. E. Bayer ("An optimum method
    for two-level rendition of continuous-tone pictures", 1973) for the next power of two, without
    what lies outside the grid. Of each part of the image Bayer's order begins with the corner; here
    it begins in the middle third.

    >>> coarse_to_fine(4)
    [5, 15, 7, 13, 0, 10, 2, 8, 4, 14, 6, 12, 1, 11, 3, 9]
    """
    bits = max(per_side - 1, 0).bit_length()
    # A third is 0.010101… in binary, so whichever bits a part of the image leaves open begin with a
    # third of it or two.
    third = 2**bits // 3
    y, x = (place ^ third for place in np.divmod(np.arange(per_side**2), max(per_side, 1)))
    rank = np.zeros_like(x)
    # The bit that says in which half of the image a point lies changes fastest.
    for bit in range(bits):
        rank = 4 * rank + 2 * ((x ^ y) >> bit & 1) + (y >> bit & 1)
    order: list[int] = np.argsort(rank).tolist()
    return order
