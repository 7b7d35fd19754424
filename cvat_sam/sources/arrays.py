"""numpy's files: `.npy` and `.npz`.

    (N, H, W)   masks, bool or numbers: 0 and 1, or 0 and 255; also (N, 1, H, W)
    (H, W)      bool: one mask; numbers: an image of labels, a mask of each but 0

A `.npy`'s image is the file's name without extension. An `.npz` is one of these:

    masks       (N, H, W), and for each mask its image or frame, and its label:
    images (N,) or frames (N,), labels (N,)     all may be missing; other arrays are noted
    a.jpg       an image's masks or labels, and so on for others
    a.jpg/labels    (N,)                        for masks only, may be missing

A `.npy` in a folder that was named has the folders between in its image's name. A mask's label is
"object" where none is said; a label's is its number. Values may be floats if they
are whole. Arrays of Python objects (pickled) are refused.
"""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

import rle
from cvat_sam.exceptions import InvalidInput, InvalidSource
from cvat_sam.masks import Found, ImageRecord, MaskRecord, Note, Place, Rejected
from cvat_sam.sources import fields
from cvat_sam.sources.array_values import as_masks, points_of, refuse_doubt, whole
from cvat_sam.sources.npy_stream import MAGIC, damage, layers, read_header, read_line
from cvat_sam.sources.source import Source

LABEL = "object"
LABELS = "/labels"

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

# What numpy calls an array that was saved without a name.
_NAMELESS = "arr_0"

_Names = list[Any]


def looks_like(path: Path) -> bool:
    """Whether it is a `.npy`, or a zip file with such inside."""
    try:
        with path.open("rb") as file:
            start = file.read(6)
        if start == MAGIC:
            return True
        if not start.startswith(_ZIP):
            return False
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(".npy") for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False


def read(source: Source) -> Iterator[Found]:
    """Reads the images and masks of a file.

    Raises:
        InvalidSource: it cannot be read, or is no array of masks; or names and labels that go with
            masks are not as many.
    """
    try:
        with damage(), source.path.open("rb") as file:
            start = file.read(len(MAGIC))
            file.seek(0)
            if start == MAGIC:
                yield from _Reader(source).array(file, {"image": source.stem})
                return
        if not start.startswith(_ZIP):
            raise InvalidSource(f"is no file of numpy's; it begins with {start!r}")
        yield from _archive(source)
    except InvalidInput as error:
        raise InvalidSource(f"{source.path}: {error}") from None


def _archive(source: Source) -> Iterator[Found]:
    with damage(), zipfile.ZipFile(source.path) as archive:
        keys = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
        if not keys:
            raise InvalidSource("holds no arrays")
        if len(set(keys)) < len(keys):
            raise InvalidSource("holds two arrays of one name")
        members = _Members(archive, keys)
        reader = _Reader(source)
        if "masks" in keys and "masks" + LABELS not in keys:
            yield from reader.named_masks(members)
        elif keys == [_NAMELESS]:
            yield from reader.member(members, _NAMELESS, source.stem)
        else:
            for key in keys:
                if not (key.endswith(LABELS) and key.removesuffix(LABELS) in keys):
                    yield from reader.member(members, key, key)


@dataclass(frozen=True, slots=True)
class _Members:
    """The arrays of an `.npz`."""

    archive: zipfile.ZipFile
    keys: list[str]

    def open(self, key: str) -> IO[bytes]:
        return self.archive.open(f"{key}.npy")

    def names(self, key: str, kinds: str) -> _Names | None:
        """An array of one dimension as plain values, if it is there."""
        if key not in self.keys:
            return None
        try:
            with self.open(key) as file:
                array = read_line(file, read_header(file))
        except InvalidSource as error:
            raise InvalidSource(f"the array {key} {error}") from None
        if array.dtype.kind not in kinds:
            raise InvalidSource(f"the array {key} is of {array.dtype}, which is no name or number")
        decoded = np.char.decode(array, "utf-8") if array.dtype.kind == "S" else array
        return list(decoded.tolist())


class _Reader:
    """Makes masks of arrays, and counts them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._count = 0

    def named_masks(self, members: _Members) -> Iterator[Found]:
        """The array `masks` and those that go with it."""
        names: dict[str, _Names] = {}
        for key, name, kinds in (
            ("images", "image", "US"),
            ("frames", "frame", "iu"),
            ("labels", "label", "USiu"),
        ):
            if (found := members.names(key, kinds)) is not None:
                names[name] = found
        if "image" in names and "frame" in names:
            raise InvalidSource("has both images and frames")
        known = {} if names.keys() & {"image", "frame"} else {"image": self._source.stem}
        for key in members.keys:
            if key not in ("masks", "images", "frames", "labels"):
                yield Note("passed over", f"array {key!r}")
        with members.open("masks") as file:
            yield from self.array(file, known, names)

    def member(self, members: _Members, key: str, image: str) -> Iterator[Found]:
        """An array that has an image's name; a fault is its own, and others are read on."""
        try:
            labels = members.names(key + LABELS, "USiu")
            with members.open(key) as file:
                yield from self.array(
                    file, {"image": image}, {} if labels is None else {"label": labels}
                )
        except InvalidInput as error:
            yield Rejected(self._place(), f"the array {key} {error}", {"image": image})

    def array(
        self,
        file: IO[bytes],
        known: Mapping[str, Any],
        names: Mapping[str, _Names] | None = None,
    ) -> Iterator[Found]:
        """The masks of an array.

        Args:
            file: stands at its beginning.
            known: image or frame of all.
            names: of each mask.
        """
        header = as_masks(read_header(file))
        names = names or {}
        if len(header.shape) == 2 and header.dtype.kind != "b":
            if names:
                raise InvalidSource("is an image of labels, with which no names go")
            [image] = layers(file, header)
            yield from self._labels(image, known)
            return
        masks = 1 if len(header.shape) == 2 else header.shape[0]
        for key, values in names.items():
            if len(values) != masks:
                raise InvalidSource(f"has {masks} masks, but {len(values)} {key}s go with it")
        if "image" in known:
            yield from self._image(known["image"], *header.shape[-2:])
        for number, layer in enumerate(layers(file, header)):
            yield self._mask(layer, {**known, **{key: names[key][number] for key in names}})

    def _mask(self, layer: NDArray[Any], known: Mapping[str, Any]) -> MaskRecord | Rejected:
        height, width = layer.shape
        item = {"label": LABEL, **known, "height": height, "width": width}
        place = self._place()
        self._count += 1
        try:
            record = MaskRecord(
                place,
                fields.text(str(item["label"]), "label"),
                points_of(layer),
                height=height,
                width=width,
            )
            if "frame" in item:
                return replace(record, frame=fields.whole(item["frame"], "frame", least=0))
            return replace(record, image=fields.image_name(item["image"], "image"))
        except InvalidInput as error:
            return fields.rejected(place, str(error), item)

    def _image(self, name: object, height: int, width: int) -> Iterator[ImageRecord]:
        with suppress(InvalidInput):  # which is said of each of its masks
            image = fields.image_name(name, "image")
            yield ImageRecord(Place(str(self._source.path)), image, height=height, width=width)

    def _labels(self, values: NDArray[Any], known: Mapping[str, Any]) -> Iterator[Found]:
        height, width = values.shape
        try:
            image = fields.image_name(known["image"], "image")
            if not self._source.asked:
                refuse_doubt(values)
            runs = rle.multiclass.encode(whole(values))
        except InvalidInput as error:
            yield fields.rejected(self._place(), str(error), known)
            return
        yield from self._image(image, height, width)
        for value, points in rle.convert.multiclass_to_cvat(runs).items():
            place = self._place()
            self._count += 1
            yield MaskRecord(place, str(value), points, image, height=height, width=width)

    def _place(self) -> Place:
        return Place(str(self._source.path), self._count)
