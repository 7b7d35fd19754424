"""Copies of files that anyone may read, because the container's user is not who staged them."""

import shutil
from pathlib import Path

FILE = 0o644
FOLDER = 0o755


def copy(source: Path, target: Path) -> None:
    """Copy a file's content, and make the folders above it.

    Raises:
        OSError: it cannot be read or written.
    """
    make_folder(target.parent)
    shutil.copyfile(source, target)
    target.chmod(FILE)


def write(target: Path, text: str) -> None:
    """Write a file of text.

    Raises:
        OSError: it cannot be written.
    """
    target.write_text(text, encoding="utf-8")
    target.chmod(FILE)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, unless it is there; whatever the umask.

    Raises:
        OSError: it cannot be made.
    """
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir()
    path.chmod(FOLDER)
