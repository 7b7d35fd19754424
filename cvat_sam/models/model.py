"""A model that is ready to look at images."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cvat_sam.models.answering.manner import USUAL, Manner
from cvat_sam.models.backends.backend import INPUT_SIZE, Backend, Floats
from cvat_sam.models.encoded_image import FEW, EncodedImage, input_size
from cvat_sam.models.prompt import Prompt
from cvat_sam.models.resizing import resized


@dataclass(frozen=True)
class Model:
    """A model that is ready to look at images.

    Attributes:
        name: its name in the table, `vit_t`.
        backend: what runs its networks.
        manner: how it answers a prompt.
    """

    name: str
    backend: Backend
    manner: Manner = USUAL

    @property
    def device(self) -> str:
        """Where it runs, in words."""
        return self.backend.device

    @property
    def identity(self) -> str:
        """What the embedding of an image depends on beside the image; see `Backend.identity`."""
        return f"{self.name} {self.backend.identity}"

    def encode(self, image: npt.NDArray[np.uint8]) -> EncodedImage:
        """Look at an RGB uint8 image `(H, W, 3)`; the slow part, done once for each image."""
        height, width = image.shape[:2]
        embedding = self.backend.encode(resized(image, input_size(height, width)))
        return self.encoded(embedding, height=height, width=width)

    def encoded(self, embedding: Floats, *, height: int, width: int) -> EncodedImage:
        """An image of this size whose embedding is there already, float32 `(1, 256, 64, 64)`."""
        return EncodedImage(self.backend, embedding, height, width, self.manner)

    def warm_up(self, *, everything: bool = False) -> None:
        """Run the networks once, as a first request does, so that the first one is not slow.

        Args:
            everything: whether that is what will be asked, and not clicks.
        """
        gray = np.full((INPUT_SIZE, INPUT_SIZE, 3), 128, np.uint8)
        gray[384:640, 384:640] = 255
        encoded = self.encode(gray)
        click = Prompt(positive=[(512, 512)])
        if everything:
            for _ in self.backend.decode_many(encoded.embedding, [click] * FEW):
                pass
            return
        encoded.segment(click)
        encoded.segment(Prompt(positive=[(512, 512)], negative=[(10, 10)]))
