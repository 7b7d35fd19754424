"""Requests with values that do not belong where they are."""

import json
from random import Random
from typing import Any

from cvat_sam.settings import FunctionKind
from fuzz.function import prompts, values
from fuzz.function.bodies import Body, of, usual_picture, with_image
from fuzz.function.damage import ANY, CANARY, REFUSED
from fuzz.function.prompts import Asked

KNOWN: dict[FunctionKind, tuple[str, ...]] = {
    "interactor": ("image", "pos_points", "neg_points", "obj_bbox", "reply", "boxes", "points"),
    "detector": ("image", "threshold", "reply", "boxes", "points"),
    "embedder": ("image",),
}
# CVAT adds some with its versions, and another function's are unknown too.
UNKNOWN = ("token", "cookie", "model", "threshold", "min_neg_points", "", "image ", "IMAGE", "\0")


def misplaced(kind: FunctionKind, rng: Random) -> Body:
    """A request with some other value at one place, or at all of them."""
    make = rng.choice((_other_at_key, _other_at_key, _other_coordinate, _unknown_key, _twice, _all))
    return make(kind, rng)


def _other_at_key(kind: FunctionKind, rng: Random) -> Body:
    picture, value = usual_picture(rng), values.hostile(rng)
    asked = prompts.right(kind, picture.height, picture.width, rng)
    key = rng.choice(KNOWN[kind])
    keys = {**with_image(picture, asked), key: value}
    statuses = _may(key, value)
    if rng.random() < 0.1:
        del keys[key]
        value = None
        statuses = REFUSED if key == "image" else ANY
    if values.spoils_all(value):
        statuses = REFUSED
    return Body(f"{key}: {value!r:.60}", _encoded(keys), statuses, picture.data)


def _may(key: str, value: Any) -> frozenset[int]:
    """The statuses for a value in another one's place."""
    if key == "image":
        return REFUSED
    right_in_places = values.is_nothing(value) or value in ([[1, 2]], [[1, 2], [3, 4]])
    return ANY if right_in_places or (key == "threshold" and values.is_number(value)) else REFUSED


def _other_coordinate(kind: FunctionKind, rng: Random) -> Body:
    if kind == "embedder":
        return _unknown_key(kind, rng)
    picture, value = usual_picture(rng), values.hostile(rng)
    keys: dict[str, Any] = {"points": [[1, 2], [3, value]]}
    if rng.random() < 0.3:
        keys = {"boxes": [[value, 2, 30, 40]]}
    elif kind == "interactor" and rng.random() < 0.8:
        keys = {"pos_points": [[value, 5]], "obj_bbox": [[1, 2], [30, 40]]}
        if rng.random() < 0.5:
            keys = {"pos_points": [[5, 5]], "obj_bbox": [[1, 2], [30, value]]}
    statuses = ANY if values.is_number(value) else REFUSED
    asked = Asked(f"a coordinate {value!r:.60}", keys, statuses, "pos_points" not in keys)
    return of(picture, asked)


def _unknown_key(kind: FunctionKind, rng: Random) -> Body:
    picture, value = usual_picture(rng), values.hostile(rng)
    asked = prompts.right(kind, picture.height, picture.width, rng)
    key = rng.choice([one for one in UNKNOWN if one not in KNOWN[kind]])
    statuses = REFUSED if values.spoils_all(value) else asked.statuses
    if isinstance(value, values.Raw) and "deep" in value.name:
        statuses = ANY
    keys = {key: value, **with_image(picture, asked), CANARY: CANARY}
    name = f"an unknown key {key!r}: {value!r:.60}"
    return Body(name, _encoded(keys), statuses, picture.data, asked.as_shapes)


def _twice(kind: FunctionKind, rng: Random) -> Body:
    """A key that is there twice: the last one counts, as it does for most readers."""
    picture, value = usual_picture(rng), rng.choice(values.OTHERS)
    asked = prompts.right(kind, picture.height, picture.width, rng)
    keys = with_image(picture, asked)
    key = rng.choice([*keys])
    inner = values.text(keys)[1:-1]
    other = f"{json.dumps(key)}:{values.text(value)}"
    if rng.random() < 0.5:
        text, statuses = f"{{{other},{inner}}}", asked.statuses
    else:
        text, statuses = f"{{{inner},{other}}}", ANY if key != "image" else REFUSED
    data = text.encode("utf-8", "surrogatepass")
    return Body(f"{key} twice", data, statuses, picture.data)


def _all(kind: FunctionKind, rng: Random) -> Body:
    """The same at every key, or in place of the whole."""
    value = values.hostile(rng)
    # A mile at each key would be the most that a body can hold: gigabytes, once it is read.
    if value in values.long_ones() or rng.random() < 0.5:
        return Body(f"a body {value!r:.60}", _encoded(value), REFUSED)
    keys = dict.fromkeys(KNOWN[kind], value)
    return Body(f"{value!r:.60} everywhere", _encoded(keys), REFUSED)


def _encoded(value: Any) -> bytes:
    return values.text(value).encode("utf-8", "surrogatepass")
