"""What one of SA-1B's JSON files says of an image and its masks, as arrays.

    {"image": {"image_id", "width", "height", "file_name"},
     "annotations": [{"id", "segmentation": {"size", "counts"}, "bbox": [x, y, w, h], "area",
                      "predicted_iou", "stability_score", "crop_box": [x, y, w, h],
                      "point_coords": [[x, y]]}]}

Masks stay text here: which of them are wanted is decided by the other values.

Source of the format: the page of the dataset SA-1B, and segment-anything's README.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
from cvat_sam.exceptions import InvalidInput, InvalidSource
from cvat_sam.sources import fields
from cvat_sam.sources.fields import shown

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Annotations:
    """An image and its N masks, in the order of the file.

    Attributes:
        name: the image's file name.
        image_id: None where the file has none.
        height: of the image, in pixels.
        width: likewise.
        ids: (N,) int64; -1 where there is none.
        bboxes: (N, 4) float64 xywh, as the file has them: segment-anything's are the first column
            and row of a mask and how far it is from there to the last, so one less than its pixels.
        areas: (N,) int64, in pixels.
        predicted_ious: (N,) float64; a little over 1 now and then.
        stability_scores: (N,) float64.
        point_coords: (N, 2) float64 x, y: the point that the model was asked at, of several the
            first; NaN where there is none.
        crop_boxes: (N, 4) float64 xywh: the crop that the model looked at; NaN likewise.
        items: the N annotations as they were read.
        path: what sentences begin with: the file's path and a colon, or nothing.
    """

    name: str
    image_id: int | None
    height: int
    width: int
    ids: Ints
    bboxes: Floats
    areas: Ints
    predicted_ious: Floats
    stability_scores: Floats
    point_coords: Floats
    crop_boxes: Floats
    items: list[Mapping[str, Any]]
    path: str = ""

    def runs(self, which: NDArray[np.intp]) -> list[rle.Runs]:
        """Parses some of the masks.

        Raises:
            InvalidSource: one is damaged or is not of the image's size; the sentence says which.
        """
        indices = which.tolist()
        segmentations = [self.items[index].get("segmentation") for index in indices]
        try:
            runs = rle.convert.coco_to_runs_batch(segmentations)
        except rle.RleError:
            runs = [self._one(index) for index in indices]
        size = [self.height, self.width]
        for index, one in zip(indices, runs, strict=True):
            if one.size != size:
                raise InvalidSource(
                    f"{self.path}annotation {index}: its mask is {one.height}×{one.width}, but "
                    f"the image is {self.height}×{self.width}"
                )
        return runs

    def _one(self, index: int) -> rle.Runs:
        try:
            return rle.convert.coco_to_runs(self.items[index].get("segmentation"))
        except rle.RleError as fault:
            raise InvalidSource(f"{self.path}annotation {index}: {fault}") from None


def parse(data: bytes) -> Annotations:
    """Reads a JSON file's bytes.

    Raises:
        InvalidSource: they are no such JSON; the sentence is without the file's name.
    """
    try:
        read = json.loads(data)
    except RecursionError:
        raise InvalidSource("is nested too deep") from None
    except ValueError as fault:  # no UTF-8, no JSON, a number of thousands of digits
        raise InvalidSource(f"is not JSON: {fault}") from None
    image, items = _parts(read)
    try:
        height, width = fields.size(image.get("height"), image.get("width"))
        if height is None or width is None:
            raise InvalidInput("height and width are missing")
        name = fields.image_name(image.get("file_name"), "file_name")
        image_id = image.get("image_id")
        if image_id is not None:
            image_id = fields.whole(image_id, "image_id", least=-(2**63), most=2**63 - 1)
    except InvalidInput as fault:
        raise InvalidSource(f"the image: {fault}") from None
    return Annotations(
        name,
        image_id,
        height,
        width,
        ids=_column(items, "id", _id).astype(np.int64),
        bboxes=_rows(items, "bbox", 4, needed=True),
        areas=_column(items, "area", _area).astype(np.int64),
        predicted_ious=_column(items, "predicted_iou", _number).astype(np.float64),
        stability_scores=_column(items, "stability_score", _number).astype(np.float64),
        point_coords=_rows(items, "point_coords", 2),
        crop_boxes=_rows(items, "crop_box", 4),
        items=items,
    )


def _parts(read: Any) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    if not isinstance(read, dict):
        raise InvalidSource(f"is {shown(read)}; SA-1B's files hold an object")
    missing = [key for key in ("image", "annotations") if key not in read]
    if missing:
        raise InvalidSource(f"has no {' and no '.join(missing)}, but SA-1B's files do")
    image, items = read["image"], read["annotations"]
    if not isinstance(image, dict):
        raise InvalidSource(f"the image is {shown(image)}; it should be an object")
    if not isinstance(items, list):
        raise InvalidSource(f"annotations is {shown(items)}; it should be a list")
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise InvalidSource(f"annotation {index} is {shown(item)}; it should be an object")
    return image, items


def _column(
    items: list[Mapping[str, Any]], key: str, check: Callable[[Any, str], float]
) -> NDArray[Any]:
    """A value of each annotation: all at once where they are plain numbers, else one by one."""
    values = [item.get(key) for item in items]
    if check is _number and set(map(type, values)) <= {int, float}:
        try:
            column = np.array(values, np.float64)
        except OverflowError:
            column = np.full(1, np.nan)
        if np.isfinite(column).all():
            return column
    checked = []
    for index, value in enumerate(values):
        try:
            checked.append(check(value, key))
        except InvalidInput as fault:
            raise InvalidSource(f"annotation {index}: {fault}") from None
    return np.array(checked)


def _rows(items: list[Mapping[str, Any]], key: str, length: int, *, needed: bool = False) -> Floats:
    """A few numbers of each annotation; NaN where they are missing and need not be there."""
    rows: list[Any] = []
    for index, item in enumerate(items):
        value = item.get(key)
        if key == "point_coords" and isinstance(value, list):
            value = value[0] if value else None
        if value is None and not needed:
            value = [math.nan] * length
        elif not isinstance(value, list) or len(value) != length:
            raise InvalidSource(
                f"annotation {index}: {key} is {shown(item.get(key))}; it should be "
                + ("[[x, y]]" if key == "point_coords" else "[x, y, width, height]")
            )
        else:
            _check_row(value, index, key)
        rows.append(value)
    return np.array(rows, np.float64).reshape(-1, length)


def _check_row(row: list[Any], index: int, key: str) -> None:
    for value in row:
        if type(value) not in (int, float) or not math.isfinite(_as_float(value)):
            raise InvalidSource(
                f"annotation {index}: {key} has {shown(value)}; it should be numbers"
            )


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _number(value: Any, name: str) -> float:
    if type(value) not in (int, float) or not math.isfinite(_as_float(value)):
        raise InvalidInput(f"{name} is {shown(value)}; it should be a number")
    return float(value)


def _area(value: Any, name: str) -> int:
    return fields.whole(value, name, least=0)


def _id(value: Any, name: str) -> int:
    return -1 if value is None else fields.whole(value, name, least=-(2**63), most=2**63 - 1)
