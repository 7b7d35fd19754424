"""The size from a file's first bytes is the size of what is decoded."""

import io

import numpy as np
import pytest
from PIL import Image

from cvat_sam.exceptions import InvalidImage
from cvat_sam.images.decoding import decode
from cvat_sam.images.size import size_of

PIXELS = np.random.default_rng(1).integers(0, 255, (6, 9, 3), np.uint8)


def file(kind, orientation=None):
    out = io.BytesIO()
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    Image.fromarray(PIXELS).save(out, kind, **({"exif": exif} if kind != "BMP" else {}))
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
def test_of_every_kind_of_file(kind):
    assert size_of(file(kind)) == decode(file(kind)).shape[:2] == (6, 9)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 10))
def test_upright_whatever_the_file_says_about_its_orientation(kind, orientation):
    data = file(kind, orientation)
    assert size_of(data) == decode(data).shape[:2]


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8X"]
)
def test_what_is_no_image_is_one_sentence(data):
    with pytest.raises(InvalidImage, match="bytes, cannot be read"):
        size_of(data)
