"""What is to be done: a job for each tar, folder or file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cvat_sam.exceptions import InvalidSetting, InvalidSource
from cvat_sam.sa1b.fault import Fault
from cvat_sam.sa1b.pieces import Piece, pieces
from cvat_sam.sa1b.reading import LOOK_AHEAD, Reader
from cvat_sam.sa1b.records import Options
from cvat_sam.sa1b.wanted import Wanted
from cvat_sam.sources.tar_members import TARS

# Of a damaged source so many faults are told in words; all of them are counted.
TOLD = 1000

# After so many images it is told how far a job is.
EVERY = 50


@dataclass(frozen=True, slots=True)
class Job:
    """A source, and what is to be made of it.

    Attributes:
        kind: "stats", "convert" or "features".
        name: of the results' files: the tar's name without its suffix, or the folder's.
        piece: what is read.
        wanted: which of the masks.
        folder: where results go; None where there is none but what is told.
    """

    kind: str
    name: str
    piece: Piece
    wanted: Wanted
    folder: Path | None

    def reader(self, faults: "Faults") -> Reader:
        """Reads the source's masks; images are left alone."""
        options = Options(self.wanted, images=False, decode_images=False, look_ahead=LOOK_AHEAD)
        return Reader([self.piece], options, fault=faults.hear)

    def identity(self) -> dict[str, Any]:
        """What tells this source from another of the same name, and from what it was before.

        Raises:
            InvalidSource: it is no longer there.
        """
        try:
            stats = [path.stat() for path in self.piece.paths]
        except OSError as error:
            raise InvalidSource(f"{error.filename}: cannot be read: {error.strerror}") from None
        return {
            "files": len(stats),
            "name": self.piece.paths[0].name,
            "bytes": sum(one.st_size for one in stats),
            "written": max(one.st_mtime_ns for one in stats),
        }


class Faults:
    """What was damaged in a source.

    Attributes:
        sentences: the first of them, each with its place.
        count: how many there are.
    """

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.count = 0

    def hear(self, fault: Fault) -> None:
        """Take one down."""
        self.count += 1
        if len(self.sentences) < TOLD:
            self.sentences.append(str(fault))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job.

    Attributes:
        images: that were read.
        masks: of these, the wanted ones.
        pairs: of masks that share a pixel, where that was looked at.
        skipped: how much of the source was damaged.
        faults: the first of these, in words.
        stats: figures, where they were asked for.
        failed: why nothing of the source could be read, or written.
    """

    images: int = 0
    masks: int = 0
    pairs: int = 0
    skipped: int = 0
    faults: tuple[str, ...] = ()
    stats: dict[str, Any] | None = None
    failed: str | None = None


def jobs(
    kind: str, sources: Sequence[str], *, wanted: Wanted, folder: Path | None = None
) -> list[Job]:
    """A job for each tar, each folder of JSONs, and each JSON that is named itself.

    Raises:
        InvalidSource: there is no such file, or none that is read.
        InvalidSetting: results of two of them would have the same name.
    """
    found: dict[str, Job] = {}
    seen: set[Path] = set()
    for source in sources:
        for piece in _whole(pieces(source)):
            resolved = {path.resolve() for path in piece.paths}
            if resolved <= seen:
                continue  # named twice
            seen |= resolved
            name = _name(source, piece)
            other = found.setdefault(name, Job(kind, name, piece, wanted, folder))
            if other.piece is not piece:
                raise InvalidSetting(
                    f"{piece.paths[0]} and {other.piece.paths[0]} would both be called {name}; "
                    "name one alone, or call it otherwise"
                )
    return list(found.values())


def _whole(found: list[Piece]) -> list[Piece]:
    """The tars of a source, and all of its JSONs together."""
    files = tuple(path for piece in found if not piece.is_tar for path in piece.paths)
    together = [Piece(files, is_tar=False)] if files else []
    return [*(piece for piece in found if piece.is_tar), *together]


def _name(source: str, piece: Piece) -> str:
    path = piece.paths[0]
    if piece.is_tar:
        suffix = next(suffix for suffix in TARS if path.name.lower().endswith(suffix))
        return path.name[: -len(suffix)]
    if len(piece.paths) == 1 and Path(source) == path:
        return path.stem
    folder = Path(source).resolve() if Path(source).is_dir() else path.resolve().parent
    return folder.name
