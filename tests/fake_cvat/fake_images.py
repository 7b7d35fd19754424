"""The frames' pictures: files of a folder, or, without one, a plain one of the right size."""

import io
from pathlib import Path


class Images:
    """Reads pictures from a folder and puts some into it.

    Args:
        folder: with the files by their frames' names.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def read(self, name: str, width: int, height: int, *, compressed: bool = False) -> bytes:
        """A frame's bytes: the file as it is, or a JPEG of it."""
        path = None if self.folder is None else self.folder / name
        if path is not None and path.is_file():
            original = path.read_bytes()
        else:
            original = _plain(width, height)
        return _jpeg(original) if compressed else original

    def keep(self, name: str, content: bytes) -> None:
        """Put a file into the folder."""
        if self.folder is not None:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(content)


def content_type(content: bytes) -> str:
    """By the first bytes.

    >>> content_type(b"\\x89PNG...")
    'image/png'
    """
    return "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"


def _plain(width: int, height: int) -> bytes:
    from PIL import Image  # here, so that the server starts at once

    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "PNG")
    return out.getvalue()


def _jpeg(content: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        image.convert("RGB").save(out, "JPEG", quality=70)
    return out.getvalue()
