"""Small images in every form that people upload, as the function is to take them."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps

from benchmarks.photos import FILES, photo

# Few are sent often: a worker's memory has them, and what is asked of them costs no encoding.
USUAL = ("jpeg", "png", "webp", "jpeg on its side")
HEIGHT, WIDTH = 60, 90


@dataclass(frozen=True)
class Picture:
    """An image that is taken.

    Attributes:
        name: what it is.
        data: the file's bytes.
        height: in pixels, upright.
        width: in pixels, upright.
    """

    name: str
    data: bytes
    height: int
    width: int


@cache
def pictures() -> dict[str, Picture]:
    """All of them by their names."""
    return {name: _picture(name, make()) for name, make in _MAKERS.items()}


@cache
def cat() -> Picture:
    """The photograph whose answer must be the same before and after."""
    pixels = photo("cat")
    return Picture(f"the photo {FILES['cat']}", _png(Image.fromarray(pixels)), *pixels.shape[:2])


@cache
def largest(pixels: int) -> tuple[Picture, ...]:
    """Square images of so many pixels, the most that is allowed: what the peak of memory is."""
    side = int(pixels**0.5)
    gray = np.broadcast_to(np.arange(side, dtype=np.uint8), (side, side))
    deep = Image.fromarray(np.array(gray, np.uint16) * 200)
    colour = Image.fromarray(np.dstack([gray] * 3))
    made = {"deep png": _png(deep), "jpeg": _saved(colour, "JPEG")}
    return tuple(Picture(f"large {name}", data, side, side) for name, data in made.items())


def _picture(name: str, data: bytes) -> Picture:
    with Image.open(io.BytesIO(data)) as image:
        width, height = ImageOps.exif_transpose(image).size
    return Picture(name, data, height, width)


@cache
def _pixels() -> NDArray[np.uint8]:
    """A disc and a bar on a ground that is not quite even."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    scene = np.dstack([90 + rows // 3, 110 + columns // 5, 60 + (rows + columns) // 6])
    scene = np.ascontiguousarray(scene, np.uint8)
    cv2.circle(scene, (30, 30), 17, (220, 60, 40), -1)
    cv2.rectangle(scene, (58, 8), (80, 50), (30, 60, 210), -1)
    return scene


def _scene(mode: str = "RGB") -> Image.Image:
    return Image.fromarray(_pixels()).convert(mode)


def _deep(dtype: str) -> Image.Image:
    return Image.fromarray((_pixels()[..., 0].astype(dtype) * 200).astype(dtype))


def _saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def _png(image: Image.Image, **options: Any) -> bytes:
    return _saved(image, "PNG", **options)


def _turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return exif


def _two(form: str, **options: Any) -> bytes:
    other = _scene().rotate(180)
    return _saved(_scene(), form, save_all=True, append_images=[other], **options)


_MAKERS: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: _saved(_scene(), "JPEG"),
    "png": lambda: _png(_scene()),
    "webp": lambda: _saved(_scene(), "WEBP"),
    "jpeg on its side": lambda: _saved(_scene(), "JPEG", exif=_turned(6)),
    "jpeg upside down": lambda: _saved(_scene(), "JPEG", exif=_turned(3)),
    "progressive jpeg": lambda: _saved(_scene(), "JPEG", progressive=True),
    "gray jpeg": lambda: _saved(_scene("L"), "JPEG"),
    "cmyk jpeg": lambda: _saved(_scene("CMYK"), "JPEG"),
    "jpeg and more behind it": lambda: _saved(_scene(), "JPEG") + b"more" * 9,
    "png with alpha": lambda: _png(_scene("RGBA")),
    "png with a palette": lambda: _png(_scene("P"), transparency=0),
    "png of one bit": lambda: _png(_scene("1")),
    "png of 16 bits": lambda: _png(_deep("u2")),
    "png on its side": lambda: _png(_scene(), exif=_turned(8)),
    "animated png": lambda: _two("PNG"),
    "webp without loss": lambda: _saved(_scene("RGBA"), "WEBP", lossless=True),
    "animated webp": lambda: _two("WEBP"),
    "gif": lambda: _saved(_scene("P"), "GIF"),
    "animated gif": lambda: _two("GIF"),
    "bmp": lambda: _saved(_scene(), "BMP"),
    "bmp with a palette": lambda: _saved(_scene("P"), "BMP"),
    "tiff": lambda: _saved(_scene(), "TIFF"),
    "tiff on its side": lambda: _saved(_scene(), "TIFF", exif=_turned(6)),
    "tiff of 16 bits": lambda: _saved(_deep("u2"), "TIFF"),
    "tiff of floats": lambda: _saved(_deep("f4"), "TIFF"),
    "cmyk tiff": lambda: _saved(_scene("CMYK"), "TIFF"),
    "lzw tiff": lambda: _saved(_scene(), "TIFF", compression="tiff_lzw"),
    "tiff of two pages": lambda: _two("TIFF", compression="tiff_deflate"),
    "one pixel": lambda: _png(Image.new("RGB", (1, 1), (200, 30, 30))),
    "one row": lambda: _png(Image.new("L", (10_000, 1), 90)),
    "one column": lambda: _png(Image.new("L", (1, 10_000), 90)),
}
