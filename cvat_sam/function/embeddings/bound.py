"""Keeps a folder that several processes write to under a number of bytes.

One small file in the folder has the count of what is in it, and is the lock that writers hold. So
a write costs a look at one number, and the folder is listed only when that says that it may be
full, and once in each process. The count may be too high, where a writer was killed or somebody
deleted a file; it is put right whenever the folder is listed.
"""

import contextlib
import fcntl  # POSIX: a lock that the kernel lets go of when its process dies, however it dies
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from cvat_sam.exceptions import InUse

COUNT = ".count"
# No name but these two is ever deleted.
EMBEDDING = re.compile(r"[0-9a-f]{64}\.embedding")
# What `files.beside` makes of such a name.
TEMPORARY = re.compile(r"\.[0-9a-f]{40}\.[0-9a-f]{16}")
# A writer needs milliseconds. One that was stopped must not stop the others' requests.
WAIT_SECONDS = 0.5
# Of the limit; what is left at a listing, so that not every write that follows needs one.
LEFT = 7 / 8


class Bound:
    """The bound of one folder.

    Args:
        folder: it need not be there yet.
        limit: bytes, inclusive, of embeddings and of what is being written.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._listed = False

    @contextlib.contextmanager
    def room_for(self, size: int) -> Iterator[bool]:
        """Be the only writer, with room for `size` bytes; False where that is over the limit.

        Raises:
            InUse: others write for too long.
            OSError: the folder cannot be written.
        """
        # Nothing outside of the folder is written, whatever somebody made of this name.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(self._folder / COUNT, flags, 0o666)
        try:
            _lock(descriptor)
            count = _read(descriptor)
            if count is None or not self._listed or count + size > self._limit:
                count = self._make_room(size)
                self._listed = True
            fits = count + size <= self._limit
            # Before the file is there: a writer that is killed leaves the count too high.
            _write(descriptor, count + size if fits else count)
            yield fits
        finally:
            os.close(descriptor)

    def _make_room(self, size: int) -> int:
        """Delete the embeddings that were used longest ago; returns how many bytes are left."""
        found = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                # Whoever holds the lock is the only writer: a temporary file is a dead one's.
                dead = TEMPORARY.fullmatch(entry.name)
                if not dead and not EMBEDDING.fullmatch(entry.name):
                    continue
                # Somebody else may delete it at any moment.
                with contextlib.suppress(FileNotFoundError):
                    if not entry.is_file(follow_symlinks=False):
                        continue
                    if dead:
                        Path(entry.path).unlink()
                        continue
                    status = entry.stat(follow_symlinks=False)
                    found.append((status.st_mtime_ns, status.st_size, entry.path))
        total = sum(size for _, size, _ in found)
        if total + size <= self._limit:
            return total
        for _, freed, path in sorted(found):
            if total + size <= self._limit * LEFT:
                break
            Path(path).unlink(missing_ok=True)
            total -= freed
        return total


def _lock(descriptor: int) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise InUse(f"another process has written for {WAIT_SECONDS:g} s") from None
            time.sleep(0.005)


def _read(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0)
    return int(text) if re.fullmatch(rb"\d{20}", text) else None


def _write(descriptor: int, count: int) -> None:
    os.pwrite(descriptor, b"%020d" % count, 0)
    os.ftruncate(descriptor, 20)  # it may have been something else's
