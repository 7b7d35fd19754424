"""Whether a file is, byte for byte, the one that was published."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from cvat_sam.exceptions import CheckpointUnavailable, Unwritable
from cvat_sam.files import write_atomically


def is_whole(path: Path, *, size: int, sha256: str) -> bool:
    """Whether the file at `path` has this size in bytes and this SHA-256.

    The sum of 2.5 GB takes seconds, so a sum found right is remembered beside the file, with the
    file's size and time of change, and taken again only when one of them is another.

    Raises:
        CheckpointUnavailable: the file is there and cannot be read.
    """
    if _is_remembered(path, size, sha256):
        return True
    if complaint(path, size=size, sha256=sha256) is not None:
        return False
    remember(path, sha256=sha256)
    return True


def complaint(path: Path, *, size: int, sha256: str) -> str | None:
    """What is wrong with the file at `path`; None if it has this size and this SHA-256.

    Returns:
        The end of a sentence that begins with the file's name.

    Raises:
        CheckpointUnavailable: the file is there and cannot be read.
    """
    try:
        if not path.is_file():
            return "is not a file" if path.exists() else "is not there"
        if path.stat().st_size != size:
            return f"has {path.stat().st_size:,} bytes instead of {size:,}"
        found = sum_of(path)
    except OSError as error:
        raise CheckpointUnavailable(f"{path} cannot be read: {error.strerror}") from error
    return None if found == sha256 else f"has the SHA-256 {found} instead of {sha256}"


def sum_of(path: Path) -> str:
    """The SHA-256 of the file at `path`, in lowercase hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remember(path: Path, *, sha256: str) -> None:
    """Note that the sum of the file at `path` was found to be `sha256`."""
    # A folder that cannot be written, such as one baked into an image, costs time and nothing else.
    with suppress(OSError, Unwritable):
        status = path.stat()
        write_atomically(_note(path), _fingerprint(status, sha256).encode())


def _is_remembered(path: Path, size: int, sha256: str) -> bool:
    try:
        status = path.stat()
        note = _note(path).read_bytes()
        # A file that cannot be opened is not known to be right, whatever is noted.
        readable = os.access(path, os.R_OK)
    except OSError:
        return False
    return status.st_size == size and note == _fingerprint(status, sha256).encode() and readable


def _fingerprint(status: os.stat_result, sha256: str) -> str:
    return f"{sha256} {status.st_size} {status.st_mtime_ns}\n"


def _note(path: Path) -> Path:
    return path.with_name(f".{path.name}.verified")
