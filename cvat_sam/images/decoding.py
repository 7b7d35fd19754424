"""Bytes of an image file to the pixels that CVAT shows.

CVAT hands over the file as it was uploaded, while the annotator looks at a JPEG that CVAT made of
it. What a click means is decided by what was seen, so every kind of file is turned into RGB as
CVAT does it (`cvat/apps/engine/media_extractors.py`, `_compress_image`): EXIF orientation is
honoured, alpha is dropped, 16-bit gray is stretched and equalised.
"""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import (
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from cvat_sam.exceptions import InvalidImage, InvalidInput
from cvat_sam.images import size, webp
from cvat_sam.out_of_memory import is_out_of_memory

Pixels = NDArray[np.uint8]

MAX_PIXELS = 100_000_000
JPEG_END = b"\xff\xd9"
LARGE = 50_000_000  # well below the number of pixels that Pillow warns of

_lifting = threading.Lock()

# EXIF 2.32, tag 0x0112: what brings the stored rows and columns upright.
UPRIGHT: dict[object, Callable[[Pixels], Any]] = {
    2: lambda pixels: cv2.flip(pixels, 1),
    3: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_180),
    4: lambda pixels: cv2.flip(pixels, 0),
    5: cv2.transpose,
    6: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE),
    7: lambda pixels: cv2.rotate(cv2.transpose(pixels), cv2.ROTATE_180),
    8: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE),
}


def decode(
    data: bytes,
    *,
    max_pixels: int = MAX_PIXELS,
    check: Callable[[int, int], object] | None = None,
) -> Pixels:
    """Decode a JPEG, PNG, WebP, GIF, BMP or TIFF file; of several frames or pages, the first.

    Args:
        data: the file's bytes.
        max_pixels: refuse images with more; checked before anything is decoded.
        check: is called with height and width of the upright image, before anything is decoded as
            far as they are known by then. What it raises is passed on.

    Returns:
        RGB uint8 (H, W, 3), C-contiguous, upright by its EXIF orientation.

    Raises:
        InvalidImage: not such a file, a damaged one, or one over the limit.
        InvalidInput: `check` raises it.
    """
    kind = _kind(data)
    if kind is WebPImagePlugin.WebPImageFile:
        _check_size(webp.size(data), max_pixels)
    try:
        # The class itself rather than Image.open(): that would try other formats, and its own
        # limit on pixels is one for the whole process.
        with kind(io.BytesIO(data)) as image:
            _check_size(image.size, max_pixels)
            if check is not None:
                _check_early(image, check)
            pixels = _pixels(image, data)
            # After loading: a PNG can say it at its end, and Pillow turns a TIFF by itself.
            orientation = _orientation(image)
    except InvalidInput:
        raise
    except Exception as error:  # damaged files make Pillow raise nearly anything
        if is_out_of_memory(error):
            raise
        sentence = f"the image, {len(data):,} bytes of {kind.format}, cannot be decoded"
        raise InvalidImage(f"{sentence}: {_first_line(error)}", for_log=sentence) from error
    upright = UPRIGHT[orientation](pixels) if orientation in UPRIGHT else pixels
    if check is not None:
        check(*upright.shape[:2])
    return np.ascontiguousarray(upright)


def _kind(data: bytes) -> type[ImageFile.ImageFile]:
    """The class that reads files which begin as `data` does."""
    if not data:
        raise InvalidImage("the image is empty: 0 bytes")
    if data.startswith(b"\xff\xd8\xff"):
        return JpegImagePlugin.JpegImageFile
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImagePlugin.PngImageFile
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile
    if data.startswith((b"GIF87a", b"GIF89a")):
        return GifImagePlugin.GifImageFile
    if data.startswith(b"BM"):
        return BmpImagePlugin.BmpImageFile
    if data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return TiffImagePlugin.TiffImageFile
    sentence = "the image is not a JPEG, PNG, WebP, GIF, BMP or TIFF file"
    raise InvalidImage(f"{sentence}; it begins with {data[:8]!r}", for_log=sentence)


def _check_size(sides: tuple[int, int], max_pixels: int) -> None:
    width, height = sides
    if width < 1 or height < 1:
        raise InvalidImage(f"the image is {width} × {height} pixels: there is nothing in it")
    if width * height > max_pixels:
        raise InvalidImage(
            f"the image is {width:,} × {height:,} = {width * height:,} pixels, "
            f"over the limit of {max_pixels:,}"
        )


def _check_early(image: Image.Image, check: Callable[[int, int], object]) -> None:
    """Have the size checked before the pixels are decoded."""
    if image.format != "PNG" or "exif" in image.info:
        check(*size.upright(image))
        return
    # It may say behind its pixels that it lies on its side: what fits neither way is refused now.
    try:
        check(image.height, image.width)
    except InvalidInput:
        with suppress(InvalidInput):
            check(image.width, image.height)
            return
        raise


def _orientation(image: Image.Image) -> object:
    # An image with a damaged EXIF block is an image all the same, of no known orientation.
    with suppress(Exception):
        return image.getexif().get(ExifTags.Base.Orientation)
    return None


def _pixels(image: ImageFile.ImageFile, data: bytes) -> Pixels:
    """The pixels as they are stored in the file."""
    if image.format == "JPEG" and image.mode == "RGB" and data.endswith(JPEG_END):
        pixels = _opencv_pixels(data)
        if pixels is not None and pixels.shape == (image.height, image.width, 3):
            return pixels
    with _pillows_limit_lifted(image):
        image.load()
    shallow = _eight_bits(image) if image.mode.startswith(("I", "F")) else image
    # Colours meant to be transparent are shown; with this entry Pillow would warn of that.
    shallow.info.pop("transparency", None)
    return np.array(shallow if shallow.mode == "RGB" else shallow.convert("RGB"))


def _opencv_pixels(data: bytes) -> Pixels | None:
    """The same pixels as Pillow's for a whole 8-bit RGB JPEG, in half the time.

    Both use libjpeg-turbo, and OpenCV decodes into the array that is returned. Before version 5 it
    fills up what is missing from a cut file, so it is not given any.
    """
    with suppress(cv2.error):
        # Since version 4.11 it can give RGB; before, turning it costs the image's memory once more.
        in_order = getattr(cv2, "IMREAD_COLOR_RGB", None)
        flags = (in_order or cv2.IMREAD_COLOR) | cv2.IMREAD_IGNORE_ORIENTATION
        pixels: Any = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
        if pixels is not None and in_order is None:
            cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB, dst=pixels)
        return None if pixels is None else np.asarray(pixels)
    return None


@contextmanager
def _pillows_limit_lifted(image: ImageFile.ImageFile) -> Iterator[None]:
    """Let a large TIFF load that `decode` accepts; Pillow has a limit for the whole process."""
    if image.format != "TIFF" or image.width * image.height < LARGE:
        yield
        return
    with _lifting:
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _eight_bits(image: Image.Image) -> Image.Image:
    """Gray of more than 8 bits as CVAT shows it: stretched to the whole range, then equalised.

    Pillow alone would show the 256 darkest values and white. CVAT does this for mode "I;16";
    older Pillow versions call the same files "I", so all deep gray is treated alike.
    """
    values = np.nan_to_num(np.asarray(image), posinf=0, neginf=0)
    lowest = values.min()
    span = float(values.max()) - float(lowest)
    if span == 0:
        return Image.new("L", image.size)
    if values.dtype.kind in "iu" and span < 1 << 16:
        # The same numbers, by looking each value up: a sixteenth of the memory.
        table = (np.arange(int(span) + 1) / span * 255).astype(np.uint8)
        gray = table[values - lowest]
    else:
        gray = ((values.astype(np.float64) - lowest) / span * 255).astype(np.uint8)
    return ImageOps.equalize(Image.fromarray(gray))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].strip() or type(error).__name__
