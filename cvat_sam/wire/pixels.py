"""Writes masks' pixels as JSON text.

A mask of twelve megapixels has twelve million elements: a list of Python numbers would take a
second to write and hundreds of megabytes, numpy writes the digits and commas as bytes.
"""

import numpy as np
import numpy.typing as npt

BoolMask = npt.NDArray[np.bool_]

_ZERO, _COMMA, _OPEN, _CLOSE = (ord(character) for character in "0,[]")


def rows_text(crop: BoolMask) -> str:
    """A 2-D list, a row for each row, as the interactor's `mask`.

    >>> rows_text(np.array([[True, False], [True, True]]))
    '[[1,0],[1,1]]'
    """
    height, width = crop.shape
    # Each row is "[", digits with commas between them, "]" and a comma before the next row.
    text = np.full((height, 2 * width + 2), _COMMA, dtype=np.uint8)
    text[:, 0] = _OPEN
    np.add(crop, _ZERO, out=text[:, 1:-2:2], dtype=np.uint8, casting="unsafe")
    text[:, -2] = _CLOSE
    return "[" + text.tobytes()[:-1].decode("ascii") + "]"


def flat_text(crop: BoolMask, box_xyxy: tuple[int, int, int, int]) -> str:
    """The row-major pixels followed by the inclusive box, as the detector's `mask`.

    >>> flat_text(np.array([[True, False], [True, True]]), (5, 6, 6, 7))
    '[1,0,1,1,5,6,6,7]'
    """
    text = np.full((crop.size, 2), _COMMA, dtype=np.uint8)
    np.add(crop.ravel(), _ZERO, out=text[:, 0], dtype=np.uint8, casting="unsafe")
    return "[" + text.tobytes().decode("ascii") + ",".join(map(str, box_xyxy)) + "]"
