"""The rectangles of a task, as boxes that a model can be asked for."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cvat_sam.client.task import Frame, Label
from cvat_sam.masks import MaskRecord, Place
from cvat_sam.models.prompt import Box


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle as the server has it.

    Attributes:
        id: its number on the server.
        frame: its frame's number in the task.
        label: its label.
        box_xyxy: left, top, right, bottom in pixels, continuous; of one that is rotated, of the
            upright rectangle around it. It may reach beyond the image.
        rotated: whether it was.
        key: tells it apart from every other, and from itself once somebody has changed it.
        stored: the shape itself, for deleting it.
    """

    id: int
    frame: int
    label: Label
    box_xyxy: Box
    rotated: bool
    key: str
    stored: Mapping[str, Any] = field(repr=False)

    def inside(self, frame: Frame) -> Box | None:
        """The part of the box that is in the image; None where there is none."""
        left, top = max(self.box_xyxy[0], 0.0), max(self.box_xyxy[1], 0.0)
        right = min(self.box_xyxy[2], float(frame.width))
        bottom = min(self.box_xyxy[3], float(frame.height))
        # Written so that NaN has none.
        return (left, top, right, bottom) if left < right and top < bottom else None

    def record(self, points: list[int], confidence: float, frame: Frame, where: str) -> MaskRecord:
        """A mask that takes the rectangle's place, with all that CVAT knows of it."""
        return MaskRecord(
            Place(f"{where}, rectangle {self.id}"),
            self.label.name,
            points,
            frame=self.frame,
            height=frame.height,
            width=frame.width,
            attributes=self._attributes(),
            occluded=bool(self.stored.get("occluded")),
            z_order=int(self.stored.get("z_order") or 0),
            group=int(self.stored.get("group") or 0),
            score=confidence,
        )

    def _attributes(self) -> dict[str, str]:
        specs = {attribute.id: attribute for attribute in self.label.attributes}
        values = {}
        for item in self.stored.get("attributes") or []:
            spec, value = specs.get(item.get("spec_id")), str(item.get("value", ""))
            # Empty is what CVAT fills in where nothing was chosen, and it will again.
            if spec is not None and (value or spec.input_type == "text"):
                values[spec.name] = value
        return values


def rectangles(shapes: Iterable[Mapping[str, Any]], labels: Iterable[Label]) -> list[Rectangle]:
    """The rectangles among shapes that have one of the labels, by frame and number.

    Args:
        shapes: as CVAT's REST API has them, whatever their types.
        labels: those that count.
    """
    by_id = {label.id: label for label in labels}
    found = [
        _rectangle(shape, by_id[shape["label_id"]])
        for shape in shapes
        if shape["type"] == "rectangle" and shape["label_id"] in by_id
    ]
    # The server gives them in no order.
    return sorted(found, key=lambda one: (one.frame, one.id))


def _rectangle(shape: Mapping[str, Any], label: Label) -> Rectangle:
    points = shape.get("points") or []
    rotation = float(shape.get("rotation") or 0.0)
    # CVAT stores rectangles of any number of points; one without four has no box.
    corners = tuple(map(float, points)) if len(points) == 4 else (math.nan,) * 4
    return Rectangle(
        id=shape["id"],
        frame=shape["frame"],
        label=label,
        box_xyxy=upright(corners, rotation),
        rotated=bool(rotation % 360),
        key=f"rectangle {shape['id']} {_digest(shape)}",
        stored=shape,
    )


def upright(corners_xyxy: tuple[float, ...], degrees: float) -> Box:
    """The upright box around a rectangle that is turned about its middle.

    Args:
        corners_xyxy: two opposite corners before it is turned.
        degrees: clockwise, as CVAT has it.

    >>> upright((0, 0, 4, 2), 90)
    (1.0, -1.0, 3.0, 3.0)
    >>> upright((4, 2, 0, 0), 0)
    (0, 0, 4, 2)
    """
    x1, y1, x2, y2 = corners_xyxy
    if not degrees % 360:
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
    middle_x, middle_y = (x1 + x2) / 2, (y1 + y2) / 2
    half_width, half_height = abs(x2 - x1) / 2, abs(y2 - y1) / 2
    cosine = abs(math.cos(math.radians(degrees)))
    sine = abs(math.sin(math.radians(degrees)))
    # A quarter turn is no multiple of pi in floats.
    across = round(half_width * cosine + half_height * sine, 6)
    down = round(half_width * sine + half_height * cosine, 6)
    return middle_x - across, middle_y - down, middle_x + across, middle_y + down


def _digest(shape: Mapping[str, Any]) -> str:
    kept = [
        shape["frame"],
        shape["label_id"],
        [float(number) for number in shape.get("points") or []],
        float(shape.get("rotation") or 0.0),
        bool(shape.get("occluded")),
        int(shape.get("z_order") or 0),
        int(shape.get("group") or 0),
        sorted(
            (value.get("spec_id"), str(value.get("value")))
            for value in shape.get("attributes") or []
        ),
    ]
    return hashlib.blake2b(json.dumps(kept).encode(), digest_size=12).hexdigest()
