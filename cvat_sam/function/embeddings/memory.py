"""The embeddings that one worker keeps in its memory."""

from collections import OrderedDict

from cvat_sam.models.encoded_image import EncodedImage


class Memory:
    """Keeps what was asked for last, in a given number of bytes.

    The present image is kept whatever it takes: the annotator's next click is on it.

    Args:
        limit: bytes, inclusive, counted by `EncodedImage.nbytes`.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[bytes, EncodedImage] = OrderedDict()

    def get(self, key: bytes) -> EncodedImage | None:
        """What is kept under `key`, which then is the last to go."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def keep(self, key: bytes, encoded: EncodedImage) -> None:
        """Keep one more; those that were asked for longest ago make room."""
        self._kept[key] = encoded
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and self.nbytes > self._limit:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Keep nothing."""
        self._kept.clear()

    @property
    def nbytes(self) -> int:
        """What is kept takes at most this many bytes."""
        return sum(encoded.nbytes for encoded in self._kept.values())
