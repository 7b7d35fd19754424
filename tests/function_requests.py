"""Requests to the function and what their replies must be, for every host that can run it.

Each case is asked of `cvat-sam serve` and, where there is one, of a real Nuclio processor.
"""

import base64
import importlib.resources
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import rle
from cvat_sam.settings import FunctionKind
from cvat_sam.wire import contract

HEIGHT, WIDTH = 300, 451
FACE = [215.0, 110.0]
CAT_PNG = importlib.resources.files("skimage.data").joinpath("chelsea.png").read_bytes()
IMAGE = base64.b64encode(CAT_PNG).decode("ascii")


@dataclass(frozen=True)
class Case:
    """One request.

    Attributes:
        name: what it shows.
        kind: the function that is asked: interactor, detector or embedder.
        body: sent as JSON, or as it is where it is bytes.
        status: of the reply.
        check: looks at the reply's JSON.
        content_type: of the request.
    """

    name: str
    kind: str
    body: dict[str, Any] | bytes
    status: int
    check: Callable[[Any], None]
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        """What goes over the wire."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def clicked(**keys: Any) -> dict[str, Any]:
    """A request as CVAT's interactors get it."""
    keys = {"pos_points": [FACE], "neg_points": [], "obj_bbox": None, **keys}
    return {"image": IMAGE, **keys}


def fits_the_contract(reply: Any, kind: FunctionKind) -> None:
    """CVAT stores and shows it as it is meant; NaN, which Python's JSON takes, is a fault too."""
    assert contract.faults(json.dumps(reply), kind=kind, height=HEIGHT, width=WIDTH) == []


def is_the_cat(reply: Any) -> None:
    """The mask contains the click, is where the cat is, and says the same in all three forms."""
    fits_the_contract(reply, "interactor")
    mask = rle.cvat.decode(reply["rle"], height=HEIGHT, width=WIDTH)
    assert mask[110, 215]
    assert mask[245, 262], "the nose"
    assert not mask[40, 430], "the wall"
    left, top, right, bottom = reply["bounds"]
    assert np.array_equal(mask[top : bottom + 1, left : right + 1], np.array(reply["mask"]))
    assert mask.sum() == np.array(reply["mask"]).sum()
    assert len(reply["points"]) >= 3
    assert 0.5 < reply["confidence"] <= 1


def is_something(reply: Any) -> None:
    """A mask in CVAT's form, whatever it shows."""
    fits_the_contract(reply, "interactor")
    mask = rle.cvat.decode(reply["rle"], height=HEIGHT, width=WIDTH)
    assert mask.sum() == np.array(reply["mask"]).sum() > 0


def as_cvat_stores_it(item: dict[str, Any]) -> list[int]:
    """CVAT's server run-length encodes the flat crop, zeros first, and appends the box."""
    *pixels, left, top, right, bottom = item["mask"]
    assert len(pixels) == (right - left + 1) * (bottom - top + 1)
    runs = [0] if pixels[0] else []
    return [
        *runs,
        *(len(list(group)) for _, group in itertools.groupby(pixels)),
        left,
        top,
        right,
        bottom,
    ]


def is_a_list_of_objects(reply: Any) -> None:
    """Every item is one that CVAT stores as it is meant, and small ones lie on large ones."""
    fits_the_contract(reply, "detector")
    assert len(reply) > 3
    areas = [sum(item["rle"][1:-4:2]) for item in reply]
    assert areas == sorted(areas, reverse=True)
    assert areas[0] > areas[-1]
    for item in reply:
        assert item["label"] == "object"
        assert item["type"] == "mask"
        assert item["rle"] == as_cvat_stores_it(item)
        assert rle.cvat.decode(item["rle"], height=HEIGHT, width=WIDTH).any()
        assert len(item["points"]) >= 6
        assert len(item["points"]) % 2 == 0
        assert 0.5 <= float(item["confidence"]) <= 1


def is_an_embedding(reply: Any) -> None:
    """base64 of float32 (1, 256, 64, 64)."""
    fits_the_contract(reply, "embedder")
    values = np.frombuffer(base64.b64decode(reply["blob"]), "<f4")
    assert values.size == 256 * 64 * 64
    assert np.isfinite(values).all()
    assert 0.01 < values.std() < 1


def are_the_cat_and_the_nose(reply: Any) -> None:
    """Two shapes in the order of the boxes: the whole cat, and a piece of it."""
    assert list(reply) == ["shapes"]
    cat, nose = reply["shapes"]
    for shape in (cat, nose):
        assert list(shape) == ["type", "points", "confidence"]
        assert shape["type"] == "mask"
        assert 0.3 < shape["confidence"] <= 1
    masks = [rle.cvat.decode(s["points"], height=HEIGHT, width=WIDTH) for s in (cat, nose)]
    assert masks[0].sum() > 20 * masks[1].sum() > 0
    assert not masks[1][:, :200].any()


def is_one_shape(reply: Any) -> None:
    """The cat as one shape."""
    [shape] = reply["shapes"]
    mask = rle.cvat.decode(shape["points"], height=HEIGHT, width=WIDTH)
    assert mask[110, 215]
    assert mask[245, 262], "the nose"


def are_shapes(reply: Any) -> None:
    """Every object as a shape, in runs alone."""
    assert contract.shapes_faults(json.dumps(reply), height=HEIGHT, width=WIDTH) == []
    assert len(reply["shapes"]) > 3
    for shape in reply["shapes"]:
        assert list(shape) == ["type", "points", "confidence"]
        assert rle.cvat.decode(shape["points"], height=HEIGHT, width=WIDTH).any()


def says(words: str) -> Callable[[Any], None]:
    """One sentence with these words, and no traceback."""

    def check(reply: Any) -> None:
        assert contract.error_faults(json.dumps(reply)) == []
        assert words in reply["error"]

    return check


NOTHING_ASKED = "at least one positive point or a box"

CAT_AND_NOSE = [[60, 1, 450, 299], [235, 225, 290, 265]]

CASES = [
    Case("a click", "interactor", clicked(), 200, is_the_cat),
    Case("a negative click too", "interactor", clicked(neg_points=[[430, 40]]), 200, is_the_cat),
    Case(
        "a box",
        "interactor",
        clicked(pos_points=[], obj_bbox=[[60, 1], [400, 299]]),
        200,
        is_something,
    ),
    Case(
        "a box and a click", "interactor", clicked(obj_bbox=[[1, 1], [400, 299]]), 200, is_the_cat
    ),
    Case(
        "only the keys that are needed",
        "interactor",
        {"image": IMAGE, "pos_points": [FACE]},
        200,
        is_the_cat,
    ),
    Case(
        "a content type with a charset",
        "interactor",
        clicked(),
        200,
        is_the_cat,
        content_type="application/json; charset=utf-8",
    ),
    Case(
        "no content type to speak of",
        "interactor",
        clicked(),
        200,
        is_the_cat,
        content_type="text/plain",
    ),
    Case(
        "the dashboard's headers",
        "interactor",
        clicked(),
        200,
        is_the_cat,
        headers={
            "x-nuclio-function-name": "f",
            "x-nuclio-path": "/",
            "x-nuclio-project-name": "cvat",
        },
    ),
    Case("a click, as a shape", "interactor", clicked(reply="shapes"), 200, is_one_shape),
    Case(
        "two boxes",
        "interactor",
        {"image": IMAGE, "boxes": CAT_AND_NOSE},
        200,
        are_the_cat_and_the_nose,
    ),
    Case(
        "one point of a list",
        "interactor",
        {"image": IMAGE, "points": [FACE], "reply": "shapes"},
        200,
        is_one_shape,
    ),
    Case(
        "boxes and a click",
        "interactor",
        clicked(boxes=CAT_AND_NOSE),
        400,
        says("boxes can have no pos_points"),
    ),
    Case(
        "a point of a list outside",
        "interactor",
        {"image": IMAGE, "points": [FACE, [452, 5]]},
        400,
        says("points[1]: is at (452, 5), outside the image of 451 × 300"),
    ),
    Case(
        "another reply", "interactor", clicked(reply="rle"), 400, says("reply: should be 'shapes'")
    ),
    Case("no prompt", "interactor", clicked(pos_points=[]), 400, says(NOTHING_ASKED)),
    Case(
        "negative alone",
        "interactor",
        clicked(pos_points=[], neg_points=[FACE]),
        400,
        says(NOTHING_ASKED),
    ),
    Case(
        "outside",
        "interactor",
        clicked(pos_points=[[452, 5]]),
        400,
        says("outside the image of 451 × 300"),
    ),
    Case("no image", "interactor", {"pos_points": [FACE]}, 400, says("image: is missing")),
    Case("not an image", "interactor", clicked(image="aGVsbG8="), 400, says("image")),
    Case(
        "half an image",
        "interactor",
        clicked(image=IMAGE[: len(IMAGE) // 8 * 4]),
        400,
        says("image"),
    ),
    Case("not base64", "interactor", clicked(image="??"), 400, says("image: is not base64")),
    Case("broken JSON", "interactor", b'{"image": ', 400, says("not JSON")),
    Case("a list", "interactor", b"[]", 400, says("not a list")),
    Case(
        "a word for a number",
        "interactor",
        clicked(pos_points=[["x", 1]]),
        400,
        says("pos_points[0][0]"),
    ),
    Case("NaN", "interactor", clicked(pos_points=[[float("nan"), 1]]), 400, says("finite number")),
    Case("an empty body", "interactor", b"", 400, says("the body is empty")),
    Case("a click after all that", "interactor", clicked(), 200, is_the_cat),
    Case("everything", "detector", {"threshold": 0.5, "image": IMAGE}, 200, is_a_list_of_objects),
    Case("no threshold", "detector", {"image": IMAGE}, 200, is_a_list_of_objects),
    Case("everything as shapes", "detector", {"image": IMAGE, "reply": "shapes"}, 200, are_shapes),
    Case(
        "boxes for the detector",
        "detector",
        {"image": IMAGE, "boxes": CAT_AND_NOSE},
        200,
        are_the_cat_and_the_nose,
    ),
    Case(
        "a threshold above 1", "detector", {"threshold": 5, "image": IMAGE}, 400, says("threshold")
    ),
    Case("a bad threshold", "detector", {"threshold": "x", "image": IMAGE}, 400, says("threshold")),
    Case("an image alone", "embedder", {"image": IMAGE}, 200, is_an_embedding),
    Case("a click as CVAT sends it", "embedder", clicked(), 200, is_an_embedding),
    Case("no image for the embedder", "embedder", {}, 400, says("image: is missing")),
]
