"""A mask scanned row by row, scanned column by column instead: without building the image."""

import numpy as np
from numpy.typing import NDArray

from rle._changes import changes
from rle._paint import paint


def turn(edges: NDArray[np.int64], line: int, lines: int) -> NDArray[np.int64]:
    """Turns the scan of a mask by a quarter.

    Args:
        edges: (2K,) strictly ascending: starts and ends (exclusive) of set runs, in a scan of
            `lines` lines of `line` pixels each.
        line: Pixels of a line (the width, where rows are scanned).
        lines: Number of lines (the height, where rows are scanned).

    Returns:
        The same mask's edges in a scan across the lines: first the first pixel of every line.
    """
    lengths = np.diff(edges, prepend=0, append=line * lines)
    image = paint(lengths, line * lines).reshape(lines, line)
    return changes(np.ascontiguousarray(image.T).reshape(-1))
