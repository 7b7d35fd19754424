"""Which masks of an image are wanted, told by what stands beside them: none is decoded for it."""

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvat_sam.exceptions import InvalidSetting
from cvat_sam.sa1b.annotations import Annotations

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a mask must be like; None is no condition.

    Attributes:
        top_k: of all that fulfil the others, so many with the highest predicted IoU, best first;
            equal ones in the order of the file, in which all stand where it is None.
        min_predicted_iou: from 0 to 1.
        min_stability_score: from 0 to 1.
        min_area: in pixels, by the annotation's area.
        max_area: likewise; it is wanted still.
        within_xyxy: left, top, right, bottom in pixels, end exclusive: the annotation's box lies
            inside.
        touching_xyxy: likewise: the annotation's box shares at least a pixel with it.

    Raises:
        InvalidSetting: a value that can be none of these.
    """

    top_k: int | None = None
    min_predicted_iou: float | None = None
    min_stability_score: float | None = None
    min_area: float | None = None
    max_area: float | None = None
    within_xyxy: Box | None = None
    touching_xyxy: Box | None = None

    def __post_init__(self) -> None:
        if self.top_k is not None and (not _is_whole(self.top_k) or self.top_k < 1):
            raise InvalidSetting(f"top_k is {self.top_k}; it should be a whole number from 1")
        for name in ("min_predicted_iou", "min_stability_score"):
            value = getattr(self, name)
            if value is not None and not (_is_number(value) and 0 <= value <= 1):
                raise InvalidSetting(f"{name} is {value}; it should be from 0 to 1")
        for name in ("min_area", "max_area"):
            value = getattr(self, name)
            if value is not None and not (_is_number(value) and value >= 0):
                raise InvalidSetting(f"{name} is {value}; it should be a number from 0, in pixels")
        if (
            self.min_area is not None
            and self.max_area is not None
            and self.min_area > self.max_area
        ):
            raise InvalidSetting(f"min_area is {self.min_area}, above max_area, {self.max_area}")
        for name in ("within_xyxy", "touching_xyxy"):
            if getattr(self, name) is not None:
                _check_box(getattr(self, name), name)

    @property
    def said(self) -> dict[str, Any]:
        """The conditions that there are, for JSON."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def indices(self, annotations: Annotations) -> NDArray[np.intp]:
        """Which annotations fulfil all of it, in the order in which they are wanted."""
        found = np.flatnonzero(self._fulfilled(annotations))
        if self.top_k is None:
            return found
        best = np.argsort(-annotations.predicted_ious[found], kind="stable")
        return found[best[: self.top_k]]

    def _fulfilled(self, annotations: Annotations) -> NDArray[np.bool_]:
        wanted = np.ones(len(annotations.items), np.bool_)
        if self.min_predicted_iou is not None:
            wanted &= annotations.predicted_ious >= self.min_predicted_iou
        if self.min_stability_score is not None:
            wanted &= annotations.stability_scores >= self.min_stability_score
        if self.min_area is not None:
            wanted &= annotations.areas >= self.min_area
        if self.max_area is not None:
            wanted &= annotations.areas <= self.max_area
        first = annotations.bboxes[:, :2]
        last = first + annotations.bboxes[:, 2:]
        # The last column and row belong to the box, see `Annotations.bboxes`.
        if self.within_xyxy is not None:
            corners = np.asarray(self.within_xyxy, np.float64)
            wanted &= ((first >= corners[:2]) & (last < corners[2:])).all(axis=1)
        if self.touching_xyxy is not None:
            corners = np.asarray(self.touching_xyxy, np.float64)
            wanted &= ((last >= corners[:2]) & (first < corners[2:])).all(axis=1)
        return wanted


def _check_box(box: Any, name: str) -> None:
    sides = list(box) if isinstance(box, list | tuple | np.ndarray) else []
    if len(sides) != 4 or not all(map(_is_number, sides)):
        raise InvalidSetting(f"{name} is {box}; it should be (left, top, right, bottom)")
    left, top, right, bottom = sides
    if left >= right or top >= bottom:
        raise InvalidSetting(f"{name} is {box}; right and bottom should be above left and top")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return number and math.isfinite(value)
