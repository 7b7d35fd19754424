"""Masks and their images as the spool's database has them."""

import json
from array import array
from dataclasses import dataclass
from typing import Any

from cvat_sam.masks.record import MaskRecord, Place


@dataclass(frozen=True, slots=True)
class SpooledImage:
    """An image that was put down, or masks of it.

    Attributes:
        number: ascending in order of first appearance.
        name: None where the source counts frames.
        frame: None where the source has names.
        height: in pixels; None where nothing said it.
        width: likewise.
        masks: how many; none of an image that was put down alone.
    """

    number: int
    name: str | None
    frame: int | None
    height: int | None
    width: int | None
    masks: int


def row_of(record: MaskRecord) -> tuple[bytes, str]:
    """Points, packed, and all else of a mask that is not its image's."""
    return _packed(record.points), _rest(record)


def _packed(points: list[int]) -> bytes:
    try:  # four bytes will nearly always do
        return b"I" + array("I", points).tobytes()
    except OverflowError:
        return b"q" + array("q", points).tobytes()


def _unpacked(data: bytes) -> list[int]:
    points = array(data[:1].decode())
    points.frombytes(data[1:])
    return points.tolist()


def _rest(record: MaskRecord) -> str:
    """What is neither the mask itself nor its image's."""
    kept: dict[str, Any] = {
        "file": record.place.file,
        "index": record.place.index,
        "label": record.label,
    }
    if record.frame is not None:
        kept["frame"] = record.frame
    if record.attributes:
        kept["attributes"] = dict(record.attributes)
    for name in ("occluded", "z_order", "group", "iscrowd"):
        if value := getattr(record, name):
            kept[name] = value
    if record.score is not None:
        kept["score"] = record.score
    return json.dumps(kept)


def record_of(image: SpooledImage, points: bytes, rest: str) -> MaskRecord:
    """A mask out of what `row_of` made of it."""
    read = json.loads(rest)
    place = Place(read.pop("file"), read.pop("index"))
    return MaskRecord(
        place,
        points=_unpacked(points),
        image=image.name,
        height=image.height,
        width=image.width,
        **read,
    )
