"""What a back end has to do: run SAM's two networks. Everything around them is not its business."""

from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from cvat_sam.models.prompt import Prompt

Floats = npt.NDArray[np.float32]

# The side of the square that every SAM image encoder takes, in pixels.
INPUT_SIZE = 1024
# The side of the square in which the mask decoder answers.
LOGITS_SIZE = 256


class Decoded(NamedTuple):
    """SAM's four answers to one prompt: token 0, "single", then 1 to 3, from part to whole.

    Attributes:
        logits: float32 `(4, 256, 256)`; above 0 is object.
        predicted_iou: float32 `(4,)`; the model's own estimate of each one's IoU with the truth.
    """

    logits: Floats
    predicted_iou: Floats


class Backend(Protocol):
    """A way to run the networks of one model on one device."""

    @property
    def device(self) -> str:
        """Where it runs, in words: `cpu`, `cuda:0`."""

    def encode(self, image: npt.NDArray[np.uint8]) -> Any:
        """Run the image encoder on an RGB uint8 image whose long side is `INPUT_SIZE`.

        Returns the embedding in whatever form `decode` wants it back.
        """

    def decode(self, embedding: Any, prompt: Prompt) -> Decoded:
        """Run prompt encoder and mask decoder; the prompt is in pixels of the resized image."""

    def embedding_array(self, embedding: Any) -> Floats:
        """The embedding as float32 `(1, 256, 64, 64)`, as SAM's ONNX decoders take it."""
