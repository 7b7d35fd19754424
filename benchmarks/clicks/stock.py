"""The stock way: segment-anything's predictor as its README uses it, in a function for Nuclio.

Every click embeds the image anew, as the functions do that are published for CVAT: a request does
not say which image it is about. Its weights are the same MobileSAM's, and torch has its defaults.
"""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from segment_anything import SamPredictor

from benchmarks import official

# How a mask's pixels can be written: 1.0 as in the stock way that was measured, 1, and true.
FORMS: dict[str, npt.DTypeLike] = {"floats": np.float32, "integers": np.uint8, "booleans": bool}


class Stock:
    """segment-anything's `SamPredictor` behind the same requests."""

    def __init__(self) -> None:
        self._predictor = SamPredictor(official.sam())
        self.facts: dict[str, Any] = {"backend": "torch", "threads": torch.get_num_threads()}

    def answer(self, text: str) -> tuple[str, str]:
        """Answer a request's text with a reply's; the second text is empty."""
        asked = json.loads(text)
        self._predictor.set_image(official.pixels(asked["image"]))
        positive, negative = asked["pos_points"], asked["neg_points"]
        masks, scores, _ = self._predictor.predict(
            point_coords=np.array([*positive, *negative]),
            point_labels=np.array([1] * len(positive) + [0] * len(negative)),
            multimask_output=True,
        )
        return self.reply(masks[np.argmax(scores)]), ""

    def reply(self, mask: npt.NDArray[np.bool_], form: str = "floats") -> str:
        """A reply's text for the whole image's mask."""
        return json.dumps({"mask": mask.astype(FORMS[form]).tolist()})
