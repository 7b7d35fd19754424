"""A mask that is left when everything mode is through with one look at the image."""

from typing import NamedTuple

from cvat_sam.models.found_mask import FoundMask


class Survivor(NamedTuple):
    """A mask, and what it was chosen by.

    Attributes:
        found: the mask.
        predicted_iou: as the model gave it; a little over 1 at times.
    """

    found: FoundMask
    predicted_iou: float
