"""Photographs, CC0 or public domain, out of scikit-image's wheel."""

import importlib.resources
import itertools
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

# By the licences that skimage.data's docstrings give.
FILES = {
    # A cup of coffee by Rachel Michetti, courtesy of Pikolo Espresso Bar (CC0).
    "coffee": "coffee.png",
    # Chelsea the cat by Stéfan van der Walt (CC0).
    "cat": "chelsea.png",
    # Eileen Collins by NASA (public domain).
    "astronaut": "astronaut.png",
    # A Falcon 9 taking off by SpaceX (public domain).
    "rocket": "rocket.jpg",
    # The Hubble telescope's eXtreme Deep Field by NASA (public domain).
    "galaxies": "hubble_deep_field.jpg",
    # The back of an eye by Mikael Häggström (CC0).
    "retina": "retina.jpg",
    # A man with a camera by Lav Varshney (CC0).
    "cameraman": "camera.png",
    # Gravel by CC0Textures (CC0).
    "gravel": "gravel.png",
    # A clock on a wall, by a moving camera, by Stéfan van der Walt (public domain).
    "clock": "clock_motion.png",
}

JPEG_START = b"\xff\xd8"
JPEG_COMMENT = b"\xff\xfe"

_numbers = itertools.count()


@lru_cache
def photo(name: str) -> Pixels:
    """A photograph as it is, RGB uint8 `(H, W, 3)`."""
    file = importlib.resources.files("skimage.data").joinpath(FILES[name]).read_bytes()
    decoded = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise ValueError(f"OpenCV cannot read scikit-image's {FILES[name]}")
    return np.ascontiguousarray(decoded[..., ::-1], dtype=np.uint8)


def jpeg(pixels: npt.NDArray[np.generic]) -> bytes:
    """RGB pixels as a JPEG's bytes."""
    done, encoded = cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]))
    if not done:
        raise ValueError(f"OpenCV cannot write {pixels.shape} as a JPEG")
    return encoded.tobytes()


def unseen(image: bytes) -> bytes:
    """The same JPEG with a comment that no other has: an image that nobody has looked at yet."""
    comment = next(_numbers).to_bytes(8, "big")
    length = (2 + len(comment)).to_bytes(2, "big")
    return JPEG_START + JPEG_COMMENT + length + comment + image.removeprefix(JPEG_START)
