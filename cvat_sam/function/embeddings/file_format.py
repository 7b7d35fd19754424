"""One embedding as a file: what it depends on, the image's size, a sum, the numbers.

    offset  bytes
         0      8  MAGIC
         8      4  format version
        12      4  image height, in pixels
        16      4  image width
        20      4  length of the identity, n
        24     32  key
        56     32  SHA-256 of all the rest of the file
        88      n  identity, UTF-8
      88+n  2**22  float32 (1, 256, 64, 64), row-major

Whole numbers are unsigned; everything is little-endian.
"""

import hashlib
import struct
from dataclasses import dataclass

import numpy as np

from cvat_sam.exceptions import InvalidInput
from cvat_sam.models.backends.backend import Floats

# As PNG's, the ends of lines show a file that was sent as text.
MAGIC = b"\x93EMBED\r\n"
VERSION = 1
SHAPE = (1, 256, 64, 64)
PAYLOAD_BYTES = 4 * 256 * 64 * 64

_START = struct.Struct("<8sI")
_HEADER = struct.Struct("<8sIIII32s32s")
_SUM = slice(_HEADER.size - 32, _HEADER.size)


class UnfitFile(InvalidInput):
    """A file is not the embedding it is named for; the text follows the file's name."""


@dataclass(frozen=True)
class StoredEmbedding:
    """What a file holds.

    Attributes:
        embedding: float32 `(1, 256, 64, 64)`, all of it finite.
        height: of the image, in pixels.
        width: of the image, in pixels.
    """

    embedding: Floats
    height: int
    width: int


def size_of_file(identity: str) -> int:
    """How many bytes a file takes."""
    return _HEADER.size + len(identity.encode()) + PAYLOAD_BYTES


def pack(stored: StoredEmbedding, *, key: bytes, identity: str) -> bytes:
    """The file's bytes.

    Args:
        stored: what it shall hold.
        key: 32 bytes, what it is looked for by.
        identity: see `Model.identity`.
    """
    name = identity.encode()
    numbers = (VERSION, stored.height, stored.width, len(name))
    data = bytearray(_HEADER.pack(MAGIC, *numbers, key, bytes(32)))
    data += name
    data += np.ascontiguousarray(stored.embedding, "<f4").tobytes()
    data[_SUM] = _sum(data)
    return bytes(data)


def unpack(data: bytes, *, key: bytes, identity: str) -> StoredEmbedding:
    """What the file's bytes hold.

    Raises:
        UnfitFile: they are no such file, a damaged one, or another image's or model's.
    """
    if len(data) < _START.size:
        raise UnfitFile(f"has only {len(data):,} bytes")
    magic, version = _START.unpack_from(data)
    if magic != MAGIC:
        raise UnfitFile("is no embedding of cvat-sam's")
    if version != VERSION:
        raise UnfitFile(f"has format {version}, not {VERSION}")
    name, size = identity.encode(), size_of_file(identity)
    # Before its length is looked at, because that depends on the identity.
    if len(data) >= _HEADER.size + len(name):
        *_, height, width, length, stored_key, stored_sum = _HEADER.unpack_from(data)
        stored_name = data[_HEADER.size : _HEADER.size + length]
        if (length, stored_name, stored_key) != (len(name), name, key):
            raise UnfitFile("is another image's or another model's, or damaged")
    if len(data) != size:
        raise UnfitFile(f"has {len(data):,} bytes, not {size:,}: it is torn")
    if _sum(data) != stored_sum:
        raise UnfitFile("is damaged: its sum is wrong")
    # A copy, because networks want arrays that are aligned and their own.
    embedding = np.frombuffer(data, "<f4", offset=size - PAYLOAD_BYTES).astype(np.float32)
    if not (height and width and np.isfinite(embedding).all()):
        raise UnfitFile("is damaged: it has values that no embedding has")
    return StoredEmbedding(embedding.reshape(SHAPE), height, width)


def _sum(data: bytes | bytearray) -> bytes:
    view = memoryview(data)
    digest = hashlib.sha256(view[: _SUM.start])
    digest.update(view[_SUM.stop :])
    return digest.digest()
