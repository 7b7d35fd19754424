"""What the header of a WebP file says, without libwebp.

Its reader takes memory for the whole canvas, twice, as soon as a file is opened: a gigabyte for a
file of 34 bytes; where freed pages are kept, it writes to all of it as well. The format: RFC 9649,
sections 2.5 to 2.7, and RFC 6386, section 9.1.
"""

from collections.abc import Iterator

from PIL import Image

from cvat_sam.exceptions import InvalidImage

_FIRST = 12  # where the first chunk begins, behind "RIFF", a length and "WEBP"
_HEAD = 8  # a chunk's name and length


def size(data: bytes) -> tuple[int, int]:
    """Width and height of a WebP file's canvas.

    Args:
        data: the file's bytes; its first 30 are enough.

    Raises:
        InvalidImage: no WebP file begins so.
    """
    name, body = data[_FIRST : _FIRST + 4], data[_FIRST + _HEAD : _FIRST + _HEAD + 10]
    if name == b"VP8X" and len(body) == 10:
        return _number(body[4:7]) + 1, _number(body[7:10]) + 1
    if name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) == 10:
        # The upper two bits are how to scale it, which no reader does.
        return _number(body[6:8]) & 0x3FFF, _number(body[8:10]) & 0x3FFF
    if name == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        sides = _number(body[1:5])
        return (sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1
    sentence = "the image begins as a WebP file, and then says no size"
    raise InvalidImage(f"{sentence}; its first chunk is {name!r}", for_log=sentence)


def exif(data: bytes) -> Image.Exif:
    """The EXIF block of a WebP file; an empty one where it has none.

    Args:
        data: the whole file.
    """
    block = Image.Exif()
    for name, body in _chunks(data):
        if name == b"EXIF":
            block.load(body)
            break
    return block


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = _FIRST
    while at + _HEAD <= len(data):
        length = _number(data[at + 4 : at + _HEAD])
        yield data[at : at + 4], data[at + _HEAD : at + _HEAD + length]
        at += _HEAD + length + length % 2


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")
