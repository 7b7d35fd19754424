"""Python's tarfile, made to tell what is damaged and to go on behind it.

Where a header is damaged it would end in silence, as if the tar ended there. Here reading goes on
at the next header that is one, and it is told. A tar without its end mark is told too: it may have
been cut at the end of a member.
"""

import tarfile
from collections.abc import Callable
from typing import IO, Any, Self, cast

# What is read at once of a tar that can only be read forward.
_CHUNK = 1 << 20

# Of a header that goes before a member: it is read as a whole.
_LARGEST_HEADER = 1 << 20
_BEFORE_A_MEMBER = {
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
}

# The kinds of tarfile.HeaderError, which its stubs do not know.
_kinds: Any = tarfile


class Archive(tarfile.TarFile):
    """A tar that is read header by header with `next`; opened by `begin`."""

    def __init__(self, *arguments: Any, tell: Callable[[str], object], **options: Any) -> None:
        self._tell = tell
        self._damaged_at: int | None = None
        self._has_end_mark = False
        super().__init__(*arguments, **options)  # which reads the first header

    @classmethod
    def begin(cls, file: IO[bytes], seekable: bool, tell: Callable[[str], object]) -> Self:
        """Opens a tar.

        Args:
            file: its bytes, as they are when they are not compressed.
            seekable: whether the file can be read in any order.
            tell: hears a sentence of each stretch that is damaged.

        Raises:
            tarfile.TarError: its first header is none.
        """
        opened: Any = cls.open
        return cast(
            Self,
            opened(
                fileobj=file,
                mode="r:" if seekable else "r|",
                bufsize=_CHUNK,
                tarinfo=_Header,
                # This is what makes it go on, behind a damaged header as behind an end mark.
                ignore_zeros=True,
                tell=tell,
            ),
        )

    def forget(self) -> None:
        """Let go of the headers that were read, which it would keep."""
        self.members: list[tarfile.TarInfo] = []

    def heard(self, error: Exception | None, at: int) -> None:
        """Take note of a header, or of what stands where one should."""
        if isinstance(error, _kinds.InvalidHeaderError):
            if at == 0:
                raise tarfile.ReadError("no tar")  # and no search through all of it
            self._damaged_at = at if self._damaged_at is None else self._damaged_at
        elif isinstance(error, _kinds.EOFHeaderError):
            self._has_end_mark = self._damaged_at is None
        elif error is None:
            if self._damaged_at is not None:
                self._tell(f"is damaged from byte {self._damaged_at:,} to {at:,}")
            self._damaged_at, self._has_end_mark = None, False
        elif self._damaged_at is not None:
            self._tell(f"is damaged from byte {self._damaged_at:,} to its end")
        elif isinstance(error, tarfile.HeaderError) and not self._has_end_mark and at:
            self._tell(f"ends at byte {at:,} without an end mark, so it may have been cut")


class _Header(tarfile.TarInfo):
    """A header that tells its archive why it is none."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        found = super().frombuf(buf, encoding, errors)
        if found.size < 0 or (found.type in _BEFORE_A_MEMBER and found.size > _LARGEST_HEADER):
            raise _kinds.InvalidHeaderError("bad size")
        return found

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        told = cast(Archive, archive)
        at = told.offset
        try:
            found = super().fromtarfile(archive)
        except _kinds.SubsequentHeaderError as error:
            # What a header before a member announced is none. Reading goes on behind it.
            told.heard(_kinds.InvalidHeaderError(str(error)), at)
            raise _kinds.InvalidHeaderError(str(error)) from None
        except Exception as error:
            told.heard(error, at)
            raise
        told.heard(None, at)
        return found
