"""A folder of embeddings, for the workers that share it and for the time after a restart."""

import contextlib
import io
import os
from pathlib import Path

import numpy as np

from cvat_sam.exceptions import InUse, Unwritable
from cvat_sam.files import make_folder, write_atomically
from cvat_sam.function.embeddings.bound import Bound
from cvat_sam.function.embeddings.file_format import (
    StoredEmbedding,
    UnfitFile,
    pack,
    size_of_file,
    unpack,
)
from cvat_sam.reporting import Reporter


class Folder:
    """Keeps embeddings in files, each under a sum that says nothing of image or request.

    A folder that cannot be used is said once, and is as good as none. Any number of processes may
    read, write and delete at once: a file gets its name when it is whole, and what is damaged all
    the same is ignored, said once, and replaced.

    Args:
        path: made if it is not there.
        limit: bytes, inclusive; what was used longest ago makes room.
        identity: of the model whose embeddings are asked for; see `Model.identity`.
        report: hears what is wrong.
    """

    def __init__(self, path: Path, *, limit: int, identity: str, report: Reporter) -> None:
        self._path = path
        self._limit = limit
        self._identity = identity
        self._report = report
        self._bound = Bound(path, limit)
        self._said: set[str] = set()
        self._writable = True
        try:
            make_folder(path)
        except Unwritable as error:
            self._writable = False
            report.say(f"warning: no embeddings are kept in {path}: {error}")

    def get(self, key: bytes) -> StoredEmbedding | None:
        """What is kept under `key`, 32 bytes; None where there is nothing that can be used."""
        path = self._file(key)
        try:
            data = self._read(path)
            if data is None:
                return None
            return unpack(data, key=key, identity=self._identity)
        except UnfitFile as error:
            self._say_once(f"{path} {error}; it is ignored")
        except OSError as error:
            self._say_once(f"{path} cannot be read: {error.strerror}; it is ignored")
        return None

    def keep(self, key: bytes, stored: StoredEmbedding) -> None:
        """Keep one more; never raises for what is wrong with the folder."""
        if not np.isfinite(stored.embedding).all():
            return  # nobody would take it back
        data = pack(stored, key=key, identity=self._identity)
        try:
            with self._bound.room_for(len(data)) as fits:
                if fits:
                    write_atomically(self._file(key), data)
        except InUse as error:
            self._say_once(f"an embedding is not kept in {self._path}: {error}")
        except (Unwritable, OSError) as error:
            if self._writable:
                self._report.say(
                    f"warning: no embeddings are kept in {self._path} for now: {error}"
                )
            self._writable = False
        else:
            self._writable = True

    def _file(self, key: bytes) -> Path:
        return self._path / f"{key.hex()}.embedding"

    def _read(self, path: Path) -> bytes | None:
        """The file's bytes; None where there is no file."""
        try:
            file = io.BufferedReader(io.FileIO(path, opener=_opened_at_once))
        except (FileNotFoundError, NotADirectoryError):
            return None
        with file:
            # One byte more shows a file that is too long.
            data = file.read(size_of_file(self._identity) + 1)
            # A folder that may only be read has hits all the same.
            with contextlib.suppress(OSError):
                os.utime(file.fileno())
        return data

    def _say_once(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self._report.say(sentence)


def _opened_at_once(path: str, flags: int) -> int:
    # Whatever somebody put there: a pipe would be waited for, a link could lead anywhere.
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
