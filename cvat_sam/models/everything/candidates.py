"""A mask that may be worth keeping: looked at as little as will do.

To bring a mask to the image's size and look at each pixel takes as long as making it, and of ten
masks nine are doubles of a better one. So a mask is first judged on the encoder's square, a little
coarser than most images: how stable it is and where its box lies, each give or take what the other
size may change. Only where that leaves a doubt, or the mask stays, it is brought to full size.
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

import cv2
import numpy as np
import numpy.typing as npt

from cvat_sam.models.answering.full_size import CELL, NO_PATCH, Patch, enlarged, tight
from cvat_sam.models.backends.backend import INPUT_SIZE, LOGITS_SIZE, Floats
from cvat_sam.models.everything.grid import Grid
from cvat_sam.models.everything.stability import is_stable
from cvat_sam.models.everything.survivor import Survivor
from cvat_sam.models.found_mask import FoundMask

# Neighbours that interpolation looks at, in both of its steps, and the one where a patch begins.
MARGIN = 3
# By how many pixels a count may be off on the square, for each pixel of the border: found are 0.13.
DOUBT = 0.25
# Lower than any logit: what lies around the part that is kept.
NOTHING = -1e4


class Frame(NamedTuple):
    """The sizes between which masks are brought.

    Attributes:
        input_size: width and height of the resized image.
        height: of the image, in pixels.
        width: of the image, in pixels.
    """

    input_size: tuple[int, int]
    height: int
    width: int

    @property
    def is_small(self) -> bool:
        """Whether the image has no more pixels than it has on the encoder's square."""
        return max(self.height, self.width) <= INPUT_SIZE


@dataclass(frozen=True)
class Candidate:
    """One mask, not yet at full size.

    Attributes:
        logits: float32, the part of the 256 × 256 that is near the mask.
        left: its first column of the 256.
        top: its first row.
        predicted_iou: the model's own estimate of the mask's IoU with the truth.
        stable: None where that is too close to tell before it is at full size.
        inner_xyxy: what the mask's box covers at least, in pixels of the image; inclusive.
        outer_xyxy: what it covers at most.
    """

    logits: Floats
    left: int
    top: int
    predicted_iou: float
    stable: bool | None
    inner_xyxy: npt.NDArray[np.float64]
    outer_xyxy: npt.NDArray[np.float64]

    @classmethod
    def of(cls, logits: Floats, frame: Frame, grid: Grid, *, predicted_iou: float) -> Self | None:
        """Judge a mask; None if it certainly is unstable or empty.

        Args:
            logits: float32 `(256, 256)`.
            frame: the sizes.
            grid: what is kept.
            predicted_iou: see the class.
        """
        offset = grid.stability_score_offset
        x, y, columns, rows = cv2.boundingRect(np.greater(logits, -offset).view(np.uint8))
        left, top = max(x - MARGIN, 0), max(y - MARGIN, 0)
        part = logits[top : y + rows + MARGIN, left : x + columns + MARGIN]
        if frame.is_small:
            patch = _enlarged(logits, -offset, frame)
        else:
            patch = _on_the_square(part, left, top, frame)
        positive = np.greater(patch.logits, 0)
        if not positive.any():
            return None
        stable = is_stable(patch.logits, grid, doubt=0 if frame.is_small else DOUBT)
        if stable is False:
            return None
        inner, outer = _boxes(positive, patch, frame)
        # A copy, or all four masks would be kept with it.
        return cls(part.copy(), left, top, predicted_iou, stable, inner, outer)

    def settle(self, frame: Frame, grid: Grid) -> Survivor | None:
        """The mask at full size; None if it is unstable or empty after all."""
        logits = np.full((LOGITS_SIZE, LOGITS_SIZE), NOTHING, np.float32)
        rows, columns = self.logits.shape
        logits[self.top : self.top + rows, self.left : self.left + columns] = self.logits
        above = 0.0 if self.stable else -grid.stability_score_offset
        patch = _enlarged(logits, above, frame)
        if self.stable is None and not is_stable(patch.logits, grid):
            return None
        placed = tight(np.greater(patch.logits, 0), patch.left, patch.top)
        if not placed.crop.size:
            return None
        found = FoundMask.from_crop(
            placed.crop,
            left=placed.left,
            top=placed.top,
            height=frame.height,
            width=frame.width,
            confidence=self.predicted_iou,
        )
        return Survivor(found, self.predicted_iou)


def _enlarged(logits: Floats, above: float, frame: Frame) -> Patch:
    return enlarged(
        logits,
        above=above,
        input_size=frame.input_size,
        height=frame.height,
        width=frame.width,
    )


def _on_the_square(part: Floats, left: int, top: int, frame: Frame) -> Patch:
    """A part of the logits, enlarged to the encoder's square, without what is padding there."""
    columns, rows = frame.input_size
    left, top = left * CELL, top * CELL
    if not part.size or left >= columns or top >= rows:
        return NO_PATCH
    size = (part.shape[1] * CELL, part.shape[0] * CELL)
    square = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
    return Patch(np.asarray(square[: rows - top, : columns - left], np.float32), left, top)


def _boxes(
    positive: npt.NDArray[np.bool_], patch: Patch, frame: Frame
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """What the mask's box covers of the image, at least and at most."""
    outer = _bounds(positive, patch)
    if frame.is_small:
        return outer, outer
    # A pixel of the image may fall between two of the square and miss what is but one wide. In two
    # by two it hits one, somewhere.
    blocks = cv2.erode(positive.view(np.uint8), np.ones((2, 2), np.uint8), anchor=(0, 0))
    inner = _bounds(blocks[:-1, :-1].astype(bool), patch)
    inner[:2] += 1
    scale = np.tile([frame.width / frame.input_size[0], frame.height / frame.input_size[1]], 2)
    last = np.tile([frame.width - 1, frame.height - 1], 2)
    outwards = np.array([-1, -1, 1, 1])
    # From a pixel's centre to a pixel's centre; half a pixel is what rounding may take.
    inner = (inner + 0.5) * scale - 0.5 - 0.5 * outwards
    outer = (outer + 0.5 + outwards) * scale - 0.5 + 0.5 * outwards
    return inner, np.clip(outer, 0, last)


def _bounds(mask: npt.NDArray[np.bool_], patch: Patch) -> npt.NDArray[np.float64]:
    """The box of what is set, inclusive; one that ends before it begins if nothing is."""
    x, y, columns, rows = cv2.boundingRect(mask.view(np.uint8)) if mask.size else (0, 0, 0, 0)
    x, y = x + patch.left, y + patch.top
    return np.array([x, y, x + columns - 1, y + rows - 1], np.float64)
