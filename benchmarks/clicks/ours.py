"""Our way of answering a click."""

import numpy as np
import numpy.typing as npt

from benchmarks import function
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.wire import replies


class Ours(function.Ours):
    """The function, and its way of writing a reply."""

    def reply(self, mask: npt.NDArray[np.bool_], form: str = "") -> str:
        """A reply's text for the whole image's mask."""
        return replies.interactor(FoundMask.from_mask(mask, confidence=0.9))
