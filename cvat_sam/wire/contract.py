"""Whether a function's reply is one that CVAT stores and shows as it is meant.

CVAT 2.15 checks next to nothing: a mask of the wrong length, a box outside of the image or run
lengths in place of pixels are stored as garbage without a word, one bad item fails all of them, and
a NaN makes the annotations unreadable for good. What is a fault here was seen to go wrong there.
"""

import base64
import binascii
import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cvat_sam.settings import FunctionKind
from cvat_sam.wire.contract_masks import crop_faults, polygon_faults, runs_faults

EMBEDDING_VALUES = 256 * 64 * 64
LONGEST_SENTENCE = 400
# Each is a line for a person; a reply of another kind would have thousands.
MOST = 20


def faults(text: str | bytes, *, kind: FunctionKind, height: int, width: int) -> list[str]:
    """What is wrong with the text of a 200 reply to an image of this size; empty where nothing is.

    >>> reply = '{"mask": [[1, 1]], "bounds": [4, 2, 5, 2], "points": [[4, 2], [5, 2], [4, 2]]}'
    >>> faults(reply, kind="interactor", height=3, width=6)
    []
    >>> print(*faults(reply, kind="interactor", height=3, width=5))
    mask: its right is 5, but the image's last column is 4
    """
    checks: dict[FunctionKind, Callable[[Any, int, int], Iterator[str]]] = {
        "interactor": _interactor,
        "detector": _detector,
        "embedder": _embedder,
    }
    return _found(text, lambda reply: checks[kind](reply, height, width))


def shapes_faults(text: str | bytes, *, height: int, width: int) -> list[str]:
    """The same for a reply in the form of CVAT's REST API, `{"shapes": [...]}`."""
    return _found(text, lambda reply: _shapes(reply, height, width))


def error_faults(text: str | bytes) -> list[str]:
    """The same for the reply to a request that was refused: `{"error": "one sentence"}`.

    >>> error_faults('{"error": "the body is empty"}')
    []
    """
    return _found(text, _error)


def _found(text: str | bytes, check: Callable[[Any], Iterator[str]]) -> list[str]:
    try:
        reply = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return [f"it is not JSON: {error}"]
    complaints = []
    for complaint in check(reply):
        complaints.append(complaint)
        if len(complaints) == MOST:
            break
    return complaints


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON's")


def _interactor(reply: Any, height: int, width: int) -> Iterator[str]:
    if not isinstance(reply, dict):
        yield f"it should be an object with a mask, not {_type(reply)}"
        return
    rows = reply.get("mask")
    if not (isinstance(rows, list) and rows and all(isinstance(row, list) for row in rows)):
        yield "mask: should be a list of rows of 0 and 1" + _perhaps_runs(rows)
        return
    if len({len(row) for row in rows}) != 1:
        yield "mask: its rows are not of one length"
        return
    pixels = [value for row in rows for value in row]
    shape = len(rows), len(rows[0])
    bounds = reply.get("bounds", [0, 0, width - 1, height - 1])
    found = list(crop_faults(pixels, bounds, shape=shape, height=height, width=width))
    yield from (f"mask: {one}" for one in found)
    points = reply.get("points")
    if points is not None:
        yield from (f"points: {one}" for one in _corners(points, height, width))
    if not found and "rle" in reply:
        runs = runs_faults(reply["rle"], pixels, bounds, height=height, width=width)
        yield from (f"rle: {one}" for one in runs)
    if "confidence" in reply:
        yield from _confidence(reply["confidence"])


def _corners(points: Any, height: int, width: int) -> Iterator[str]:
    """The interactor's polygon, `[[x, y], …]`."""
    pairs = isinstance(points, list) and all(isinstance(p, list) and len(p) == 2 for p in points)
    if not pairs:
        yield "should be a list of [x, y]"
        return
    yield from polygon_faults([value for pair in points for value in pair], height, width)


def _detector(reply: Any, height: int, width: int) -> Iterator[str]:
    if not isinstance(reply, list):
        yield f"it should be a list of items, not {_type(reply)}"
        return
    for index, item in enumerate(reply):
        yield from (f"[{index}]{one}" for one in _item(item, height, width))


def _item(item: Any, height: int, width: int) -> Iterator[str]:
    if not isinstance(item, dict):
        yield f": should be an object, not {_type(item)}"
        return
    if not (isinstance(item.get("label"), str) and item["label"]):
        yield ".label: should be a name"
    if item.get("type") != "mask":
        yield f".type: should be mask, not {item.get('type')!r:.40}"
    flat = item.get("mask")
    if not (isinstance(flat, list) and len(flat) > 4):
        yield ".mask: should be pixels and then a box"
        return
    pixels, bounds = flat[:-4], flat[-4:]
    found = list(crop_faults(pixels, bounds, height=height, width=width))
    yield from (f".mask: {one}" for one in found)
    # Without it a mask stays one where polygons were asked for, and the view in a job fails.
    polygon = polygon_faults(item.get("points"), height, width)
    yield from (f".points: {one}" for one in polygon)
    if not found and "rle" in item:
        runs = runs_faults(item["rle"], pixels, bounds, height=height, width=width)
        yield from (f".rle: {one}" for one in runs)
    if "confidence" in item:
        yield from (f".{one}" for one in _confidence(item["confidence"]))
    if item.get("group_id"):
        yield ".group_id: masks that share one become one mask at export; leave it out"
    if not isinstance(item.get("attributes", []), list):
        yield f".attributes: should be a list, not {_type(item['attributes'])}"


def _embedder(reply: Any, height: int, width: int) -> Iterator[str]:
    if not (isinstance(reply, dict) and isinstance(reply.get("blob"), str)):
        yield "it should be an object with a blob of base64"
        return
    try:
        data = base64.b64decode(reply["blob"], validate=True)
    except binascii.Error as error:
        yield f"blob: is not base64: {error}"
        return
    if len(data) != 4 * EMBEDDING_VALUES:
        yield f"blob: has {len(data):,} bytes, not {4 * EMBEDDING_VALUES:,}"
        return
    values = np.frombuffer(data, "<f4")
    if not np.isfinite(values).all():
        yield "blob: has values that are no numbers"
    elif not values.any():
        yield "blob: has zeros alone"


def _shapes(reply: Any, height: int, width: int) -> Iterator[str]:
    if not (isinstance(reply, dict) and isinstance(reply.get("shapes"), list)):
        yield "it should be an object with a list of shapes"
        return
    for index, shape in enumerate(reply["shapes"]):
        if shape is None:
            continue
        place = f"shapes[{index}]"
        if not (isinstance(shape, dict) and shape.get("type") == "mask"):
            yield f"{place}: should be null or an object of the type mask"
            continue
        runs = runs_faults(shape.get("points"), None, None, height=height, width=width)
        yield from (f"{place}.points: {one}" for one in runs)
        if "confidence" in shape:
            yield from (f"{place}.{one}" for one in _confidence(shape["confidence"]))


def _error(reply: Any) -> Iterator[str]:
    if not (isinstance(reply, dict) and list(reply) == ["error"]):
        yield 'it should be {"error": "one sentence"} and no more'
        return
    sentence = reply["error"]
    if not (isinstance(sentence, str) and sentence.strip()):
        yield "error: should be a sentence"
    elif "\n" in sentence or "Traceback" in sentence:
        yield "error: should be one sentence, and has lines"
    elif len(sentence) > LONGEST_SENTENCE:
        yield f"error: should be one sentence, and has {len(sentence):,} letters"


def _confidence(value: Any) -> Iterator[str]:
    """A number, or its text as CVAT's own detectors send it."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not 0 <= number <= 1:
        yield f"confidence: should be a number from 0 to 1, not {value!r:.40}"


def _perhaps_runs(value: Any) -> str:
    flat = isinstance(value, list) and value and all(type(one) is int for one in value)
    return "; these look like run lengths, which CVAT makes itself" if flat else ""


def _type(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", type(None): "null"}
    return names.get(type(value), f"{value!r:.40}")
