"""What every format that masks are written in has in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import rle
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import MaskRecord
from cvat_sam.masks.counts import count
from cvat_sam.targets.unfinished import UnfinishedFile, UnfinishedFolder, writing

_PLAIN = MaskRecord(place=None, label="", points=[])  # type: ignore[arg-type]


class Target(ABC):
    """A place that masks are written to; a context manager.

    What is written gets its name when the block ends, all at once. If the block raises, nothing is
    left behind, and what was there before is there still.

    Attributes:
        path: where it shall be.
        notes: after the end, sentences on what the format could not hold.
        images: how many so far.
        masks: how many so far; those that were left out do not count.

    >>> import tempfile
    >>> from cvat_sam.masks import Place
    >>> from cvat_sam.targets import open_target
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with open_target(Path(folder) / "coco.json") as target:
    ...         target.image("a.jpg", 2, 3)
    ...         target.add(MaskRecord(Place("mine"), "cat", [0, 2, 1, 0, 2, 0]))
    ...     print(target.path.read_text()[:79])
    {"images": [
    {"id": 1, "file_name": "a.jpg", "height": 2, "width": 3}],
    "catego
    """

    # What the format has no place for, of a mask's fields.
    drops: ClassVar[tuple[str, ...]] = ()

    # Whether it has masks without a set pixel; if not, they are left out, and a note says so.
    holds_empty: ClassVar[bool] = True

    def __init__(self, path: Path, unfinished: UnfinishedFile | UnfinishedFolder) -> None:
        self.path = path
        self.notes: list[str] = []
        self.images = 0
        self.masks = 0
        self._unfinished = unfinished
        self._dropped: set[str] = set()
        self._empty = 0
        self._height = self._width = 0
        self._ended = False

    def image(self, name: str, height: int, width: int, *, frame: int | None = None) -> None:
        """Begin an image; also one without masks.

        Args:
            name: the file's name, with "/" between folders.
            height: in pixels.
            width: in pixels.
            frame: the frame's number in its task; without it, images are counted from 0.

        Raises:
            InvalidSource: there can be no such image, or not in this format.
            Unwritable: it cannot be written.
        """
        if not name:
            raise InvalidSource("an image has no name")
        with writing(self.path):
            self._end_image()
            # An empty mask, held against the image, is its size's own check.
            _require(name, [1, 0, 0, 0, 0], height, width)
            self._height, self._width = height, width
            self._begin_image(name, height, width, self.images if frame is None else frame)
        self.images += 1

    def add(self, record: MaskRecord) -> None:
        """Write a mask of the image that was begun last.

        Raises:
            InvalidSource: the mask is not in its image, or not for this format.
            Unwritable: it cannot be written.
        """
        if not self.images:
            raise InvalidSource(f"{record.place}: the mask comes before any image")
        _require(str(record.place), record.points, self._height, self._width)
        if record.empty and not self.holds_empty:
            self._empty += 1
            return
        self._dropped.update(
            name for name in self.drops if getattr(record, name) != getattr(_PLAIN, name)
        )
        with writing(self.path):
            self._add(record)
        self.masks += 1

    def close(self) -> list[str]:
        """End the last image, put everything in its place, and return the notes.

        Raises:
            Unwritable: it cannot be.
        """
        if self._ended:
            return self.notes
        with writing(self.path):
            self._end_image()
            self._finish()
        self._unfinished.finish()
        self._ended = True
        if self._empty:
            masks = count(self._empty, "mask")
            self.notes.append(f"left out, because the format has no empty masks: {masks}")
        if self._dropped:
            names = [name for name in self.drops if name in self._dropped]
            self.notes.append(f"not in the result, which has no place for it: {', '.join(names)}")
        return self.notes

    def discard(self) -> None:
        """Leave nothing behind, unless it is closed."""
        if not self._ended:
            self._ended = True
            with suppress(OSError):  # what is flushed then is thrown away anyhow
                self._let_go()
            self._unfinished.discard()

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
                self.close()
        finally:
            self.discard()

    @abstractmethod
    def _begin_image(self, name: str, height: int, width: int, frame: int) -> None: ...

    @abstractmethod
    def _add(self, record: MaskRecord) -> None: ...

    def _end_image(self) -> None:  # noqa: B027  most need nothing here
        """Write what was kept of the image that was begun last; there may be none."""

    def _finish(self) -> None:  # noqa: B027  likewise
        """Write what comes after the last image."""

    def _let_go(self) -> None:  # noqa: B027  likewise
        """Close what is open."""


class FirstSeen:
    """Numbers for names, from 1, in order of first appearance.

    >>> numbers = FirstSeen()
    >>> numbers["car"], numbers["cat"], numbers["car"]
    (1, 2, 1)
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers) + 1)

    def __len__(self) -> int:
        return len(self._numbers)

    def items(self) -> Iterable[tuple[str, int]]:
        """Names and numbers, ascending."""
        return self._numbers.items()


def _require(what: str, points: list[int], height: int, width: int) -> None:
    try:
        rle.cvat.validate(points, height=height, width=width)
    except rle.RleError as error:
        raise InvalidSource(f"{what}: {error}") from None
