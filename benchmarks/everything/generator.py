"""segment-anything's generator as its README uses it, and with batches of another size."""

import json
from typing import Any

import numpy as np
import torch
from segment_anything import SamAutomaticMaskGenerator

from benchmarks import official


class Generator:
    """`SamAutomaticMaskGenerator` with its defaults, but for the grid and the batches.

    Masks come as runs, or hundreds of them would take gigabytes that are no part of the finding.

    Args:
        device: `cpu` or `cuda`.
        points_per_side: of the grid.
        points_per_batch: 64 by default; the answer does not depend on it, time and memory do.
    """

    def __init__(self, device: str, points_per_side: int, points_per_batch: int) -> None:
        self._generator = SamAutomaticMaskGenerator(
            official.sam(device),
            points_per_side=points_per_side,
            points_per_batch=points_per_batch,
            output_mode="uncompressed_rle",
        )
        # Ours has seen an image too when it says that it is ready.
        self._generator.predictor.set_image(np.zeros((64, 64, 3), np.uint8))
        runs = f"{device}, {torch.get_num_threads()} threads, {points_per_batch} points at once"
        self.facts: dict[str, Any] = {"backend": f"segment-anything's generator, torch, {runs}"}

    def answer(self, text: str) -> tuple[str, str]:
        """Answer a request's text with a reply's, its annotations; the second text is empty."""
        asked = json.loads(text)
        return json.dumps(self._generator.generate(official.pixels(asked["image"]))), ""
