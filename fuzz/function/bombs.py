"""Files that say or hold far more than they weigh: none may cost memory, all are refused."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache

from PIL import Image

SIDE = 60_000
# A gigabyte would show no more than this, and takes ten times as long to make.
HELD = 100 << 20


@cache
def bombs() -> dict[str, bytes]:
    """Those that must be refused, by their names."""
    return {name: make() for name, make in _MAKERS.items()}


@cache
def smuggled() -> dict[str, bytes]:
    """Whole small images with a bomb beside the pixels: they may be taken, at no cost."""
    return {name: _png_with(kind, data) for name, kind, data in _in_chunks()}


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG (ISO 15948, section 5.3) with its sum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, depth: int = 8, colour: int = 2, data: bytes = b"") -> bytes:
    """A PNG that says so and has `data`, compressed already, for pixels."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    ends = chunk(b"IDAT", data or zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + ends


def bmp(width: int, height: int, *, bits: int = 24, compression: int = 0) -> bytes:
    """A BMP that says so and has few pixels."""
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 154, 0, 0, 54) + head + bytes(100)


def tiff(width: int, height: int, *, rows_in_strip: int, compression: int = 1) -> bytes:
    """A TIFF (revision 6.0) that says so, with a strip of few bytes."""
    entries = (
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, compression),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, rows_in_strip),
        (279, 4, 1, 64),
    )
    return _tiff(entries, at=72, before=bytes(64))


def webp(width: int, height: int) -> bytes:
    """A WebP whose canvas (VP8X) says so; sides go up to 2**24."""
    canvas = struct.pack("<I", 0x10) + (width - 1).to_bytes(3, "little")
    canvas += (height - 1).to_bytes(3, "little")
    pixels = _riff(b"VP8L", struct.pack("<BI", 0x2F, 0x0FFF_FFFF) + bytes(20))
    return _riff(b"RIFF", b"WEBP" + _riff(b"VP8X", canvas) + pixels)


def jpeg(width: int, height: int) -> bytes:
    """A JPEG whose frame header says so."""
    out = io.BytesIO()
    Image.new("RGB", (16, 16), (90, 120, 40)).save(out, "JPEG")
    data = bytearray(out.getvalue())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def gif(width: int, height: int) -> bytes:
    """A GIF whose screen and frame say so."""
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0)
    return screen + frame + b"\2\2\x4c\1\0\x3b"


def _riff(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _tiff(entries: tuple[tuple[int, int, int, int], ...], *, at: int, before: bytes) -> bytes:
    packed = b"".join(
        # A short stands at the left of its four bytes.
        struct.pack("<HHIHH" if kind == 3 else "<HHII", tag, kind, count, value, *[0] * (kind == 3))
        for tag, kind, count, value in entries
    )
    directory = struct.pack("<H", len(entries)) + packed + bytes(4)
    return b"II*\0" + struct.pack("<I", at) + before + directory


def _whole_png() -> bytes:
    """Every pixel is there: 30,000 × 30,000 of one bit, in a hundred kilobytes."""
    side = 30_000
    rows = bytes(1 + side // 8) * side
    return png(side, side, depth=1, colour=0, data=zlib.compress(rows, 9))


def _whole_webp() -> bytes:
    """Every pixel is there and black: what libwebp itself writes of them, in 34 bytes."""
    return _riff(b"RIFF", b"WEBP" + _riff(b"VP8L", bytes.fromhex("2fdfeeb70b071011fd0f4444ff03")))


def _in_chunks() -> list[tuple[str, bytes, bytes]]:
    zeros = zlib.compress(bytes(HELD), 9)
    return [
        ("a zip bomb in zTXt", b"zTXt", b"Comment\0\0" + zeros),
        ("a zip bomb in iTXt", b"iTXt", b"Comment\0\1\0\0\0" + zeros),
        ("a zip bomb in iCCP", b"iCCP", b"profile\0\0" + zeros),
    ]


def _png_with(kind: bytes, data: bytes) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 120, 40)).save(out, "PNG")
    head, body = out.getvalue()[:33], out.getvalue()[33:]
    return head + chunk(kind, data) + body


_MAKERS: dict[str, Callable[[], bytes]] = {
    "a png of 60,000 × 60,000": lambda: png(SIDE, SIDE),
    "a png of 2**31 - 1 squared": lambda: png(2**31 - 1, 2**31 - 1),
    "a png of 2**32 - 1 squared": lambda: png(2**32 - 1, 2**32 - 1, depth=16, colour=6),
    "a png of 30,000 × 30,000, whole": _whole_png,
    "a png of width 0": lambda: png(0, 30),
    "a png of height 0": lambda: png(30, 0),
    "a bmp of 60,000 × 60,000": lambda: bmp(SIDE, SIDE),
    "a bmp of 60,000 × -60,000": lambda: bmp(SIDE, -SIDE),
    "a bmp of 60,000 × 60,000 in runs": lambda: bmp(SIDE, SIDE, bits=8, compression=1),
    "a bmp of 2**31 - 1 squared": lambda: bmp(2**31 - 1, 2**31 - 1),
    "a bmp of -1 × 30": lambda: bmp(-1, 30),
    "a bmp of 0 × 0": lambda: bmp(0, 0),
    "a tiff of 60,000 × 60,000": lambda: tiff(SIDE, SIDE, rows_in_strip=SIDE),
    "a tiff of 60,000 × 60,000, deflated": lambda: tiff(
        SIDE, SIDE, rows_in_strip=SIDE, compression=8
    ),
    "a tiff of 60,000 strips": lambda: tiff(SIDE, SIDE, rows_in_strip=1, compression=5),
    "a tiff of 2**32 - 1 squared": lambda: tiff(2**32 - 1, 2**32 - 1, rows_in_strip=2**32 - 1),
    "a tiff of 0 × 0": lambda: tiff(0, 0, rows_in_strip=1),
    "a tiff whose directory is itself": lambda: b"II*\0\4\0\0\0",
    "a tiff of 2**32 - 1 values": lambda: _tiff(((273, 4, 2**32 - 1, 8),), at=8, before=b""),
    "a webp of 60,000 × 60,000": lambda: webp(SIDE, SIDE),
    "a webp of 2**24 squared": lambda: webp(2**24, 2**24),
    "a jpeg of 60,000 × 60,000": lambda: jpeg(SIDE, SIDE),
    "a jpeg of 0 × 0": lambda: jpeg(0, 0),
    "a webp of 12,000 × 12,000, whole": _whole_webp,
    "a gif of 60,000 × 60,000": lambda: gif(SIDE, SIDE),
    "a gif of 0 × 0": lambda: gif(0, 0),
}
