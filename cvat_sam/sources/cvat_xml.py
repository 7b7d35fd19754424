"""CVAT's own XML: "CVAT for images 1.1" and "CVAT for video 1.1".

    <mask label="car" occluded="0" rle="3, 6, …" left="0" top="0" width="12" height="2" z_order="0"
          group_id="1"><attribute name="colour">red</attribute></mask>
    <polygon label="car" occluded="0" points="1.00,2.00;5.50,2.00;5.50,7.25" z_order="0"/>

Masks and polygons are taken; polygons are filled as CVAT's own export does it, for which the
image's size has to be known, and are noted. Boxes, points, polylines, ellipses, cuboids, skeletons
and tags are not masks: they are noted and passed over. Of a video, a track's masks and polygons are
taken as they stand at each frame, but for those outside.

The file is read as a stream. Nothing in it is looked up elsewhere: document types and entities,
with which hostile files are made, are refused.

Source of the format: CVAT's documentation, "CVAT for images 1.1" and "CVAT for video 1.1".
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import rle
from cvat_sam.exceptions import InvalidInput, InvalidSource
from cvat_sam.masks import Found, ImageRecord, MaskRecord, Note, Place, Rejected
from cvat_sam.sources import fields
from cvat_sam.sources.fields import shown
from cvat_sam.sources.mask_items import checked_points
from cvat_sam.sources.source import Source
from cvat_sam.sources.xml_events import Element, elements

TAKEN = ("mask", "polygon")
NOT_MASKS = ("box", "polyline", "points", "ellipse", "cuboid", "skeleton", "tag")

_BEGINNING = 4096


def looks_like(path: Path) -> bool:
    """Whether it begins as CVAT's XML does."""
    try:
        with path.open("rb") as file:
            start = file.read(_BEGINNING)
    except OSError:
        return False
    return b"<annotations" in start and start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read(source: Source) -> Iterator[Found]:
    """Reads the images and masks of a file.

    Raises:
        InvalidSource: it cannot be read, is no XML or not CVAT's, or has a document type.
    """
    reader = _Reader(str(source.path))
    try:
        for element, begins in elements(source.path):
            yield from reader.begin(element) if begins else reader.end(element)
    except InvalidInput as error:
        raise InvalidSource(f"{source.path}: {error}") from None


class _Reader:
    """Knows where in the document we are."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._depth = 0
        self._image: Element | None = None
        self._track: Element | None = None
        self._shape: Element | None = None
        self._values: dict[str, str] = {}
        self._size: tuple[int | None, int | None] | None = None  # of a video's frames
        self._texts: dict[str, str] = {}
        self._shapes = 0
        self._others: list[str] = []  # shapes of the track that are no masks
        self._has_masks = False  # the track

    def begin(self, element: Element) -> Iterator[Found]:
        self._depth += 1
        if self._depth == 1 and element.name != "annotations":
            raise InvalidSource(f"is not CVAT's XML: it holds <{element.name}>, not <annotations>")
        if self._depth == 2 and element.name == "image":
            self._image = element
            yield self._image_found(element)
        elif self._depth == 2 and element.name == "track":
            self._track = element
            self._others, self._has_masks = [], False
        elif self._depth == 3 and (self._image or self._track):
            self._shape = element
            self._values = {}

    def end(self, element: Element) -> Iterator[Found]:
        self._depth -= 1
        if element is self._shape:
            self._shape = None
            yield from self._read(element)
        elif self._shape:
            if element.name == "attribute" and self._depth == 3:
                self._values[element.attributes.get("name", "")] = element.text
        elif element is self._image:
            self._image = None
        elif element is self._track:
            self._track = None
            for noun in self._others if self._has_masks else ["track"]:
                yield Note("passed over", noun)
        elif element.name in ("width", "height"):
            self._texts[element.name] = element.text
        elif element.name == "original_size":
            height, width = (_number(self._texts.get(key)) for key in ("height", "width"))
            self._size = fields.size(height, width)

    def _image_found(self, image: Element) -> ImageRecord | Note:
        try:
            name = fields.image_name(image.attributes.get("name"), "image")
            height, width = self._image_size() or (None, None)
        except InvalidInput:
            return Note("unusable", "image")
        return ImageRecord(Place(self._file), name, height=height, width=width)

    def _read(self, shape: Element) -> Iterator[Found]:
        if shape.name not in (*TAKEN, *NOT_MASKS):
            return
        place = Place(self._file, self._shapes)
        self._shapes += 1
        if shape.name in TAKEN:
            self._has_masks = True
            if not (self._track and shape.attributes.get("outside") == "1"):
                mask = self._mask(shape, place)
                yield mask
                if shape.name == "polygon" and isinstance(mask, MaskRecord):
                    yield Note("filled", "polygon")
        elif self._track:
            self._others.append(shape.name)
        else:
            yield Note("passed over", shape.name)

    def _mask(self, shape: Element, place: Place) -> MaskRecord | Rejected:
        attributes = shape.attributes
        known: dict[str, Any] = {}
        try:
            known |= self._image_or_frame(attributes)
            size = self._image_size()
            known["label"] = fields.text((self._track or shape).attributes.get("label"), "label")
            known |= _more(attributes, self._track)
            points = _points(shape, size)
        except (InvalidInput, rle.RleError) as error:
            item = {**known, **_geometry(shape), "attributes": self._values}
            return fields.rejected(place, str(error), item)
        height, width = size or (None, None)
        return MaskRecord(
            place=place,
            points=points,
            height=height,
            width=width,
            attributes=self._values,
            **known,
        )

    def _image_or_frame(self, attributes: Mapping[str, str]) -> dict[str, Any]:
        if self._image:
            return {"image": fields.image_name(self._image.attributes.get("name"), "image")}
        return {"frame": fields.whole(_number(attributes.get("frame")), "frame", least=0)}

    def _image_size(self) -> tuple[int | None, int | None] | None:
        if not self._image:
            return self._size
        height, width = (_number(self._image.attributes.get(key)) for key in ("height", "width"))
        return None if height is None and width is None else fields.size(height, width)


def _points(shape: Element, size: tuple[int | None, int | None] | None) -> list[int]:
    height, width = size or (None, None)
    if shape.name == "mask":
        points = rle.cvat.from_attributes(shape.attributes)
        return checked_points(points, height=height, width=width)
    if height is None or width is None:
        raise InvalidInput("is a polygon, which cannot be filled: its image's size is not known")
    filled = rle.polygon.to_runs([_corners(shape)], height=height, width=width)
    if not filled.edges.size:
        raise InvalidInput("is a polygon that covers no pixel of the image")
    return rle.convert.runs_to_cvat(filled)


def _corners(polygon: Element) -> list[float]:
    text = polygon.attributes.get("points", "")
    try:
        return [float(part) for pair in text.split(";") for part in _pair(pair)]
    except ValueError:
        raise InvalidInput(f"points is {shown(text)}; it should be x,y;x,y;…") from None


def _pair(text: str) -> tuple[str, str]:
    x, y = text.split(",")
    return x, y


def _geometry(shape: Element) -> dict[str, Any]:
    """What an item has of a mask that is rejected."""
    if shape.name == "mask":
        names = ("rle", "left", "top", "width", "height")
        found = {name: shape.attributes.get(name) for name in names}
        return {name: text if name == "rle" else _number(text) for name, text in found.items()}
    try:
        return {"segmentation": [_corners(shape)]}
    except InvalidInput:
        return {"segmentation": shape.attributes.get("points")}


def _more(attributes: Mapping[str, str], track: Element | None) -> dict[str, Any]:
    owner = track.attributes if track else attributes
    return {
        "occluded": fields.flag(_number(attributes.get("occluded", "0")), "occluded"),
        "z_order": fields.whole(_number(attributes.get("z_order", "0")), "z_order"),
        "group": fields.whole(_number(owner.get("group_id", "0")), "group_id", least=0),
    }


def _number(text: str | None) -> int | str | None:
    """The whole number that a text is, or else the text, for a sentence."""
    stripped = (text or "").strip()
    digits = stripped.removeprefix("-")
    is_one = digits.isascii() and digits.isdigit() and len(digits) < 16
    return int(stripped) if is_one else text
