"""Masks as CVAT's REST API has them, and how two of them are known to be the same.

Source of the format: CVAT's REST API, LabeledShapeRequest of PATCH …/annotations.
"""

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cvat_sam.masks import MaskRecord

# What a stored number may be to be compared: beyond it floats are not exact any more.
_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Shape:
    """A mask that is ready to be sent.

    Attributes:
        frame: its frame's number in the task.
        label_id: its label's number on the server.
        body: JSON of one item of `shapes`.
        content: tells apart what is sent: equal for equal bodies.
        trace: tells apart what is read back: equal for equal frame, label and pixels' runs.
    """

    frame: int
    label_id: int
    body: bytes
    content: bytes
    trace: bytes


def shape_of(
    record: MaskRecord,
    *,
    frame: int,
    label_id: int,
    attributes: Sequence[Mapping[str, Any]],
    source: str,
) -> Shape:
    """Write a mask whose frame, label and attributes are known on the server."""
    item: dict[str, Any] = {
        "type": "mask",
        "frame": frame,
        "label_id": label_id,
        "points": record.points,
        "occluded": record.occluded,
        "z_order": record.z_order,
        "group": record.group,
        "source": source,
        "attributes": list(attributes),
    }
    if record.score is not None:
        item["score"] = record.score  # older servers pass over it
    body = json.dumps(item, separators=(",", ":"), allow_nan=False).encode()
    return Shape(frame, label_id, body, _digest(body), trace_of(item) or b"")


def trace_of(stored: Mapping[str, Any]) -> bytes | None:
    """What a shape read back has in common with what was sent; None for one that is not ours.

    CVAT gives floats back and fills in attributes, so neither counts.

    >>> sent = {"type": "mask", "frame": 0, "label_id": 1, "points": [0, 1, 5, 5, 5, 5]}
    >>> trace_of(sent) == trace_of({**sent, "points": [0.0, 1.0, 5.0, 5.0, 5.0, 5.0], "id": 9})
    True
    """
    if stored.get("type") != "mask":
        return None
    try:
        place = f"{int(stored['frame'])} {int(stored['label_id'])} ".encode()
        numbers = _packed(stored["points"])
    except (KeyError, TypeError, ValueError):
        return None
    return None if numbers is None else _digest(place + numbers)


def _packed(points: Any) -> bytes | None:
    try:
        return struct.pack(f"<{len(points)}q", *points)
    except struct.error:  # floats
        numbers = np.array(points, np.float64)
    if numbers.ndim != 1 or not (np.abs(numbers) <= _EXACT).all():
        return None
    return numbers.astype("<i8").tobytes()


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def patch_body(shapes: Sequence[bytes]) -> bytes:
    """The body of a PATCH with these items.

    >>> patch_body([b'{"frame":0}', b'{"frame":1}'])
    b'{"version":0,"tags":[],"tracks":[],"shapes":[{"frame":0},{"frame":1}]}'
    """
    return b'{"version":0,"tags":[],"tracks":[],"shapes":[' + b",".join(shapes) + b"]}"
