"""The files in a tar, one after another: nothing is extracted, and no name in it is trusted.

A plain tar is read by seeking, and a member's bytes may be fetched at any time. One that is
compressed by gzip is read once, from its beginning, and a member's bytes while it is the current
one. Memory does not grow with the number of members.

Source of the format: POSIX.1-2001 (pax) and GNU tar, as Python's tarfile reads them.
"""

import gzip
import tarfile
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from cvat_sam.exceptions import InvalidSource
from cvat_sam.sources.tar_archive import Archive

# How tars that can be read are called.
TARS = (".tar", ".tar.gz", ".tgz")

# A member that says it is larger is refused before it is read.
LARGEST_MEMBER = 1 << 28

_GZIP = b"\x1f\x8b"
_OTHERS = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}


@dataclass(frozen=True, slots=True)
class TarMember:
    """A file in a tar.

    Attributes:
        name: as it stands there, without "./" before it, and printable; no path of this machine.
        size: in bytes.
        at: where its bytes begin in the tar; of a compressed tar, in what it unpacks to.
    """

    name: str
    size: int
    at: int


class TarMembers:
    """The files of a tar that have certain suffixes, in the order in which they stand there.

    Args:
        path: the tar, plain or compressed by gzip, whatever its name.
        suffixes: in lower case, with the dot: ".json".
        damaged: hears of what cannot be read: the member's name, "" for the tar itself, and a
            sentence.

    Attributes:
        seekable: whether `data` may be asked for a member that is not the current one.

    Raises:
        InvalidSource: it is no such tar, or cannot be read.
    """

    def __init__(
        self, path: Path, suffixes: Collection[str], damaged: Callable[[str, str], object]
    ) -> None:
        self.path = path
        self._suffixes = tuple(suffixes)
        self._damaged = damaged
        self._cut = False
        try:
            self._file: IO[bytes] = path.open("rb")
        except OSError as error:
            raise InvalidSource(f"{path}: cannot be read: {error.strerror}") from None
        try:
            self.seekable = not self._is_compressed()
            self._end = self._file.seek(0, 2)
            self._file.seek(0)
            self._unpacked = self._file if self.seekable else _gunzipped(self._file)
            self._tar = self._opened()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._tar.close()
        self._unpacked.close()
        self._file.close()

    def __iter__(self) -> Iterator[TarMember]:
        while (found := self._next()) is not None:
            self._tar.forget()
            name = _printable(found.name.removeprefix("./"))
            base = name.rpartition("/")[2]
            # "._a.json" is what macOS leaves beside a file.
            if not base.lower().endswith(self._suffixes) or base.startswith("._"):
                continue
            if not found.isreg() or found.issparse():
                self._damaged(name, "is no ordinary file but a link, a device or the like")
            elif found.size > LARGEST_MEMBER:
                self._damaged(
                    name, f"has {found.size:,} bytes, over the limit of {LARGEST_MEMBER:,}"
                )
            elif self.seekable and found.offset_data + found.size > self._end:
                self._tell_cut(name)
            else:
                yield TarMember(name, found.size, found.offset_data)

    def data(self, member: TarMember) -> bytes:
        """The bytes of a member; of a compressed tar it must be the current one.

        Raises:
            InvalidSource: they are not all there; the sentence is without the member's name.
        """
        try:
            if self.seekable:
                self._file.seek(member.at)
                data = self._file.read(member.size)
            else:
                file = self._tar.extractfile(self._current)
                data = b"" if file is None else file.read(member.size)
        except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
            self._cut = True
            raise InvalidSource(f"cannot be read: {_reason(error)}") from None
        if len(data) < member.size:
            self._cut = True
            raise InvalidSource(f"ends after {len(data):,} of {member.size:,} bytes")
        return data

    def _is_compressed(self) -> bool:
        begins = self._file.read(6)
        for magic, name in _OTHERS.items():
            if begins.startswith(magic):
                raise InvalidSource(
                    f"{self.path}: is compressed by {name}; a tar is read plain or with gzip"
                )
        return begins.startswith(_GZIP)

    def _opened(self) -> Archive:
        try:
            return Archive.begin(self._unpacked, self.seekable, self._tell)
        except tarfile.TarError:
            raise InvalidSource(f"{self.path}: is no tar, or is damaged at its beginning") from None
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidSource(f"{self.path}: cannot be read: {_reason(error)}") from None

    def _next(self) -> tarfile.TarInfo | None:
        if self._cut:
            return None
        try:
            found = self._tar.next()
        except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
            self._tell(f"cannot be read further: {_reason(error)}")
            return None
        if found is not None:
            self._current = found
        return found

    def _tell(self, sentence: str) -> None:
        if not self._cut:
            self._damaged("", sentence)

    def _tell_cut(self, name: str) -> None:
        self._damaged(name, "ends in the middle: the tar is cut")
        self._cut = True


def _gunzipped(file: IO[bytes]) -> IO[bytes]:
    return cast(IO[bytes], gzip.GzipFile(fileobj=file, mode="rb"))


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _printable(name: str) -> str:
    text = name.encode(errors="replace").decode()
    return "".join(one if one.isprintable() else "�" for one in text)
