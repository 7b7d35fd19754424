"""Sets of masks of one size, in every form that `rle.ops` takes, and back from it."""

import warnings
from typing import Any

import numpy as np
from cvat_sdk import masks as sdk
from hypothesis import strategies as st
from numpy.typing import NDArray
from pycocotools import mask as api
from rle_oracles import blobs, naive_decode

from rle import runs
from rle.runs import Runs

Masks = list[NDArray[np.bool_]]

FORMS = ("text", "bytes", "list", "points", "columns", "rows", "mixed")


@st.composite
def sets(draw: st.DrawFn, *, least: int = 0, most: int = 6) -> Masks:
    """Masks of one size: noise, blobs, rectangles, also none, all, the first or the last pixel."""
    height = draw(st.integers(1, 6) | st.integers(1, 40))
    width = draw(st.integers(1, 6) | st.integers(1, 70))
    count = draw(st.integers(least, most))
    return [draw(one(height, width)) for _ in range(count)]


@st.composite
def one(draw: st.DrawFn, height: int, width: int) -> NDArray[np.bool_]:
    mask = np.zeros((height, width), bool)
    kind = draw(st.sampled_from(("noise", "blobs", "rectangle", "empty", "full", "first", "last")))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    if kind == "noise":
        mask = rng.random((height, width)) < draw(st.sampled_from((0.02, 0.3, 0.5, 0.98)))
    elif kind == "blobs":
        mask = blobs(height, width, seed=seed, share=draw(st.floats(0.05, 0.95)))
    elif kind == "rectangle":
        top, left = rng.integers(height), rng.integers(width)
        mask[top : top + rng.integers(1, 30), left : left + rng.integers(1, 30)] = True
    elif kind == "full":
        mask[:] = True
    elif kind in ("first", "last"):
        mask.flat[0 if kind == "first" else -1] = True
    return mask


def given_as(masks: Masks, form: str) -> tuple[list[Any], dict[str, int]]:
    """The masks in that form, made by others, and the arguments that go with them."""
    if form == "points":
        size = dict(zip(("height", "width"), masks[0].shape if masks else (1, 1), strict=True))
        return [_points(mask) for mask in masks], size
    if form in ("columns", "rows", "mixed"):
        orders = {"columns": "FF", "rows": "CC", "mixed": "CF"}[form]
        return [runs.encode(mask, order=orders[i % 2]) for i, mask in enumerate(masks)], {}
    return [_segmentation(mask, form) for mask in masks], {}


def dense(mask: Any, size: tuple[int, int] = (0, 0)) -> NDArray[np.bool_]:
    """A mask in any form as an array; points need the image's size."""
    if isinstance(mask, Runs):
        # The checks that `trusted` leaves out.
        Runs(mask.edges, height=mask.height, width=mask.width, order=mask.order)
        return runs.decode(mask)
    if isinstance(mask, list):
        assert all(type(number) is int for number in mask)
        return naive_decode(mask, *size)
    if isinstance(mask["counts"], list):
        mask = api.frPyObjects(mask, *mask["size"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # between pycocotools and numpy 2
        return api.decode(mask).astype(bool)


def form_of(mask: Any) -> str:
    """What came back: one of FORMS, except that bytes come back as text."""
    if isinstance(mask, Runs):
        return "columns" if mask.order == "F" else "rows"
    if isinstance(mask, list):
        return "points"
    return "text" if isinstance(mask["counts"], str) else "list"


def expected(form: str) -> str:
    """The form of masks made of the first of masks in that form."""
    return {"bytes": "text", "mixed": "rows"}.get(form, form)


def _segmentation(mask: NDArray[np.bool_], form: str) -> dict[str, Any]:
    height, width = mask.shape
    size = [height, width]
    if form == "list":
        changes = np.flatnonzero(np.diff(mask.ravel("F"), prepend=False))
        counts = np.diff([0, *changes.tolist(), mask.size]).tolist()
        return {"size": size, "counts": counts}
    counts = api.encode(np.asfortranarray(mask, np.uint8))["counts"]
    return {"size": size, "counts": counts if form == "bytes" else counts.decode()}


def _points(mask: NDArray[np.bool_]) -> list[int]:
    return [int(number) for number in sdk.encode_mask(mask)]
