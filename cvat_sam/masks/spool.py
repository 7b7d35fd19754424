"""Masks put down in any order and taken up image by image, on disk."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from types import TracebackType
from typing import Self

import rle
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks.record import ImageRecord, MaskRecord, Place, Rejected
from cvat_sam.masks.spool_rows import SpooledImage, record_of, row_of

# A database without a name is a file that SQLite makes, and that is gone with the process.
_ON_DISK = ""

_TABLES = """
pragma journal_mode = off;
pragma synchronous = off;
create table images (
    id integer primary key, key text unique, height int, width int, named int default 0
);
create table masks (
    image int, number int, points blob, rest text, primary key (image, number)
) without rowid;
create table rejected (number integer primary key, item text);
"""


class Spool:
    """A store of masks, images, and masks rejected; a context manager, gone with its block.

    Memory does not grow with what is in it.

    >>> place = Place("a.json", 0)
    >>> with Spool() as spool:
    ...     for image in ("b.jpg", "a.jpg", "b.jpg"):
    ...         spool.add(MaskRecord(place, "cat", [0, 1, 0, 0, 0, 0], image=image))
    ...     for image in spool.images():
    ...         print(image.name, len(list(spool.records(image))))
    b.jpg 2
    a.jpg 1
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect(_ON_DISK, isolation_level=None)
        self._database.executescript(_TABLES)
        self._database.execute("begin")
        self._count = 0
        self._latest: tuple[str, SpooledImage] | None = None

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
        """Let go of everything."""
        self._database.close()

    def __len__(self) -> int:
        return self._count

    def add(self, record: MaskRecord) -> None:
        """Put a mask down.

        Raises:
            InvalidSource: it has neither image nor frame, its image has another size already, or
                the mask is not in the image; it is not in the store then.
        """
        image = self._image_of(record)
        if image.height is not None and image.width is not None:
            # Where one mask of an image says its size, another may not have been held against it.
            if record.height is None:
                _check(record, image.height, image.width)
        elif record.height is not None and record.width is not None:
            self._settle_size(image, record.height, record.width)
        self._database.execute(
            "insert into masks values (?, ?, ?, ?)",
            (image.number, self._count, *row_of(record)),
        )
        self._count += 1

    def add_image(self, record: ImageRecord) -> None:
        """Put an image down, of which there may be no masks.

        Raises:
            InvalidSource: it has neither a name nor a frame, or it has another size already; it is
                in the store then as it was.
        """
        image = self._image_of(record)
        if image.height is None and record.height is not None and record.width is not None:
            self._settle_size(image, record.height, record.width)
        self._database.execute("update images set named = 1 where id = ?", (image.number,))

    def images(self) -> Iterator[SpooledImage]:
        """All images that were put down, and those of masks, in order of first appearance."""
        rows = self._database.execute(
            "select id, key, height, width, "
            "(select count(*) from masks where image = images.id) as held "
            "from images where held > 0 or named order by id"
        )
        return (_image(*row) for row in rows)

    def records(self, image: SpooledImage) -> Iterator[MaskRecord]:
        """The masks of an image in the order they were put down, all with the image's size."""
        rows = self._database.execute(
            "select points, rest from masks where image = ? order by number", (image.number,)
        )
        return (record_of(image, points, rest) for points, rest in rows)

    def reject(self, rejected: Rejected) -> None:
        """Put down one that cannot be taken."""
        self._database.execute(
            "insert into rejected (item) values (?)", (json.dumps(asdict(rejected)),)
        )

    def rejected(self) -> Iterator[Rejected]:
        """Those that cannot be taken, in the order they were put down."""
        for (text,) in self._database.execute("select item from rejected order by number"):
            read = json.loads(text)
            yield Rejected(Place(**read["place"]), read["sentence"], read["item"])

    def rejected_count(self) -> int:
        """How many those are."""
        [count] = self._database.execute("select count(*) from rejected").fetchone()
        return int(count)

    def _image_of(self, record: MaskRecord | ImageRecord) -> SpooledImage:
        """The image's row, new if it comes first here; refuses another size than before."""
        if record.image is None and record.frame is None:
            raise InvalidSource("has neither an image nor a frame")
        key = json.dumps([record.image, record.frame if record.image is None else None])
        if self._latest and self._latest[0] == key:
            image = self._latest[1]
        else:
            execute = self._database.execute
            execute("insert or ignore into images (key) values (?)", (key,))
            row = execute("select id, key, height, width, 0 from images where key = ?", (key,))
            image = _image(*row.fetchone())
            self._latest = key, image
        sizes = (image.height, image.width), (record.height, record.width)
        if None not in sizes[0] + sizes[1] and sizes[0] != sizes[1]:
            name = f"frame {image.frame}" if image.name is None else f"the image {image.name}"
            raise InvalidSource(
                f"{name} is {record.height}×{record.width}, but it was "
                f"{image.height}×{image.width} before"
            )
        return image

    def _settle_size(self, image: SpooledImage, height: int, width: int) -> None:
        """Writes down the size that a mask says, if those before it are inside."""
        for earlier in self.records(image):
            try:
                _check(earlier, height, width)
            except InvalidSource as error:
                raise InvalidSource(
                    f"its image is {height}×{width}, but an earlier mask ({earlier.place}) does "
                    f"not fit: {error}"
                ) from None
        self._database.execute(
            "update images set height = ?, width = ? where id = ?", (height, width, image.number)
        )
        self._latest = None


def _check(record: MaskRecord, height: int, width: int) -> None:
    try:
        rle.cvat.validate(record.points, height=height, width=width)
    except rle.RleError as error:
        raise InvalidSource(str(error)) from None


def _image(
    number: int, key: str, height: int | None, width: int | None, masks: int
) -> SpooledImage:
    name, frame = json.loads(key)
    return SpooledImage(number, name, frame, height, width, masks)
