"""Names of PNG files that hold masks: what they say of image and label.

    street/a__car__0.png    of street/a.jpg, the mask number 0, a car
    street/a.png            of street/a.jpg, its one mask, or all labels

What cannot stand in a file's name is percent-encoded. A picture's extension is not in the name, so
our PNGs say the image's whole name inside, as text under the key `IMAGE_KEY`.
"""

import re
from pathlib import PurePosixPath

IMAGE_KEY = "image"

_EXTENSIONS = {
    *(".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".tif", ".tiff", ".webp"),
    *(".gif", ".jp2", ".avif", ".heic", ".ppm", ".pgm"),
}

# Of one operating system or another; and "%", which says that a character was encoded.
_FORBIDDEN = r'[\x00-\x1f\x7f<>:"|?*\\%]'
_IN_IMAGE = re.compile(
    # Slashes that part no folders, folders called "." and "..", names like other programs' litter.
    _FORBIDDEN + r"|^/|(?<=/)/|/$|(?:(?<=/)|^)\.(?=\.?(?:/|$))|(?:(?<=/)|^)\.(?=_)"
)
_IN_LABEL = re.compile(_FORBIDDEN + "|/|^_|(?<=_)_|_(?=_)")
_ENCODED = re.compile("%([0-9A-F]{2})")
_DECODED = set('<>:"|?*\\%/._') | {chr(code) for code in (*range(32), 127)}


def file_stem(image: str, *, whole: bool = False) -> str:
    """The image's name as a path of files, without a picture's extension unless it shall be whole.

    >>> file_stem("street/a.jpg"), file_stem("a.v2"), file_stem("/../what?.png")
    ('street/a', 'a.v2', '%2F%2E./what%3F')
    """
    path = PurePosixPath(image)
    if not whole and path.suffix.lower() in _EXTENSIONS and image.endswith(path.suffix):
        image = image[: -len(path.suffix)]
    return _IN_IMAGE.sub(_encode, image)


def mask_stem(stem: str, label: str, number: int) -> str:
    """The name of a mask's file, without ".png".

    >>> mask_stem("street/a", "my__car", 0)
    'street/a__my%5F%5Fcar__0'
    """
    return f"{stem}__{_IN_LABEL.sub(_encode, label)}__{number}"


def split_mask_stem(stem: str) -> tuple[str, str, int] | None:
    """The image's name, the label and the number; None if it is no such name.

    >>> split_mask_stem("street/a__my%5F%5Fcar__0"), split_mask_stem("street/a")
    (('street/a', 'my__car', 0), None)
    """
    parts = stem.rsplit("__", 2)
    if len(parts) < 3 or not (parts[2].isascii() and parts[2].isdigit()) or "/" in parts[1]:
        return None
    return decoded(parts[0]), decoded(parts[1]), int(parts[2][:18])


def decoded(text: str) -> str:
    """The name with what was percent-encoded; anything else that looks like that stays.

    >>> decoded("what%3F%20")
    'what?%20'
    """
    return _ENCODED.sub(_decode, text)


def _encode(match: re.Match[str]) -> str:
    return f"%{ord(match[0]):02X}"


def _decode(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _DECODED else match[0]
