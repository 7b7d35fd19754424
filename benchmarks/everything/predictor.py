"""segment-anything's predictor on one image: it is looked at once, and asked box after box."""

import json
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from segment_anything import SamPredictor

import rle
from benchmarks import official


class Predictor:
    """`SamPredictor`, whose `predict` is called once for each box.

    Args:
        device: `cpu` or `cuda`.
    """

    def __init__(self, device: str) -> None:
        self._predictor = SamPredictor(official.sam(device))
        self.facts: dict[str, Any] = {"backend": "segment-anything's predictor, torch"}

    def look(self, text: str) -> None:
        """Look at a request's image."""
        self._predictor.set_image(official.pixels(json.loads(text)["image"]))

    def boxes(self, boxes_xyxy: Sequence[Sequence[float]]) -> tuple[float, list[list[int]]]:
        """Seconds for all masks as `predict` gives them; and those in CVAT's form."""
        seconds, found = 0.0, []
        for box in boxes_xyxy:
            began = time.perf_counter()
            masks, _, _ = self._predictor.predict(box=np.array(box), multimask_output=False)
            seconds += time.perf_counter() - began
            found.append(list(rle.cvat.encode(masks[0])) if masks.any() else [])
        return seconds, found
