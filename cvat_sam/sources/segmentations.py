"""COCO's segmentations as CVAT's points, many at a time where that is faster.

A file's masks are small as a rule, and what a small one takes are calls; so readers hand over
drafts, masks that still have their segmentation, and these are finished together.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cvat_sam.exceptions import InvalidInput, InvalidSource
from cvat_sam.masks import Found, MaskRecord, Note, Place
from cvat_sam.sources.fields import numbers, rejected, shown
from rle import RleError, convert, polygon

# So many drafts are finished together, and fewer where they are long.
_DRAFTS = 128
_NUMBERS = 1 << 18


@dataclass(slots=True)
class Draft:
    """A mask whose points are still to be made.

    Attributes:
        place: where it was read.
        segmentation: COCO's dict, or a list of polygons.
        known: the mask's other values by their names in `MaskRecord`; its height and width may be
            None.
        item: what is written of it if it is rejected.
    """

    place: Place
    segmentation: Any
    known: dict[str, Any]
    item: Mapping[str, Any]


def finished(found: Iterable[Draft | Found]) -> Iterator[Found]:
    """Make masks of drafts, in their order, and pass on what is none; polygons are noted.

    Raises:
        InvalidSource: `found` does; what came before it is still finished.
    """
    waiting: list[Draft | Found] = []
    weight = 0
    try:
        for one in found:
            waiting.append(one)
            weight += _weight(one)
            if len(waiting) >= _DRAFTS or weight >= _NUMBERS:
                yield from _finish(waiting)
                waiting, weight = [], 0
    except InvalidSource:
        yield from _finish(waiting)
        raise
    yield from _finish(waiting)


def _weight(one: Draft | Found) -> int:
    """About how many numbers wait with it."""
    if isinstance(one, MaskRecord):
        return len(one.points)
    if not isinstance(one, Draft):
        return 0
    counts = one.segmentation
    if isinstance(counts, Mapping):
        counts = counts.get("counts")
    if isinstance(counts, str):
        return len(counts)
    if isinstance(counts, list):
        return sum(len(part) if isinstance(part, list) else 1 for part in counts)
    return 0


def _finish(waiting: list[Draft | Found]) -> Iterator[Found]:
    at_once = _at_once([one for one in waiting if isinstance(one, Draft)])
    for one in waiting:
        if not isinstance(one, Draft):
            yield one
            continue
        try:
            points = at_once.get(id(one)) or _points(one)
        except (InvalidInput, RleError) as fault:
            yield rejected(one.place, str(fault), one.item)
            continue
        known = one.known
        if known["height"] is None and isinstance(one.segmentation, Mapping):
            height, width = one.segmentation["size"]
            known |= {"height": height, "width": width}
        yield MaskRecord(place=one.place, points=points, **known)
        if isinstance(one.segmentation, list):
            yield Note("filled", "polygon", len(one.segmentation))


def _at_once(drafts: list[Draft]) -> dict[int, list[int]]:
    """The points of those drafts that have COCO's dict and are right, by the drafts' ids."""
    right = []
    for one in drafts:
        try:
            if isinstance(one.segmentation, Mapping):
                _check(one)
                right.append(one)
        except InvalidInput:
            continue  # what is wrong is said where it is its turn
    try:
        points = convert.coco_to_cvat_batch([one.segmentation for one in right])
    except RleError:
        return {}
    return {id(one): points for one, points in zip(right, points, strict=True)}


def _points(draft: Draft) -> list[int]:
    if isinstance(draft.segmentation, Mapping):
        _check(draft)
        return convert.coco_to_cvat(draft.segmentation)
    if not isinstance(draft.segmentation, list):
        raise InvalidInput(
            f"segmentation is {shown(draft.segmentation)}; it should be an object with size and "
            "counts, or a list of polygons"
        )
    if not draft.segmentation or draft.segmentation == [[]]:
        raise InvalidInput("segmentation is empty: there is no polygon")
    height, width = draft.known["height"], draft.known["width"]
    if height is None:
        raise InvalidInput("segmentation is of polygons, but height and width are not known")
    filled = polygon.to_runs(draft.segmentation, height=height, width=width)
    if not filled.edges.size:
        raise InvalidInput("segmentation is of polygons that cover no pixel of the image")
    return convert.runs_to_cvat(filled)


def _check(draft: Draft) -> None:
    """Checks what the codec does not know or lets pass."""
    segmentation, height, width = draft.segmentation, draft.known["height"], draft.known["width"]
    counts = segmentation.get("counts")
    if isinstance(counts, list):
        numbers(counts, "counts")
    elif not isinstance(counts, str):
        raise InvalidInput(f"counts is {shown(counts)}; it should be text or a list of numbers")
    size = segmentation.get("size")
    if height is not None and size != [height, width]:
        raise InvalidInput(f"size is {shown(size)}, but the image's is {[height, width]}")
