"""Writes masks' pixels as JSON text.

A mask of twelve megapixels has twelve million elements: a list of Python numbers would take a
second to write and hundreds of megabytes. Here digits and commas are bytes of two pictures, which
OpenCV merges, and the text before and after is written into the same buffer, which becomes a string
once.
"""

import cv2
import numpy as np
import numpy.typing as npt

BoolMask = npt.NDArray[np.bool_]
Octets = npt.NDArray[np.uint8]

_ZERO, _COMMA, _OPEN, _CLOSE = (ord(character) for character in "0,[]")


def rows_text(crop: BoolMask, *, before: str = "", after: str = "") -> str:
    """A 2-D list, a row for each row, as the interactor's `mask`.

    Args:
        crop: bool `(h, w)`, with pixels.
        before: ASCII text to begin with: it is joined here without another copy of the whole.
        after: ASCII text to end with.

    >>> rows_text(np.array([[True, False], [True, True]]))
    '[[1,0],[1,1]]'
    """
    height, width = crop.shape
    # Each row is pairs: its digits with "," behind each, or "]" behind the last, and then ",[".
    first = np.empty((height, width + 1), np.uint8)
    np.add(crop, _ZERO, out=first[:, :-1], dtype=np.uint8, casting="unsafe")
    first[:, -1] = _COMMA
    second = np.full((height, width + 1), _COMMA, np.uint8)
    second[:, -2] = _CLOSE
    second[:, -1] = _OPEN
    # The last row's ",[" gives way to the list's end.
    return _joined(f"{before}[[", first, second, f"]{after}", less=2)


def flat_text(
    crop: BoolMask, box_xyxy: tuple[int, int, int, int], *, before: str = "", after: str = ""
) -> str:
    """The row-major pixels followed by the inclusive box, as the detector's `mask`.

    Args:
        crop: bool `(h, w)`, with pixels.
        box_xyxy: left, top, right, bottom; inclusive.
        before: see `rows_text`.
        after: see `rows_text`.

    >>> flat_text(np.array([[True, False], [True, True]]), (5, 6, 6, 7))
    '[1,0,1,1,5,6,6,7]'
    """
    digits = np.add(crop, _ZERO, dtype=np.uint8, casting="unsafe", order="C")
    commas = np.full(crop.shape, _COMMA, np.uint8)
    box = ",".join(map(str, box_xyxy))
    return _joined(f"{before}[", digits, commas, f"{box}]{after}")


def _joined(before: str, first: Octets, second: Octets, after: str, *, less: int = 0) -> str:
    """`before`, the bytes of both pictures in turn, without the last `less`, and `after`."""
    head, tail = before.encode("ascii"), after.encode("ascii")
    end = len(head) + 2 * first.size
    text = np.empty(end + len(tail), np.uint8)
    text[: len(head)] = np.frombuffer(head, np.uint8)
    pairs = text[len(head) : end].reshape(*first.shape, 2)
    cv2.merge([first, second], pairs)
    end -= less
    text[end : end + len(tail)] = np.frombuffer(tail, np.uint8)
    return str(text[: end + len(tail)].data, "ascii")
