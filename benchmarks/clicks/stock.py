"""The stock way: segment-anything's predictor as its README uses it, in a function for Nuclio.

Every click embeds the image anew, as the functions do that are published for CVAT: a request does
not say which image it is about. Its weights are the same MobileSAM's, and torch has its defaults.
"""

import base64
import io
import json
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from segment_anything import SamPredictor

from cvat_sam.models.networks import mobile_sam
from cvat_sam.weights import checkpoints

# How a mask's pixels can be written: 1.0 as in the stock way that was measured, 1, and true.
FORMS: dict[str, npt.DTypeLike] = {"floats": np.float32, "integers": np.uint8, "booleans": bool}


class Stock:
    """segment-anything's `SamPredictor` behind the same requests."""

    def __init__(self) -> None:
        path = checkpoints.find(checkpoints.VIT_T)
        sam = mobile_sam.build(torch.load(path, map_location="cpu", weights_only=True))
        self._predictor = SamPredictor(sam.eval())
        self.facts: dict[str, Any] = {"backend": "torch", "threads": torch.get_num_threads()}

    def answer(self, text: str) -> tuple[str, str]:
        """Answer a request's text with a reply's; the second text is empty."""
        asked = json.loads(text)
        image = Image.open(io.BytesIO(base64.b64decode(asked["image"]))).convert("RGB")
        self._predictor.set_image(np.array(image))
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
