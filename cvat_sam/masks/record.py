"""What readers find: masks, those that could not be read, images, and what is no mask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, for sentences.

    Attributes:
        file: the path as the user gave or would give it.
        index: which item of the file it is, from 0; None where the file is one mask.

    >>> str(Place("a.json", 3)), str(Place("mask.png"))
    ('a.json, item 3', 'mask.png')
    """

    file: str
    index: int | None = None

    def __str__(self) -> str:
        return self.file if self.index is None else f"{self.file}, item {self.index}"


@dataclass(frozen=True, slots=True)
class MaskRecord:
    """One mask.

    Attributes:
        place: where it was read.
        label: the class's name as the source has it.
        points: CVAT's run lengths and inclusive box, see `rle.cvat`: right in themselves, and in
            the image where its size is known. Without a set pixel they are [1, 0, 0, 0, 0].
        image: the image's file name as the source has it, with "/" between folders; None where the
            source counts frames.
        frame: the frame's number, counted as CVAT's tasks do; None where the source has names.
        height: of the image, in pixels; None where the source does not say.
        width: likewise.
        attributes: values by name, as text.
        occluded: as CVAT has it.
        z_order: as CVAT has it: masks with a higher one lie on top.
        group: as CVAT has it; 0 is none.
        score: a model's confidence, 0 to 1; None where there was no model.
        iscrowd: as COCO has it.
    """

    place: Place
    label: str
    points: list[int]
    image: str | None = None
    frame: int | None = None
    height: int | None = None
    width: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    occluded: bool = False
    z_order: int = 0
    group: int = 0
    score: float | None = None
    iscrowd: bool = False

    @property
    def empty(self) -> bool:
        """Whether no pixel is set."""
        return not any(self.points[1:-4:2])


@dataclass(frozen=True, slots=True)
class Rejected:
    """A mask that cannot be taken.

    Attributes:
        place: where it stands.
        sentence: what is wrong with it, without the place.
        item: what the file of rejected masks gets: JSON, as near to an item of CVAT's run lengths
            (`image` or `frame`, `label`, `points` or `segmentation`) as what was read allows, so
            that it can be mended there.
    """

    place: Place
    sentence: str
    item: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """An image that a source names, whether there are masks of it or not.

    Attributes:
        place: where it was read.
        image: its file name, as in `MaskRecord`.
        frame: its number, likewise.
        height: in pixels; None where the source does not say.
        width: likewise.
    """

    place: Place
    image: str | None = None
    frame: int | None = None
    height: int | None = None
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a person should know of a source, though nothing of it is a fault.

    Attributes:
        what: "passed over": it is no mask; "filled": it is one now; "unusable": an image without
            masks whose name or size cannot be used.
        noun: what it is, in the singular: "box".
        number: how many.
    """

    what: Literal["passed over", "filled", "unusable"]
    noun: str
    number: int = 1


# What the reader of a format yields.
Found = MaskRecord | Rejected | ImageRecord | Note
