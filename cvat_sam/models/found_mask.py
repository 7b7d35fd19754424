"""A mask that a model found: its runs, and how sure the model is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import rle

BoolMask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class FoundMask:
    """One mask of one image, kept as runs so that hundreds of them stay small.

    Attributes:
        points: CVAT's form: run lengths of the row-major crop, zeros first, then the inclusive
            box `left, top, right, bottom`.
        confidence: the model's own estimate of the mask's IoU with the truth, at most 1.
        height: of the image, in pixels.
        width: of the image, in pixels.
    """

    points: list[int]
    confidence: float
    height: int
    width: int

    @classmethod
    def from_mask(cls, mask: npt.NDArray[np.generic], *, confidence: float) -> "FoundMask":
        """Keep `mask`, any 2-D array `(H, W)` whose nonzero values mean "object"."""
        height, width = mask.shape
        return cls.from_crop(mask, left=0, top=0, height=height, width=width, confidence=confidence)

    @classmethod
    def from_crop(
        cls,
        crop: npt.NDArray[np.generic],
        *,
        left: int,
        top: int,
        height: int,
        width: int,
        confidence: float,
    ) -> "FoundMask":
        """Keep a mask of which only a crop is there; all around it is unset.

        Args:
            crop: any 2-D array whose nonzero values mean "object"; it need not be tight.
            left: its first column in the image.
            top: its first row in the image.
            height: of the image, in pixels.
            width: of the image, in pixels.
            confidence: see the class; a little over 1 is cut, as is a little below 0.

        >>> FoundMask.from_crop(
        ...     np.eye(2), left=5, top=6, height=9, width=9, confidence=1.02
        ... ).points
        [0, 1, 2, 1, 5, 6, 6, 7]
        """
        *runs, first, upper, last, lower = rle.cvat.encode(crop)
        # A predicted IoU is a regression's answer and can be a little over 1.
        confidence = min(max(confidence, 0.0), 1.0)
        box = (first + left, upper + top, last + left, lower + top)
        return cls([*runs, *box], confidence, height, width)

    @property
    def box_xyxy(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom; inclusive."""
        left, top, right, bottom = self.points[-4:]
        return left, top, right, bottom

    @property
    def area(self) -> int:
        """How many pixels are set."""
        return sum(self.points[1:-4:2])

    def moved(self, left: int, top: int, *, height: int, width: int) -> "FoundMask":
        """The mask of a crop whose first pixel lies at `left`, `top`, in the image of this size.

        >>> FoundMask([0, 1, 2, 2, 2, 2], 0.9, 3, 3).moved(10, 20, height=40, width=40).points
        [0, 1, 12, 22, 12, 22]
        """
        *runs, first, upper, last, lower = self.points
        box = (first + left, upper + top, last + left, lower + top)
        return FoundMask([*runs, *box], self.confidence, height, width)

    def mask(self) -> BoolMask:
        """The whole image's mask, bool `(H, W)`."""
        return rle.cvat.decode(self.points, height=self.height, width=self.width)

    def crop(self) -> BoolMask:
        """The mask inside its box alone, bool `(bottom - top + 1, right - left + 1)`."""
        left, top, right, bottom = self.box_xyxy
        height, width = bottom - top + 1, right - left + 1
        points = [*self.points[:-4], 0, 0, width - 1, height - 1]
        return rle.cvat.decode(points, height=height, width=width)
