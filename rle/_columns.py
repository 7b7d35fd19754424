"""Column by column: from pixels to the positions where a mask changes, and back."""

import numpy as np
from numpy.typing import NDArray

from rle._changes import changes
from rle._paint import paint


def column_changes(image: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Finds where runs of set pixels begin and end, counted column by column.

    Args:
        image: (H, W) bytes as `rle._mask.as_bytes` gives them.

    Returns:
        (2K,) strictly ascending: start of the first run, its end (exclusive), and so on.
    """
    return changes(np.ascontiguousarray(image.T).reshape(-1))


def image_of_columns(
    edges: NDArray[np.int64], height: int, width: int, order: str
) -> NDArray[np.bool_]:
    """Paints a mask from edges counted column by column.

    Returns:
        (height, width) bool, its memory in that order ("C" or "F").
    """
    lengths = np.diff(edges, prepend=0, append=height * width)
    columns = paint(lengths, height * width).reshape(width, height).T
    return np.ascontiguousarray(columns) if order == "C" else columns
