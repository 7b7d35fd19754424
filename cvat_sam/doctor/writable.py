"""Whether a folder can be written: tried, because rights alone do not tell of every file system."""

import tempfile
from pathlib import Path


def nearest(folder: Path) -> Path:
    """The folder, or of those above it the first that is there."""
    folder = folder.absolute()
    return next(path for path in (folder, *folder.parents) if path.exists())


def complaint(folder: Path) -> str | None:
    """Why no file can be made in it; None where one can.

    Returns:
        The end of a sentence that begins with the folder's name.
    """
    if not folder.is_dir():
        return "is not a folder"
    try:
        # Without a name, where the file system can; gone at once anyway.
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return f"cannot be written: {error.strerror}"
