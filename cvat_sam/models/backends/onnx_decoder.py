"""Prompt encoder and mask decoder, exported, run by ONNX Runtime."""

from pathlib import Path
from typing import cast

import numpy as np

from cvat_sam.models.backends import onnx_sessions
from cvat_sam.models.backends.backend import LOGITS_SIZE, Decoded, Floats
from cvat_sam.models.prompt import Prompt

# What SAM's prompt encoder calls its kinds of points.
PADDING, NEGATIVE, POSITIVE, FIRST_CORNER, SECOND_CORNER = -1.0, 0.0, 1.0, 2.0, 3.0


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
        )
        return Decoded(cast(Floats, answers)[0], cast(Floats, predicted_iou)[0])


def prompt_arrays(prompt: Prompt) -> tuple[Floats, Floats]:
    """Coordinates `(1, N, 2)` and labels `(1, N)`, float32, in the order of SAM's prompt encoder.

    >>> coordinates, labels = prompt_arrays(Prompt([(1, 2)], [(3, 4)]))
    >>> labels.tolist()
    [[1.0, 0.0, -1.0]]
    >>> prompt_arrays(Prompt(box_xyxy=(1, 2, 3, 4)))[1].tolist()
    [[2.0, 3.0]]
    """
    points = [*prompt.positive, *prompt.negative]
    labels = [POSITIVE] * len(prompt.positive) + [NEGATIVE] * len(prompt.negative)
    if prompt.box_xyxy is None:
        points.append((0.0, 0.0))
        labels.append(PADDING)
    else:
        points += [prompt.box_xyxy[:2], prompt.box_xyxy[2:]]
        labels += [FIRST_CORNER, SECOND_CORNER]
    return np.array([points], np.float32), np.array([labels], np.float32)
