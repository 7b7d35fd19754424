"""One process at a time at one thing, on one machine."""

import fcntl  # POSIX: the kernel lets go of the lock when its process dies, however it dies
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cvat_sam.exceptions import InUse, Unwritable
from cvat_sam.files import make_folder


@contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Be the only process that holds the lock file `path`.

    Args:
        path: made if it is not there, and left: deleting it could give out two locks.
        what: who else may hold it, for the sentence: "another upload into task 7".

    Raises:
        InUse: another process holds it.
        Unwritable: the file cannot be made.
    """
    make_folder(path.parent)
    try:
        file = path.open("a+b")
    except OSError as error:
        raise Unwritable(f"{path} cannot be written: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            other = file.read().decode("ascii", "replace").strip()
            holder = f" (process {other})" if other.isdecimal() else ""
            raise InUse(
                f"{what} is at work on this machine{holder}; wait for it to end, or stop it"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        yield
