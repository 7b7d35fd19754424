"""A PNG file's values as they are stored: palette indices, gray of any depth, or colours."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import PngImagePlugin

import rle
from cvat_sam.exceptions import InvalidImage
from cvat_sam.masks.file_names import IMAGE_KEY

SIGNATURE = b"\x89PNG\r\n\x1a\n"

# Kinds of pixels: PNG specification, 11.2.2 IHDR.
GRAY, COLOUR, PALETTE, GRAY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6


@dataclass(frozen=True, slots=True)
class Header:
    """What a PNG's first chunk says."""

    width: int
    height: int
    depth: int
    kind: int


@dataclass(frozen=True, slots=True)
class Png:
    """A PNG's pixels.

    Attributes:
        values: (H, W) of what is stored, or (H, W, 3) uint8 where colours are.
        depth: bits of a value.
        palette: (N, 3) uint8, the colours of values; None where there is none.
        image: the name of the image it belongs to, where our own writers left that.
    """

    values: NDArray[Any]
    depth: int
    palette: NDArray[np.uint8] | None
    image: str | None

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.values.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.values.shape[1])

    def is_black_and_white(self) -> bool:
        """Whether gray values are those of one mask: 0 and 1, or 0 and white."""
        highest = int(self.values.max())
        if highest <= 1:
            return True
        if highest != 2**self.depth - 1 or self.depth < 8:
            return False
        return bool(((self.values == 0) | (self.values == highest)).all())


def read_header(path: Path) -> Header:
    """Look at the first bytes of a PNG.

    Raises:
        InvalidImage: it cannot be read, is no PNG, or is too large.
    """
    try:
        with path.open("rb") as file:
            return _header(file.read(33))
    except OSError as error:
        raise InvalidImage(f"cannot be read: {error.strerror}") from None


def read_png(path: Path) -> Png:
    """Read a PNG.

    Raises:
        InvalidImage: it cannot be read, is no PNG or a damaged one, is larger than
            `rle.MAX_PIXELS`, or has pixels that are neither gray, nor indices, nor plain colours.
    """
    header = read_header(path)  # before a large file is read for nothing
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidImage(f"cannot be read: {error.strerror}") from None
    _check_chunks(data)
    if header.depth == 16 and header.kind != GRAY:
        raise InvalidImage("the PNG has 16 bits for each colour; masks are gray, 1 to 16 bits")
    try:
        # The class itself rather than Image.open(): that has a limit of its own on pixels.
        with PngImagePlugin.PngImageFile(io.BytesIO(data)) as picture:
            picture.load()
            values = np.asarray(picture)
            palette = picture.getpalette("RGB") if header.kind == PALETTE else None
            name = picture.text.get(IMAGE_KEY)
    except MemoryError:
        raise
    except Exception as error:  # damaged files make Pillow raise nearly anything
        raise InvalidImage(f"the PNG cannot be decoded: {error}") from None
    colours = None if palette is None else np.array(palette, np.uint8).reshape(-1, 3)
    return Png(_stored(values, header), header.depth, colours, None if name is None else str(name))


def _header(start: bytes) -> Header:
    if not start:
        raise InvalidImage("the file is empty")
    if not start.startswith(SIGNATURE):
        raise InvalidImage(f"the file is no PNG; it begins with {start[:8]!r}")
    if len(start) < 33 or start[8:16] != b"\0\0\0\rIHDR":
        raise InvalidImage("the PNG is damaged: it has no header")
    width, height, depth, kind = struct.unpack(">IIBB", start[16:26])
    if not (width and height):
        raise InvalidImage(f"the PNG is {width} × {height} pixels: there is nothing in it")
    if width * height > rle.MAX_PIXELS:
        raise InvalidImage(
            f"the PNG is {width} × {height} pixels, above the limit of {rle.MAX_PIXELS} "
            "(rle.MAX_PIXELS)"
        )
    return Header(width, height, depth, kind)


def _check_chunks(data: bytes) -> None:
    """Finds damage that Pillow passes over: wrong checksums, and a missing end."""
    last = b""
    for name, wrong in _chunks(data):
        if wrong and name[:1].isupper():  # those in small letters are no pixels
            raise InvalidImage(f"the PNG is damaged: the checksum of {name!r} is wrong")
        last = name
    if last != b"IEND":
        raise InvalidImage("the PNG is damaged: its end is missing")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """The names of all chunks that are whole, and whether their checksums are wrong."""
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4])
        if end + 4 > len(data):
            return
        name = data[at + 4 : at + 8]
        yield (
            name,
            zlib.crc32(memoryview(data)[at + 4 : end]) != int.from_bytes(data[end : end + 4]),
        )
        if name == b"IEND":
            return
        at = end + 4


def _stored(values: NDArray[Any], header: Header) -> NDArray[Any]:
    """Undoes what Pillow does to values, and makes gray of colours that are gray."""
    if values.dtype == np.bool_:
        return np.asarray(values.view(np.uint8) > 0).view(np.uint8)  # Pillow has 255 for True
    if header.kind == GRAY and header.depth in (2, 4):
        stretched = 255 // (2**header.depth - 1)  # Pillow does that
        return np.asarray(values // stretched)
    if values.ndim == 2:
        return values
    if header.kind in (GRAY_ALPHA, COLOUR_ALPHA):
        if not (values[..., -1] == 255).all():
            raise InvalidImage("the PNG has transparent pixels; a mask is gray, without alpha")
        values = values[..., :-1]
    if values.shape[2] == 1 or (values == values[..., :1]).all():
        return np.ascontiguousarray(values[..., 0])
    return values
