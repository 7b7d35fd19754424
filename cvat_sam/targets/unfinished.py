"""Files and folders on their way: beside their place under another name until they are whole.

`cvat_sam.files.write_atomically` does it for what fits into memory.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from cvat_sam.exceptions import Unwritable


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
        with writing(path):
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=_hidden(path))
            os.close(handle)
            self.temporary = Path(name)
            _as_any_other(self.temporary, 0o666)

    def open(self) -> IO[str]:
        """Open it to write text."""
        return self.temporary.open("w", encoding="utf-8", newline="\n")

    def finish(self) -> None:
        """Give it its name."""
        with writing(self.path):
            self.temporary.replace(self.path)

    def discard(self) -> None:
        """Leave nothing behind."""
        self.temporary.unlink(missing_ok=True)

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
        with writing(path):
            if path.is_dir():
                if any(path.iterdir()):
                    raise Unwritable(
                        f"{path} cannot be written: it is a folder with something in it"
                    )
            elif path.exists() or path.is_symlink():
                raise Unwritable(f"{path} cannot be written: it is a file")
            self.temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=_hidden(path)))
            _as_any_other(self.temporary, 0o777)

    def finish(self) -> None:
        """Give it its name."""
        with writing(self.path):
            if self.path.is_dir() and not self.path.is_symlink():
                self.path.rmdir()  # only an empty one goes
            self.temporary.rename(self.path)

    def discard(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.temporary, ignore_errors=True)


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


def _hidden(path: Path) -> str:
    # A name may be as long as names can be; what is beside it is longer still.
    return f".{path.name[:40]}."


def _as_any_other(path: Path, mode: int) -> None:
    # tempfile makes things for their owner alone; a result is for whoever may read the folder.
    umask = os.umask(0)
    os.umask(umask)
    path.chmod(mode & ~umask)
