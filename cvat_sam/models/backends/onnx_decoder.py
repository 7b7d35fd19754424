"""Prompt encoder and mask decoder, exported, run by ONNX Runtime."""

from pathlib import Path
from typing import cast

import numpy as np

from cvat_sam.models.backends import onnx_sessions
from cvat_sam.models.backends.backend import LOGITS_SIZE, Decoded, Floats
from cvat_sam.models.backends.prompt_arrays import prompt_arrays
from cvat_sam.models.prompt import Prompt

# Each takes half a megabyte while it is decoded, and a session keeps what it once had.
MANY_CLICKS = 100


class OnnxDecoder:
    """The decoder that `exporting` wrote; see `prompted_decoder` for what goes in and comes out.

    Args:
        path: of the ONNX file.
    """

    def __init__(self, path: Path) -> None:
        self._session = onnx_sessions.session(path)

    def decode(self, embedding: Floats, prompt: Prompt, *, logits: Floats | None = None) -> Decoded:
        """See `Backend.decode`."""
        coordinates, labels = prompt_arrays(prompt)
        shape = (1, 1, LOGITS_SIZE, LOGITS_SIZE)
        answers, predicted_iou = self._session.run(
            ["logits", "predicted_iou"],
            {
                "embedding": embedding,
                "coordinates": coordinates,
                "labels": labels,
                "mask": np.zeros(shape, np.float32) if logits is None else logits.reshape(shape),
                "has_mask": np.array([logits is not None], np.float32),
            },
            onnx_sessions.giving_back() if labels.size > MANY_CLICKS else None,
        )
        return Decoded(cast(Floats, answers)[0], cast(Floats, predicted_iou)[0])
