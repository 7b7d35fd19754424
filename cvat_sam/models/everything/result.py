"""What everything mode found, and how far it got."""

from typing import NamedTuple

from cvat_sam.models.found_mask import FoundMask


class Everything(NamedTuple):
    """All objects of an image.

    Attributes:
        found: their masks, largest first, so that in CVAT the small ones lie on top.
        visited: points that were asked.
        points: points that there were to ask; more than `visited` where the time was up.
    """

    found: list[FoundMask]
    visited: int
    points: int
