"""Files and folders on their way: beside their place under another name until they are whole.

Folders above them are made, and go again if nothing comes of it.

`cvat_sam.files.write_atomically` does it for what fits into memory.
"""

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from cvat_sam.exceptions import Unwritable
from cvat_sam.files import beside


class UnfinishedFile:
    """A file that gets its name when its block ends well, and is gone when it does not.

    Args:
        path: where it shall be; a file that is there is replaced.

    Attributes:
        temporary: where to write until then.

    Raises:
        Unwritable: it cannot be made there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.is_dir():
            raise Unwritable(f"{path} cannot be written: it is a folder")
        self.temporary = beside(path)
        with writing(path):
            missing = _missing(path.parent)
        # Set before the file is made: an interrupt may come at any moment.
        self._remove = weakref.finalize(self, _remove, self.temporary, missing)
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self.temporary.open("xb").close()

    def open(self) -> IO[str]:
        """Open it to write text."""
        return self.temporary.open("w", encoding="utf-8", newline="\n")

    def finish(self) -> None:
        """Give it its name."""
        with writing(self.path):
            self.temporary.replace(self.path)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.finish()
            elif isinstance(error, OSError):
                raise _unwritable(self.path, error) from error
        finally:
            self.discard()


class UnfinishedFolder:
    """A folder that gets its name when it is finished.

    Args:
        path: where it shall be: nothing may be there, or an empty folder.

    Attributes:
        temporary: where to write until then.

    Raises:
        Unwritable: something is there, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.temporary = beside(path)
        with writing(path):
            missing = _missing(path.parent)
        self._remove = weakref.finalize(self, _remove, self.temporary, missing)
        with writing(path):
            if path.is_dir():
                if any(path.iterdir()):
                    raise Unwritable(
                        f"{path} cannot be written: it is a folder with something in it"
                    )
            elif path.exists() or path.is_symlink():
                raise Unwritable(f"{path} cannot be written: it is a file")
            self.temporary.mkdir(parents=True)

    def finish(self) -> None:
        """Give it its name."""
        with writing(self.path):
            if self.path.is_dir() and not self.path.is_symlink():
                self.path.rmdir()  # only an empty one goes
            self.temporary.rename(self.path)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._remove()


def second_part(path: Path) -> IO[str]:
    """A file without a name for text that `append` puts behind what is written meanwhile.

    Raises:
        Unwritable: it cannot be made.
    """
    with writing(path):
        return tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=path.parent)


def append(part: IO[str], file: IO[str]) -> None:
    """Copy all of `part` to the end of `file`, and close it."""
    part.seek(0)
    shutil.copyfileobj(part, file, 1 << 20)
    part.close()


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say it in a sentence if what is written for `path` cannot be."""
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error) from error
    except UnicodeEncodeError as error:
        text = error.object[:60]
        raise Unwritable(f"{path} cannot be written: {text!r} is not all Unicode") from error


def _unwritable(path: Path, error: Any) -> Unwritable:
    return Unwritable(f"{path} cannot be written: {error.strerror or error}")


def _missing(folder: Path) -> list[Path]:
    """The folders that are still to be made, the innermost first."""
    return list(takewhile(lambda path: not path.exists(), (folder, *folder.parents)))


def _remove(path: Path, folders: list[Path]) -> None:
    with suppress(OSError):  # it may not be there, nor the folder that it should be in
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with suppress(OSError):  # nor are they empty when all went well
        for folder in folders:
            folder.rmdir()
