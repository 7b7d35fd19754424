"""What a function's 200 reply is: which kind of function gave it, and the masks in it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import rle
from cvat_sam.doctor.picture import BoolMask
from cvat_sam.settings import FunctionKind
from cvat_sam.wire import contract

# What else a detector's objects may be.
NO_MASKS = ("rectangle", "polygon", "polyline", "points", "ellipse", "cuboid", "skeleton", "tag")


@dataclass(frozen=True)
class Reply:
    """A reply, told apart and checked.

    Attributes:
        kind: of the function; None where no function of CVAT's answers so.
        faults: what CVAT would store or show wrongly, or fail on; a sentence each.
        masks: those in it, bool `(height, width)` of the image; none where there are faults.
        others: how many of a detector's objects are no masks, which CVAT takes too.
        is_runs: whether run lengths are where CVAT expects pixels.
    """

    kind: FunctionKind | None
    faults: list[str]
    masks: list[BoolMask]
    others: int = 0
    is_runs: bool = False


def read(body: bytes, *, height: int, width: int) -> Reply:
    """Tell what a reply is, to an image of this size."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return Reply(None, ["it is not JSON"], [])
    kind = _kind(value)
    if kind is None:
        return Reply(None, ["it is neither a mask, nor a list of objects, nor an embedding"], [])
    others = 0
    if kind == "detector":
        masks_alone = [item for item in value if item.get("type") not in NO_MASKS]
        others = len(value) - len(masks_alone)
        if others:
            value, body = masks_alone, json.dumps(masks_alone).encode()
    faults = contract.faults(body, kind=kind, height=height, width=width)
    masks = [] if faults else list(_masks(value, kind, height=height, width=width))
    runs = bool(faults) and _has_runs(value, kind, height=height, width=width)
    return Reply(kind, faults, masks, others, runs)


def _kind(value: Any) -> FunctionKind | None:
    if isinstance(value, dict):
        if "blob" in value:
            return "embedder"
        # Points alone are what interactors of CVAT's first versions answered.
        return "interactor" if value.keys() & {"mask", "points"} else None
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return "detector"
    return None


def _masks(value: Any, kind: FunctionKind, *, height: int, width: int) -> Iterator[BoolMask]:
    """The masks of a reply that nothing is wrong with."""
    if kind == "interactor":
        rows = np.array(value["mask"], bool)
        yield _placed(rows, value.get("bounds", [0, 0, width - 1, height - 1]), height, width)
    if kind == "detector":
        for item in value:
            *pixels, left, top, right, bottom = item["mask"]
            crop = np.array(pixels, bool).reshape(bottom - top + 1, right - left + 1)
            yield _placed(crop, [left, top, right, bottom], height, width)


def _placed(crop: BoolMask, bounds: list[int], height: int, width: int) -> BoolMask:
    left, top, right, bottom = bounds
    mask = np.zeros((height, width), bool)
    mask[top : bottom + 1, left : right + 1] = crop
    return mask


def _has_runs(value: Any, kind: FunctionKind, *, height: int, width: int) -> bool:
    items = value if kind == "detector" else [value]
    for item in items:
        try:
            rle.cvat.validate(item.get("mask"), height=height, width=width)
        except (rle.RleError, TypeError):
            continue
        return True
    return False
