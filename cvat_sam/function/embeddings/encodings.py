"""Images that were looked at a moment ago: CVAT sends the whole image again at every click."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Protocol

from cvat_sam.function.embeddings.file_format import StoredEmbedding
from cvat_sam.function.embeddings.folder import Folder
from cvat_sam.function.embeddings.memory import Memory
from cvat_sam.function.timing import Timing
from cvat_sam.images.decoding import Pixels, decode
from cvat_sam.models.encoded_image import EncodedImage
from cvat_sam.models.model import Model


class Checkable(Protocol):
    """One prompt or many."""

    def checked(self, *, height: int, width: int) -> object:
        """Raise InvalidRequest where something does not fit an image of this size."""


class Encodings:
    """Encodes images, unless they were encoded before.

    Args:
        model: what looks at an image.
        max_pixels: images with more are refused.
        memory: what this worker keeps; by default the present image alone.
        folder: what it shares with others, if anything.
    """

    def __init__(
        self,
        model: Model,
        *,
        max_pixels: int,
        memory: Memory | None = None,
        folder: Folder | None = None,
    ) -> None:
        self._model = model
        self._max_pixels = max_pixels
        self._memory = memory or Memory(0)
        self._folder = folder

    def get(
        self, image: bytes, *, prompt: Checkable | None = None, timing: Timing | None = None
    ) -> EncodedImage:
        """The encoding of `image`, a file's bytes.

        Args:
            image: as it was sent; the same bytes are found again without decoding them.
            prompt: what the image will be asked; one that does not fit is refused before the
                image is decoded and encoded, which takes a thousand times longer than the check.
            timing: hears what takes how long, and where the embedding comes from.

        Raises:
            InvalidImage: the bytes are no image, or it has too many pixels.
            InvalidRequest: the prompt does not fit the image.
        """
        timing = timing or Timing()
        with timing.part("lookup"):
            key = self._key(image)
            encoded = self._kept(key, timing)
        if encoded is None:
            encoded = self._encode(image, key, prompt, timing)
        elif prompt is not None:
            prompt.checked(height=encoded.height, width=encoded.width)
        return encoded

    def of_crops(
        self, image: bytes, *, timing: Timing | None = None
    ) -> Callable[[tuple[int, int, int, int]], EncodedImage]:
        """What encodes parts of `image`, which everything mode looks at again.

        It takes `left, top, right, bottom` in pixels, the end exclusive. The image is decoded when
        the first part is asked for, and its pixels stay as long as what is returned. Nothing of
        the parts is kept.

        Args:
            image: a file's bytes; one that `get` has taken.
            timing: hears what takes how long.
        """
        clock = timing or Timing()

        @cache
        def pixels() -> Pixels:
            with clock.part("image"):
                return decode(image, max_pixels=self._max_pixels)

        def encode_crop(box: tuple[int, int, int, int]) -> EncodedImage:
            left, top, right, bottom = box
            part = pixels()[top:bottom, left:right]
            with clock.part("encode"):
                return self._model.encode(part)

        return encode_crop

    def forget(self) -> None:
        """Keep nothing in memory; what is in the folder stays."""
        self._memory.clear()

    def _key(self, image: bytes) -> bytes:
        """32 bytes that stand for the image's bytes and for what else its embedding depends on."""
        # Of the sums in hashlib the fastest, where the processor has instructions for it.
        digest = hashlib.sha256(image).digest()
        return hashlib.sha256(digest + self._model.identity.encode()).digest()

    def _kept(self, key: bytes, timing: Timing) -> EncodedImage | None:
        encoded = self._memory.get(key)
        if encoded is not None:
            timing.embedding = "memory"
            return encoded
        stored = None if self._folder is None else self._folder.get(key)
        # Another worker may have other limits; then the image is refused as a new one is.
        if stored is None or stored.height * stored.width > self._max_pixels:
            return None
        timing.embedding = "folder"
        encoded = self._model.encoded(stored.embedding, height=stored.height, width=stored.width)
        self._memory.keep(key, encoded)
        return encoded

    def _encode(
        self, image: bytes, key: bytes, prompt: Checkable | None, timing: Timing
    ) -> EncodedImage:
        def check(height: int, width: int) -> None:
            if prompt is not None:
                prompt.checked(height=height, width=width)

        with timing.part("image"):
            pixels = decode(image, max_pixels=self._max_pixels, check=check)
        height, width = pixels.shape[:2]
        with timing.part("encode"):
            encoded = self._model.encode(pixels)
        timing.embedding = "new"
        self._memory.keep(key, encoded)
        if self._folder is not None:
            with timing.part("keep"):
                self._folder.keep(key, StoredEmbedding(encoded.embedding, height, width))
        return encoded
