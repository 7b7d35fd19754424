"""Files that are there whole or not at all."""

import glob
import secrets
from pathlib import Path

from cvat_sam.exceptions import Unwritable

# How much of a file's name its unfinished form keeps, and how many random bytes make it another.
_NAMED, _RANDOM = 40, 8


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to a temporary file beside `path`, then give it the name.

    Raises:
        Unwritable: the file cannot be made; what was there before is there still.
    """
    temporary = beside(path)
    try:
        with temporary.open("xb") as file:
            file.write(data)
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """A name that nothing has yet, in the same folder, for what shall be `path` when it is whole.

    The file is made by whoever writes it, and so may be read by whoever may read the folder, which
    is not so with those of `tempfile`.
    """
    # A name may be as long as names can be; what is beside it is longer still.
    return path.parent / f".{path.name[:_NAMED]}.{secrets.token_hex(_RANDOM)}"


def unfinished_of(path: Path) -> list[Path]:
    """What processes that were killed have left `beside` a path.

    Whoever asks knows that nobody is writing it now. A name so long that `beside` cuts it could be
    another file's as well; of it there is nothing.
    """
    if len(path.name) > _NAMED:
        return []
    return sorted(path.parent.glob(f".{glob.escape(path.name)}.{'[0-9a-f]' * 2 * _RANDOM}"))


def make_folder(path: Path) -> None:
    """Make a folder and those above it, unless it is there.

    Raises:
        Unwritable: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> Unwritable:
    return Unwritable(f"{path} cannot be written: {error.strerror}")
