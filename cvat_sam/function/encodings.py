"""Images that were looked at a moment ago: CVAT sends the whole image again at every click."""

import hashlib
from collections import OrderedDict
from typing import Protocol

from cvat_sam.images.decoding import decode
from cvat_sam.models.encoded_image import EncodedImage, Model

# An embedding takes 4 MB; an annotator goes back and forth between a few frames.
MOST = 16


class Checkable(Protocol):
    """One prompt or many."""

    def checked(self, *, height: int, width: int) -> object:
        """Raise InvalidRequest where something does not fit an image of this size."""


class Encodings:
    """Encodes images, and keeps the last few of them.

    Args:
        model: what looks at an image.
        max_pixels: images with more are refused.
        most: how many are kept.
    """

    def __init__(self, model: Model, *, max_pixels: int, most: int = MOST) -> None:
        self._model = model
        self._max_pixels = max_pixels
        self._most = most
        self._kept: OrderedDict[bytes, EncodedImage] = OrderedDict()

    def get(self, image: bytes, *, prompt: Checkable | None = None) -> EncodedImage:
        """The encoding of `image`, a file's bytes.

        Args:
            image: as it was sent; the same bytes are found again without decoding them.
            prompt: what the image will be asked; one that does not fit is refused before the
                image is encoded, which takes a thousand times longer than the check.

        Raises:
            InvalidImage: the bytes are no image, or it has too many pixels.
            InvalidRequest: the prompt does not fit the image.
        """
        key = hashlib.sha256(image).digest()
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        pixels = decode(image, max_pixels=self._max_pixels)
        if prompt is not None:
            prompt.checked(height=pixels.shape[0], width=pixels.shape[1])
        encoded = self._kept[key] = self._model.encode(pixels)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return encoded
