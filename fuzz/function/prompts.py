"""Clicks and boxes, right and half right: the keys of a request beside its image."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from cvat_sam.settings import FunctionKind
from fuzz.function.damage import ANY, REFUSED

# What a right request may be answered: there may be no object.
TAKEN = frozenset({200, 422})

MOST_POINTS, MOST_PROMPTS = 1000, 200


@dataclass(frozen=True)
class Asked:
    """What is asked of an image.

    Attributes:
        name: what it shows.
        keys: of the request.
        statuses: that may answer it.
        as_shapes: whether the reply is in the form of shapes.
    """

    name: str
    keys: dict[str, Any] = field(default_factory=dict)
    statuses: frozenset[int] = TAKEN
    as_shapes: bool = False


def right(kind: FunctionKind, height: int, width: int, rng: Random) -> Asked:
    """Something that fits an image of this size."""
    if kind == "embedder":
        return Asked("nothing", statuses=frozenset({200}))
    as_shapes = rng.random() < 0.3
    reply = {"reply": "shapes"} if as_shapes else {}
    if rng.random() < 0.3:
        return _many(height, width, rng, count=rng.choice((1, 1, 2, 2, 3, 5)))
    if kind == "detector":
        threshold = rng.choice((None, 0, 0.5, 0.93, 1, 1.0))
        everything = {} if rng.random() < 0.3 else {"threshold": threshold}
        return Asked("everything", {**everything, **reply}, frozenset({200}), as_shapes)
    return Asked("a click", {**_click(height, width, rng), **reply}, TAKEN, as_shapes)


def half_right(kind: FunctionKind, height: int, width: int, rng: Random) -> Asked:
    """Something with one thing wrong, or at the very edge of what is right."""
    if kind == "embedder":
        keys = rng.choice(({}, {"pos_points": "x"}, {"reply": 7}, {"threshold": 9, "boxes": 1}))
        return Asked("what an embedder passes over", keys, frozenset({200}))
    choices = [_outside, _how_many, _both, _reply, _boxes]
    choices += [_threshold] if kind == "detector" else [_flat_box, _too_many_clicks, _no_object]
    return rng.choice(choices)(height, width, rng)


def outside(kind: FunctionKind) -> Asked:
    """What fits no image: it is refused as soon as the image's size is known."""
    if kind == "embedder":
        return Asked("nothing")
    return Asked("a point outside of any image", {"points": [[1e7, 1e7]]}, REFUSED, True)


def _click(height: int, width: int, rng: Random) -> dict[str, Any]:
    keys: dict[str, Any] = {"pos_points": [_point(height, width, rng)], "neg_points": []}
    kind = rng.random()
    if kind < 0.3:
        keys["neg_points"] = [_point(height, width, rng)]
    if 0.2 < kind < 0.5:
        keys["obj_bbox"] = _box(height, width, rng)
        if rng.random() < 0.5:
            keys["pos_points"] = rng.choice(([], None))
    if kind > 0.9:
        keys["pos_points"] = [_point(height, width, rng) for _ in range(rng.choice((2, 9, 30)))]
    return keys


def _many(height: int, width: int, rng: Random, *, count: int) -> Asked:
    if rng.random() < 0.5:
        points = [_point(height, width, rng) for _ in range(count)]
        return Asked(f"{count} points", {"points": points}, frozenset({200}), True)
    boxes = [[*begin, *end] for begin, end in (_box(height, width, rng) for _ in range(count))]
    return Asked(f"{count} boxes", {"boxes": boxes}, frozenset({200}), True)


def _point(height: int, width: int, rng: Random) -> list[float]:
    kind = rng.random()
    if kind < 0.6:
        return [rng.randrange(width), rng.randrange(height)]
    if kind < 0.9:
        return [round(rng.uniform(0, width), 2), round(rng.uniform(0, height), 2)]
    return [rng.choice((0, width)), rng.choice((0, height))]


def _box(height: int, width: int, rng: Random) -> list[list[float]]:
    x, y = rng.uniform(0, width * 0.8), rng.uniform(0, height * 0.8)
    corners = [[x, y], [x + rng.uniform(0.1, width), y + rng.uniform(0.1, height)]]
    # The user may have begun at any corner.
    return corners[:: rng.choice((1, -1))]


def _outside(height: int, width: int, rng: Random) -> Asked:
    inside = _point(height, width, rng)
    axis = rng.randrange(2)
    beyond = (-0.01, (width, height)[axis] + 0.01, -1, 1e9, -1e308)
    wrong = [*inside]
    wrong[axis] = rng.choice(beyond)
    keys: dict[str, Any] = {"points": [inside, wrong]}
    return Asked(f"a point at {wrong}", keys, REFUSED, True)


def _how_many(height: int, width: int, rng: Random) -> Asked:
    # Two hundred cost the decoder a second; one is as good as two hundred and one.
    count = rng.choices((0, 1, MOST_PROMPTS, MOST_PROMPTS + 1, 5000), (9, 9, 1, 9, 9))[0]
    asked = _many(height, width, rng, count=count)
    return asked if 1 <= count <= MOST_PROMPTS else Asked(asked.name, asked.keys, REFUSED, True)


def _both(height: int, width: int, rng: Random) -> Asked:
    both = {"boxes": [[0, 0, width, height]], "points": [[0, 0]]}
    more = rng.choice(({"pos_points": [[0, 0]]}, {"threshold": 0.5}, {}))
    keys = {**both, **more}
    if more and rng.random() < 0.7:
        del keys[rng.choice(("boxes", "points"))]
        # What another kind of function is asked is passed over.
        return Asked(f"{' and '.join(keys)}", keys, ANY, True)
    return Asked(f"{' and '.join(keys)}", keys, REFUSED, True)


def _reply(height: int, width: int, rng: Random) -> Asked:
    keys = {"pos_points": [[0, 0]], "reply": rng.choice(("rle", "", "Shapes", 1, True, ["shapes"]))}
    return Asked(f"reply {keys['reply']!r}", keys, REFUSED)


def _boxes(height: int, width: int, rng: Random) -> Asked:
    """Boxes with one that is inverted, clipped, flat, or outside."""
    good: list[float] = [0, 0, width, height]
    box, is_right = rng.choice(
        (
            ([width, height, 0, 0], True),
            ([-width, -height, 2 * width, 2 * height], True),
            ([-1e308, -1e308, 1e308, 1e308], True),
            ([width * 0.3, 0, width * 0.3, height], False),
            ([0, 0, 0, 0], False),
            ([-9, -9, -1, -1], False),
            ([width, 0, width + 9, height], False),
            ([0, 0, width], False),
            ([0, 0, width, height, 0], False),
            ([[0, 0], [width, height]], False),
        )
    )
    statuses = frozenset({200}) if is_right else REFUSED
    return Asked(f"a good box and {box}", {"boxes": [good, box]}, statuses, True)


def _threshold(height: int, width: int, rng: Random) -> Asked:
    threshold: Any = rng.choice((-1e-9, 1.0000001, -1, 2, 50, 1e308, "0.5", [0.5], True, {}))
    return Asked(f"threshold {threshold!r}", {"threshold": threshold}, REFUSED)


def _flat_box(height: int, width: int, rng: Random) -> Asked:
    corners, is_right = rng.choice(
        (
            ([[width, height], [0, 0]], True),
            ([[-9, -9], [width + 9, height + 9]], True),
            ([[0, 0], [0, height]], False),
            ([[3, 3], [3, 3]], False),
            ([[width + 1, 0], [width + 9, height]], False),
            ([[0, 0]], False),
            ([[0, 0], [1, 1], [2, 2]], False),
            ([0, 0, width, height], False),
            ([[0, 0, 1], [1, 1]], False),
        )
    )
    statuses = TAKEN if is_right else REFUSED
    return Asked(f"obj_bbox {corners}", {"pos_points": [], "obj_bbox": corners}, statuses)


def _too_many_clicks(height: int, width: int, rng: Random) -> Asked:
    # As many as are allowed cost the decoder a second.
    count = rng.choices((100, MOST_POINTS, MOST_POINTS + 1, 30_000), (8, 1, 8, 8))[0]
    keys, more = {"pos_points": [_point(height, width, rng)]}, rng.choice(("pos", "neg"))
    keys[f"{more}_points"] = [_point(height, width, rng) for _ in range(count)]
    statuses = REFUSED if count > MOST_POINTS else TAKEN
    return Asked(f"{count:,} {more}_points", keys, statuses)


def _no_object(height: int, width: int, rng: Random) -> Asked:
    keys: dict[str, Any] = rng.choice(
        ({}, {"pos_points": []}, {"neg_points": [[1, 1]]}, {"pos_points": None, "obj_bbox": None})
    )
    return Asked(f"no object: {keys}", keys, REFUSED)
