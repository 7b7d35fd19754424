"""Each JSON of SA-1B with the image it is of, as bytes, in the order of the JSONs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cvat_sam.exceptions import InvalidSource
from cvat_sam.sa1b.fault import Fault
from cvat_sam.sa1b.pieces import Piece
from cvat_sam.sources.tar_members import LARGEST_MEMBER

JSON = ".json"
IMAGES = (".jpg", ".jpeg", ".png", ".webp")


@dataclass(frozen=True, slots=True)
class Entry:
    """A JSON and its image.

    Attributes:
        source: the tar, or the JSON file.
        member: the JSON's name in the tar; of a file, its name.
        json: its bytes.
        image: those of the image; None where there is none or it was not wanted.
    """

    source: str
    member: str
    json: bytes
    image: bytes | None

    @property
    def place(self) -> str:
        """Where it stands, for sentences."""
        return place(self.source, self.member)


def place(source: str, member: str) -> str:
    """Where a member stands, for sentences.

    >>> place("a.tar", "sa_1.json"), place("in/sa_1.json", "sa_1.json")
    ('a.tar: sa_1.json', 'in/sa_1.json')
    """
    return f"{source}: {member}" if member and Path(source).name != member else source


def entries(
    piece: Piece, *, images: bool, look_ahead: int, aside: Callable[[Fault], object]
) -> Iterator[Entry | Fault]:
    """What is in a piece: of each of its records the entry, or why there is none.

    Args:
        piece: of a tar, or of files.
        images: whether the images are wanted.
        look_ahead: how many bytes of a compressed tar may wait for what belongs to them.
        aside: hears of what is wrong with a tar and is no record of the piece.

    Raises:
        InvalidSource: a tar is none, or cannot be opened.
    """
    if piece.is_tar:
        from cvat_sam.sa1b.tar_entries import tar_entries

        yield from tar_entries(piece, images=images, look_ahead=look_ahead, aside=aside)
        return
    for path in piece.paths[piece.first :: piece.step]:
        try:
            json = _bytes(path)
            yield Entry(str(path), path.name, json, _image_beside(path) if images else None)
        except InvalidSource as error:
            yield Fault(str(path), str(error))


def _image_beside(path: Path) -> bytes | None:
    for suffix in IMAGES:
        for name in (suffix, suffix.upper()):
            image = path.with_suffix(name)
            if image.is_file():
                try:
                    return _bytes(image)
                except InvalidSource as error:
                    raise InvalidSource(f"its image, {image.name}, {error}") from None
    return None


def _bytes(path: Path) -> bytes:
    try:
        if (size := path.stat().st_size) > LARGEST_MEMBER:
            raise InvalidSource(f"has {size:,} bytes, over the limit of {LARGEST_MEMBER:,}")
        return path.read_bytes()
    except OSError as error:
        raise InvalidSource(f"cannot be read: {error.strerror}") from None
