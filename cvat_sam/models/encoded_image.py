"""An image that has been looked at: prompts go to it, masks come out of it."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from cvat_sam.models.backend import INPUT_SIZE, Backend, Floats
from cvat_sam.models.choice import choose
from cvat_sam.models.found_mask import BoolMask, FoundMask
from cvat_sam.models.prompt import Prompt


@dataclass(frozen=True)
class Model:
    """A model that is ready to look at images.

    Attributes:
        name: its name in the table, `vit_t`.
        backend: what runs its networks.
    """

    name: str
    backend: Backend

    @property
    def device(self) -> str:
        """Where it runs, in words."""
        return self.backend.device

    def encode(self, image: npt.NDArray[np.uint8]) -> "EncodedImage":
        """Look at an RGB uint8 image `(H, W, 3)`; the slow part, done once for each image."""
        height, width = image.shape[:2]
        resized = Image.fromarray(image).resize(
            _input_size(height, width), Image.Resampling.BILINEAR
        )
        embedding = self.backend.encode(np.asarray(resized))
        return EncodedImage(self.backend, embedding, height, width)


@dataclass(frozen=True)
class EncodedImage:
    """The embedding of one image, with what is needed to ask it for masks.

    Attributes:
        backend: what made the embedding and can decode it.
        embedding: in the back end's own form.
        height: of the image, in pixels.
        width: of the image, in pixels.
    """

    backend: Backend
    embedding: Any
    height: int
    width: int

    @property
    def input_size(self) -> tuple[int, int]:
        """Width and height of the image as the encoder saw it."""
        return _input_size(self.height, self.width)

    def segment(self, prompt: Prompt) -> FoundMask | None:
        """The one mask that answers `prompt`, or None where the model finds nothing.

        Raises:
            InvalidRequest: the prompt does not fit the image; see `Prompt.checked`.
        """
        prompt = prompt.checked(height=self.height, width=self.width)
        input_width, input_height = self.input_size
        scaled = prompt.scaled(input_width / self.width, input_height / self.height)
        decoded = self.backend.decode(self.embedding, scaled)
        for token in choose(decoded, prompt):
            found = FoundMask.from_mask(
                self.full_size(decoded.logits[token]),
                confidence=float(decoded.predicted_iou[token]),
            )
            if found.area:
                return found
        return None

    def full_size(self, logits: Floats) -> BoolMask:
        """Bring one mask's logits `(256, 256)` to the image's size and cut at 0: bool `(H, W)`.

        In two steps, through the encoder's square, as segment-anything does it.
        """
        input_width, input_height = self.input_size
        square = cv2.resize(logits, (INPUT_SIZE, INPUT_SIZE), interpolation=cv2.INTER_LINEAR)
        inside = square[:input_height, :input_width]
        full = cv2.resize(inside, (self.width, self.height), interpolation=cv2.INTER_LINEAR)
        return np.greater(full, 0)

    def embedding_array(self) -> Floats:
        """The embedding as float32 `(1, 256, 64, 64)`."""
        return self.backend.embedding_array(self.embedding)


def _input_size(height: int, width: int) -> tuple[int, int]:
    """Width and height after the long side became `INPUT_SIZE`, rounded as SAM rounds."""
    scale = INPUT_SIZE / max(height, width)
    return int(width * scale + 0.5), int(height * scale + 0.5)
