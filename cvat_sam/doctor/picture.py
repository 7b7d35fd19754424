"""A picture whose object is known: a bright disc on a darker ground, new each time."""

import base64
import io
import struct
import zlib
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

BoolMask = npt.NDArray[np.bool_]

WIDTH, HEIGHT = 400, 300
# Not in the middle, so that a mask whose x and y were exchanged lies elsewhere.
CENTRE = (240, 110)
RADIUS = 56
# On the disc, beside each other.
CLICKS = ((240, 110), (262, 131))

_PNG_SIGNATURE = 8


@dataclass(frozen=True)
class Picture:
    """A picture, and where its disc is.

    Attributes:
        png: the file.
        disc: bool `(HEIGHT, WIDTH)`.
    """

    png: bytes
    disc: BoolMask

    @property
    def base64(self) -> str:
        """The file as CVAT puts it into a request."""
        return base64.b64encode(self.png).decode("ascii")

    def padded(self, size: int) -> "Picture":
        """The same picture as a file of at least so many bytes.

        The bytes are in an ancillary chunk, which every reader passes over (PNG specification,
        https://www.w3.org/TR/png-3/, section 5.4), so that it takes no more time to be answered.
        """
        missing = max(0, size - len(self.png))
        kind = b"paDd"
        chunk = kind + bytes(missing)
        whole = struct.pack(">I", missing) + chunk + struct.pack(">I", zlib.crc32(chunk))
        # Behind IHDR, which is first and has 13 bytes.
        place = _PNG_SIGNATURE + 12 + 13
        return Picture(self.png[:place] + whole + self.png[place:], self.disc)


def draw() -> Picture:
    """Draw it; a little noise makes it one that no function has seen before."""
    disc = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(disc, CENTRE, RADIUS, 1, cv2.FILLED)
    ground = np.array((62, 84, 70), float)
    colour = np.array((236, 202, 120), float)
    # A soft edge, as a photograph has.
    share = cv2.GaussianBlur(disc.astype(float), (5, 5), 0)[:, :, np.newaxis]
    pixels = ground * (1 - share) + colour * share
    pixels += np.random.default_rng().normal(0, 4, pixels.shape)
    file = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file, "PNG")
    return Picture(file.getvalue(), disc.astype(bool))


def iou(one: BoolMask, other: BoolMask) -> float:
    """The share that two masks have in common of what either has.

    >>> iou(np.array([[True, True]]), np.array([[True, False]]))
    0.5
    """
    either = np.logical_or(one, other).sum()
    return float(np.logical_and(one, other).sum() / either) if either else 0.0
