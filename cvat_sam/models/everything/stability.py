"""How little a mask changes with the cut-off: segment-anything's stability score.

It is the IoU of the masks that logits give above plus and minus an offset, at the image's size (A.
Kirillov et al., "Segment Anything", 2023, appendix B). At a coarser size it comes out a little
different, the more so the longer the masks' borders are.
"""

import cv2
import numpy as np
import numpy.typing as npt

from cvat_sam.models.backends.backend import Floats
from cvat_sam.models.everything.grid import Grid


def is_stable(logits: Floats, grid: Grid, *, doubt: float = 0) -> bool | None:
    """Whether a mask's stability reaches the grid's threshold; None if that is in doubt.

    Args:
        logits: float32 `(h, w)`, all that are above minus the offset.
        grid: threshold and offset.
        doubt: by how many pixels a count may be off, for each pixel of the border.

    >>> cross = np.full((9, 9), -5, np.float32)
    >>> cross[2:7, 4] = cross[4, 2:7] = 5
    >>> is_stable(cross, Grid()), is_stable(cross, Grid(), doubt=0.25)
    (True, None)
    """
    threshold, offset = grid.stability_score_thresh, grid.stability_score_offset
    if threshold <= 0:
        return True
    narrow, wide = np.greater(logits, offset), np.greater(logits, -offset)
    inside, around = (cv2.countNonZero(mask.view(np.uint8)) for mask in (narrow, wide))
    if not doubt:
        # As there computed with 32 bits, and compared with 64.
        return bool(around and float(np.float32(inside) / np.float32(around)) >= threshold)
    off = doubt * (_border(narrow) + _border(wide))
    if inside + off < threshold * (around - off):
        return False
    return True if inside - off >= threshold * (around + off) else None


def _border(mask: npt.NDArray[np.bool_]) -> int:
    """How many pixels differ from the one to the right, or below."""
    across = cv2.countNonZero((mask[:, 1:] != mask[:, :-1]).view(np.uint8))
    down = cv2.countNonZero((mask[1:] != mask[:-1]).view(np.uint8))
    return int(across + down)
