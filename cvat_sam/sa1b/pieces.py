"""What is to be read of SA-1B, and how it is shared out."""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cvat_sam.exceptions import InvalidSetting, InvalidSource
from cvat_sam.sources.folders import files_in, has_suffix
from cvat_sam.sources.tar_members import TARS

Sources = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A tar, or JSON files, or every so many records of these.

    Attributes:
        paths: one tar, or JSON files.
        is_tar: which of the two.
        first: number of the first record, from 0, in the order of the JSONs.
        step: how far it is to the next.
    """

    paths: tuple[Path, ...]
    is_tar: bool
    first: int = 0
    step: int = 1

    def split(self, index: int, count: int) -> "Piece":
        """The part number `index` of `count`, each with every so many records."""
        return replace(self, first=self.first + index * self.step, step=self.step * count)

    def has(self, number: int) -> bool:
        """Whether the record of that number belongs to it."""
        return number >= self.first and (number - self.first) % self.step == 0


def pieces(source: Sources) -> list[Piece]:
    """What a path, a pattern or a list of them stands for, each file once.

    Args:
        source: JSON files, tars (.tar, .tar.gz, .tgz), and folders of both; a name with * ? or [
            that no file has is a pattern.

    Raises:
        InvalidSource: there is no such file, or none of these kinds.
    """
    if isinstance(source, str | os.PathLike):
        source = [source]
    if not isinstance(source, Iterable):
        raise InvalidSource(
            f"the source is of type {type(source).__name__}; it should be a path, or a list of them"
        )
    found: list[Piece] = []
    files: list[Path] = []
    seen: set[Path] = set()
    for path in _once(source, seen):
        if is_tar(path):
            # What came before it comes before it.
            found += _files(files)
            files = []
            found.append(Piece((path,), is_tar=True))
        else:
            files.append(path)
    found += _files(files)
    if not found:
        raise InvalidSource("there is nothing to read: the list of sources is empty")
    return found


def share(shared: Sequence[Piece], index: int, count: int) -> list[Piece]:
    """The part number `index` of `count`: whole pieces while there is one for each, then parts.

    Raises:
        InvalidSetting: there is no such part.

    >>> tars = [Piece((Path(name),), is_tar=True) for name in "abc"]
    >>> [(str(one.paths[0]), one.first, one.step) for one in share(tars, 1, 2)]
    [('b', 0, 1), ('c', 1, 2)]
    """
    for name, value in (("index", index), ("count", count)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidSetting(f"the shard's {name} is {value!r}; it should be a whole number")
    if not 0 <= index < count:
        raise InvalidSetting(
            f"there is no shard {index} of {count}; count from 0 to one below the number"
        )
    whole = len(shared) // count * count
    return [*shared[:whole][index::count], *(one.split(index, count) for one in shared[whole:])]


def is_tar(path: Path) -> bool:
    """Whether it is called a tar."""
    return has_suffix(path.name, TARS)


def _files(files: list[Path]) -> list[Piece]:
    return [Piece(tuple(files), is_tar=False)] if files else []


def _once(source: Iterable[str | os.PathLike[str]], seen: set[Path]) -> Iterator[Path]:
    for one in source:
        for path in _found(one):
            resolved = path.resolve()
            if resolved not in seen:
                seen.add(resolved)
                yield path


def _found(named: str | os.PathLike[str]) -> Iterator[Path]:
    if not isinstance(named, str | os.PathLike) or not os.fspath(named):
        raise InvalidSource(f"a source is {named!r}; it should be the path of a file or folder")
    path = Path(named)
    if not os.path.exists(path):  # noqa: PTH110  Path's own raises where we may not look
        names = sorted(glob.glob(os.fspath(named), recursive=True))  # noqa: PTH207  it is text
        if not glob.has_magic(os.fspath(named)):
            raise InvalidSource(f"{path}: there is no such file or folder")
        if not names:
            raise InvalidSource(f"{path}: no file or folder has such a name")
        for name in names:
            yield from _found(name)
    elif path.is_dir():
        files = files_in(path, {".json", *TARS})
        if not files:
            raise InvalidSource(f"{path}: the folder has no JSON files and no tars")
        yield from files
    elif is_tar(path) or path.suffix.lower() == ".json":
        yield path
    else:
        raise InvalidSource(
            f"{path}: is not called {', '.join(TARS)} or .json, and these are what is read"
        )
