"""What a back end has to do: run SAM's two networks. Everything around them is not its business."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

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
    def name(self) -> str:
        """`torch`, `onnx` or `openvino`."""

    @property
    def device(self) -> str:
        """Where it runs, in words: `cpu`, `cuda:0`."""

    @property
    def identity(self) -> str:
        """What the embedding of an image depends on beside the image.

        The weights' sum, the back end and its version, the precision: embeddings may be shared
        between processes whose back ends have the same identity.
        """

    def encode(self, image: npt.NDArray[np.uint8]) -> Floats:
        """Run the image encoder on an RGB uint8 image whose long side is `INPUT_SIZE`.

        Returns:
            The embedding, float32 `(1, 256, 64, 64)`, as SAM's decoders take it.
        """

    def decode(self, embedding: Floats, prompt: Prompt, *, logits: Floats | None = None) -> Decoded:
        """Run prompt encoder and mask decoder.

        Args:
            embedding: what `encode` gave.
            prompt: in pixels of the resized image.
            logits: of an earlier answer, float32 `(256, 256)`, fed back as SAM's mask prompt.
        """

    def decode_many(
        self, embedding: Floats, prompts: Iterable[Prompt], *, least_iou: float | None = None
    ) -> Iterator[Decoded | None]:
        """Decode many prompts on one image, several times as fast as one by one.

        Sums are added in another order than in `decode`, which shows in the fifth decimal.

        Args:
            embedding: what `encode` gave.
            prompts: in pixels of the resized image, each of one click, or of a box alone. They are
                taken as there is room for them, a few ahead of the answers.
            least_iou: masks are only made if one of tokens 1 to 3 has a higher predicted IoU; None
                makes all.

        Returns:
            An answer to each prompt, in order; None where no masks were made.
        """
