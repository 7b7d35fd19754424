"""The folder that keeps what was downloaded, shared by all processes of a user.

`CVAT_SAM_CACHE` names it; without it, it is where the platform keeps caches (platformdirs).
"""

import fcntl  # POSIX: a lock that the kernel lets go of when its process dies, however it dies
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from cvat_sam.exceptions import CheckpointUnavailable
from cvat_sam.reporting import Reporter

VARIABLE = "CVAT_SAM_CACHE"


def location() -> Path:
    """The cache folder's path, absolute; the folder need not be there yet."""
    chosen = os.environ.get(VARIABLE)
    path = Path(chosen) if chosen else platformdirs.user_cache_path("cvat-sam")
    return path.expanduser().absolute()


def folder() -> Path:
    """The cache folder, made if it was not there.

    Raises:
        CheckpointUnavailable: it cannot be made.
    """
    path = location()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
    return path


@contextmanager
def lock(name: str, report: Reporter) -> Iterator[None]:
    """Be the only process at work on the file `name`; wait, and say so, while another is.

    Raises:
        CheckpointUnavailable: the cache folder cannot be written.
    """
    # The lock's file stays: one process deleting it while another opens it would give out two.
    path = folder() / f".{name}.lock"
    try:
        file = path.open("ab")
    except OSError as error:
        raise unwritable(path.parent, error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report.say(f"another process is at work on {name}; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def unwritable(path: Path, error: OSError) -> CheckpointUnavailable:
    """The sentence for a file or folder of the cache that cannot be written."""
    reason = "not a folder" if isinstance(error, FileExistsError) else error.strerror or error
    return CheckpointUnavailable(
        f"{path} cannot be written ({reason}); "
        f"{VARIABLE} can name another folder for downloads, now {location()}"
    )
