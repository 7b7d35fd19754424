"""How large an image is, from the first bytes of its file."""

import io
import warnings
from collections.abc import Callable
from contextlib import suppress

from PIL import ExifTags, Image, TiffImagePlugin

from cvat_sam.exceptions import InvalidImage
from cvat_sam.images import webp

# What `decode` takes, but for WebP.
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF")
# EXIF 2.32, tag 0x0112: the values whose image lies on its side.
_ON_ITS_SIDE = (5, 6, 7, 8)
_TIFF_SIDES = (256, 257)


def size_of(data: bytes) -> tuple[int, int]:
    """Height and width of an image as `decode` gives it, upright, without decoding it.

    Args:
        data: a file's bytes: JPEG, PNG, WebP, GIF, BMP or TIFF.

    Raises:
        InvalidImage: they are none, or are damaged at the beginning.
    """
    try:
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _upright(webp.size(data), lambda: webp.exif(data))
        with warnings.catch_warnings():
            # Whether it has too many pixels is asked by who decodes it.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                return upright(image)
    except Exception as error:  # damaged files make Pillow raise nearly anything
        raise InvalidImage(
            f"the image, {len(data):,} bytes, cannot be read: {type(error).__name__}"
        ) from None


def upright(image: Image.Image) -> tuple[int, int]:
    """Height and width that an opened file's image has once it is turned as its EXIF says.

    Of a PNG without EXIF before its pixels, Pillow decodes these: it may say it behind them.
    """
    width, height = image.size
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        # Newer versions of Pillow have turned these two already.
        width, height = (int(image.tag_v2[tag]) for tag in _TIFF_SIDES)
    return _upright((width, height), image.getexif)


def _upright(sides: tuple[int, int], exif: Callable[[], Image.Exif]) -> tuple[int, int]:
    width, height = sides
    orientation = None
    with suppress(Exception):  # a damaged EXIF block is none
        orientation = exif().get(ExifTags.Base.Orientation)
    return (width, height) if orientation in _ON_ITS_SIDE else (height, width)
