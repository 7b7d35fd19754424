"""Small holes filled and small islands dropped, as segment-anything's generator does it.

The same as its `postprocess_small_regions`: parts of the object and parts of the background both
hang together over corners too (8-connected), a hole is any background, at the image's border too,
and what is small is so in pixels. But it looks at whole images, and here only a mask's box is
looked at, with a ring of background around it where the image goes on. How large the background
behind that ring is follows from the image's size.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from cvat_sam.models.everything.suppression import suppress
from cvat_sam.models.found_mask import FoundMask

BoolMask = npt.NDArray[np.bool_]


def drop_small_regions(found: Sequence[FoundMask], area: int, nms_thresh: float) -> list[FoundMask]:
    """Clean all masks, and drop those that are then nearly the same as another one.

    Args:
        found: masks of one image.
        area: see `without_small_regions`.
        nms_thresh: of two masks whose boxes' IoU is above this, the one stays that needed no
            cleaning; else the one that comes first.

    Returns:
        First those that needed no cleaning, then the cleaned ones, each in the order given.
    """
    cleaned = [without_small_regions(one, area) for one in found]
    kept = suppress(
        np.array([one.box_xyxy for one, _ in cleaned]).reshape(-1, 4),
        [0.0 if changed else 1.0 for _, changed in cleaned],
        nms_thresh,
    )
    return [cleaned[index][0] for index in kept]


def without_small_regions(found: FoundMask, area: int) -> tuple[FoundMask, bool]:
    """Fill a mask's small holes, then drop its small islands; the largest one stays in any case.

    Args:
        found: the mask.
        area: regions with fewer pixels than this are small.

    Returns:
        The mask, and whether it had a small region; a mask that is itself one stays as it is and
        counts as changed.
    """
    part = _around(found)
    filled = _filled(part, area)
    kept = _without_islands(filled, area)
    if kept is part:
        return found, False
    mask = FoundMask.from_crop(
        kept.mask,
        left=kept.left,
        top=kept.top,
        height=found.height,
        width=found.width,
        confidence=found.confidence,
    )
    return mask, True


class _Part(NamedTuple):
    """A part of an image's mask; what is left out around it is unset.

    Attributes:
        mask: bool `(h, w)`.
        left: columns of the image that are left out on this side; likewise the others.
        top: rows.
        right: columns.
        bottom: rows.
    """

    mask: BoolMask
    left: int
    top: int
    right: int
    bottom: int


def _around(found: FoundMask) -> _Part:
    """The mask's box and a ring around it, inside the image."""
    left, top, right, bottom = found.box_xyxy
    # OpenCV numbers regions in the order of blocks of 2 × 2 pixels, and of several largest ones the
    # first stays: so the part's blocks are the image's.
    x, y = max(left - 1, 0) // 2 * 2, max(top - 1, 0) // 2 * 2
    end_x, end_y = min(right + 2, found.width), min(bottom + 2, found.height)
    ring = ((top - y, end_y - 1 - bottom), (left - x, end_x - 1 - right))
    return _Part(np.pad(found.crop(), ring), x, y, found.width - end_x, found.height - end_y)


def _filled(part: _Part, area: int) -> _Part:
    labels, sizes = _regions(~part.mask)
    rows, columns = labels.shape
    width = part.left + columns + part.right
    # A side where something is left out has unset pixels alone, from corner to corner. What is left
    # out there hangs together with them, and over the corners with what is left out beside it.
    sizes[labels[0, 0]] += part.left * rows + part.top * width
    sizes[labels[-1, -1]] += part.right * rows + part.bottom * width
    small = sizes < area
    small[0] = False
    if not small.any():
        return part
    mask = part.mask | small[labels]
    left, top, right, bottom = part[1:]
    # Where the background behind the ring is small too, the mask reaches the image's border.
    first, last = bool(small[labels[0, 0]]), bool(small[labels[-1, -1]])
    grown = ((top * first, bottom * last), (left * first, right * last))
    mask = np.pad(mask, grown, constant_values=True)
    return _Part(
        mask, left * (not first), top * (not first), right * (not last), bottom * (not last)
    )


def _without_islands(part: _Part, area: int) -> _Part:
    labels, sizes = _regions(part.mask)
    small = sizes < area
    small[0] = False
    if not small.any():
        return part
    kept = ~small
    kept[0] = False
    if not kept.any():
        kept[1 + np.argmax(sizes[1:])] = True
    return part._replace(mask=kept[labels])


def _regions(mask: BoolMask) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Each pixel's region, 0 where it is not set, and the pixels of each region."""
    pixels = np.ascontiguousarray(mask).view(np.uint8)
    # OpenCV's own statistics take three times as long as counting the labels.
    count, labels = cv2.connectedComponents(pixels, connectivity=8)
    return np.asarray(labels, np.int32), np.bincount(labels.ravel(), minlength=count)
