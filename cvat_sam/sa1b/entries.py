"""Each JSON of SA-1B with the image it is of, as bytes, in the order of the JSONs."""

from collections.abc import Callable, Iterator
from pathlib import Path

from cvat_sam.exceptions import InvalidSource
from cvat_sam.sa1b.entry import IMAGES, Entry
from cvat_sam.sa1b.fault import Fault
from cvat_sam.sa1b.pieces import Piece
from cvat_sam.sa1b.tar_entries import tar_entries
from cvat_sam.sources.tar_members import LARGEST_MEMBER


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
