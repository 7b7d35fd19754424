"""What a PNG's values may mean: a mask, labels, or either."""

from enum import Enum

import numpy as np

from cvat_sam.sources.png_pixels import Png

_SHOWN = 5


class Kind(Enum):
    """What values look like.

    * MASK: 0 and white; or one bit a pixel.
    * LABELS: a palette with colours; or gray no lighter than half of white, which a mask with soft
      edges would be somewhere.
    * EITHER: 0 and 1, or 0 alone, in more than one bit; or a palette of black and white.
    * UNCLEAR: other gray: labels, or a mask with soft edges.
    * COLOURS: neither, unless a table says what colours mean.
    """

    MASK = "mask"
    LABELS = "labels"
    EITHER = "either"
    UNCLEAR = "unclear"
    COLOURS = "colours"


def kind_of(png: Png) -> Kind:
    """What the values of a PNG look like."""
    if png.palette is not None:
        used = np.unique(png.values)
        colours = png.palette[used[used < len(png.palette)]]
        plain = used.max() < len(png.palette) and np.isin(colours, (0, 255)).all()
        gray = (colours == colours[:, :1]).all()
        return Kind.EITHER if plain and gray else Kind.LABELS
    if png.values.ndim == 3:
        return Kind.COLOURS
    white = 2**png.depth - 1
    highest = int(png.values.max())
    if png.depth == 1:
        return Kind.MASK
    if highest <= 1:
        return Kind.EITHER
    if png.is_black_and_white():
        return Kind.MASK
    return Kind.LABELS if highest <= white // 2 else Kind.UNCLEAR


def values_of(png: Png) -> str:
    """The values there are, of many the first ones, for sentences."""
    found = np.unique(png.values)
    numbers = ", ".join(map(str, found[:_SHOWN].tolist())) + ", …" * (found.size > _SHOWN)
    return f"the value {numbers} alone" if found.size == 1 else f"the values {numbers}"
