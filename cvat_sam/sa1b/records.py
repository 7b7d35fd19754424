"""The records of pieces of SA-1B, and what became of those that there are not: in one process."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cvat_sam.exceptions import InvalidImage, InvalidSource
from cvat_sam.sa1b import annotations
from cvat_sam.sa1b.entries import entries
from cvat_sam.sa1b.entry import Entry
from cvat_sam.sa1b.fault import Fault
from cvat_sam.sa1b.pieces import Piece
from cvat_sam.sa1b.record import Record
from cvat_sam.sa1b.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Options:
    """How records are read; see `cvat_sam.sa1b.read`."""

    wanted: Wanted
    images: bool
    decode_images: bool
    look_ahead: int


@dataclass(frozen=True, slots=True)
class Aside:
    """A fault that stands in no record's place: of a tar itself, or of what is too much in it."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A piece of which nothing could be read at all.

    Attributes:
        fault: why.
        told: whether this part of it is the one that tells it.
    """

    fault: Fault
    told: bool


# What is in a piece: for each of its records one of the first two.
Event = Record | Fault | Aside | Unreadable


def events(pieces: Sequence[Piece], options: Options) -> Iterator[Iterator[Event]]:
    """Of each piece all that is in it, record by record."""
    for piece in pieces:
        yield _events(piece, options)


def _events(piece: Piece, options: Options) -> Iterator[Event]:
    asides: list[Aside] = []

    def aside(fault: Fault) -> None:
        asides.append(Aside(fault))

    found = entries(
        piece,
        images=options.images or options.decode_images,
        look_ahead=options.look_ahead,
        aside=aside,
    )
    try:
        for entry in found:
            yield from _taken(asides)
            yield entry if isinstance(entry, Fault) else _record(entry, options)
        yield from _taken(asides)
    except InvalidSource as error:
        path = str(piece.paths[0])
        fault = Fault(path, str(error).removeprefix(f"{path}: "))
        yield Unreadable(fault, told=piece.first == 0)


def _taken(asides: list[Aside]) -> Iterator[Aside]:
    yield from asides
    asides.clear()


def _record(entry: Entry, options: Options) -> Record | Fault:
    try:
        read = annotations.parse(entry.json)
        pixels = _pixels(entry, read) if options.decode_images else None
        return Record.of(
            read,
            options.wanted.indices(read),
            source=entry.source,
            member=entry.member,
            image=entry.image if options.images else None,
            pixels=pixels,
        )
    except InvalidSource as error:
        return Fault(entry.place, str(error))


def _pixels(entry: Entry, read: annotations.Annotations) -> annotations.Pixels:
    # Imported when it is needed: it takes Pillow.
    from cvat_sam.images.decoding import decode

    if entry.image is None:
        raise InvalidSource("its image is not there")
    try:
        pixels = decode(entry.image)
    except InvalidImage as error:
        raise InvalidSource(f"its image: {error}") from None
    if pixels.shape[:2] != (read.height, read.width):
        rows, columns = pixels.shape[:2]
        raise InvalidSource(
            f"its image is {rows}×{columns} (height × width), but the JSON says "
            f"{read.height}×{read.width}"
        )
    return pixels
