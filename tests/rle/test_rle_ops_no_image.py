"""`rle.ops` builds no image: with everything that could make one out of order, it is still right.

What decodes, paints or looks at pixels raises here, and so does whoever asks numpy for an array of
the masks' shape or for as many items as one or all of them have pixels.
"""

import sys
from contextlib import contextmanager

import cv2
import numpy as np
import pytest
from rle_ops_sets import dense, given_as
from rle_oracles import blobs

import rle
from rle import ops
from rle.ops import _dense, _tiles

# Primes, so that nothing else has this size by chance.
HEIGHT, WIDTH = 97, 139
COUNT = 5


def disc(radius):
    y, x = np.ogrid[:HEIGHT, :WIDTH]
    return (y - 40) ** 2 + (x - 60) ** 2 < radius**2


SETS = {
    "blobs": [blobs(HEIGHT, WIDTH, seed=seed, share=0.3) for seed in range(COUNT)],
    "noise": [*(np.random.default_rng(0).random((COUNT, HEIGHT, WIDTH)) < 0.5)],
    "stripes": [np.tile(np.arange(WIDTH) % (i + 2) == 0, (HEIGHT, 1)) for i in range(COUNT)],
    "discs": [disc(8 + 9 * i) for i in range(COUNT)],
    "all and none": [np.full((HEIGHT, WIDTH), i % 2 == 0) for i in range(COUNT)],
}
FORMS = ("text", "list", "points", "columns", "rows")

PAINTERS = ("paint", "painted", "image_of", "image_of_columns", "changes", "column_changes")
PAINTERS += ("runs_and_box", "as_bytes", "edges_of_mask", "label_runs")
CODERS = ("encode", "decode", "encode_batch", "decode_batch")


def refuse(*_, **__):
    raise AssertionError("an image was built")


@contextmanager
def no_image():
    """Puts everything that could make an image, or read one, out of order."""
    with pytest.MonkeyPatch.context() as patched:
        names = set()
        for module in [module for name, module in sys.modules.items() if name.startswith("rle.")]:
            for name in PAINTERS + CODERS:
                if name in vars(module) and module is not rle._text:  # whose letters are no pixels
                    patched.setattr(module, name, refuse)
                    names.add(name)
        assert names == {*PAINTERS, *CODERS}
        for module, name in (
            (np, "packbits"),
            (np, "unpackbits"),
            (cv2, "transpose"),
            (cv2, "copyMakeBorder"),
        ):
            patched.setattr(module, name, refuse)
        for name in ("zeros", "empty", "ones", "full"):
            patched.setattr(np, name, guarded(getattr(np, name)))
        yield


def guarded(make):
    def made(*arguments, **named):
        array = make(*arguments, **named)
        counts = (1, COUNT, 2 * COUNT - 1)  # of one set of masks, or of two
        if {HEIGHT, WIDTH} <= {*array.shape} or array.size in [n * HEIGHT * WIDTH for n in counts]:
            refuse()
        return array

    return made


def run_all(a, b, crop_to, where, size):
    """What every function gives, of one set of masks or of two."""
    return {
        "area": ops.area(a, **size),
        "bbox": ops.bbox(a, **size),
        "centroid": ops.centroid(a, **size),
        "contains": ops.contains(a, where, **size),
        "iou": ops.iou(a, b, **size),
        "overlap": ops.overlap(a, b, **size),
        "intersections": ops.intersections(a, b, **size),
        "union": [ops.union(a, **size)],
        "intersection": [ops.intersection(a[:2], **size)],
        "difference": ops.difference(a, b[:1], **size),
        "complement": ops.complement(a, **size),
        "shift": ops.shift(a, dx=3, dy=-5, **size),
        "crop": ops.crop(a, crop_to, **size),
    }


def by_pixels(a, b, crop_to, where):
    """The same, of the masks themselves."""
    a, b = np.stack(a), np.stack(b)
    left, top, columns, rows = crop_to
    shared = np.einsum("ihw,jhw->ij", a.astype(np.int64), b.astype(np.int64))
    areas = a.sum(axis=(1, 2))
    joined = areas[:, np.newaxis] + b.sum(axis=(1, 2)) - shared
    boxes, means = np.zeros((len(a), 4)), np.zeros((len(a), 2))
    for index in areas.nonzero()[0]:
        y, x = a[index].nonzero()
        boxes[index] = x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1
        means[index] = x.mean(), y.mean()
    shifted = np.zeros_like(a)
    shifted[:, :-5, 3:] = a[:, 5:, :-3]
    return {
        "area": areas,
        "bbox": boxes,
        "centroid": means,
        "contains": a[:, where[:, 1], where[:, 0]],
        "iou": shared / np.maximum(joined, 1),
        "overlap": shared / np.maximum(areas, 1)[:, np.newaxis],
        "intersections": shared,
        "union": a.any(axis=0)[np.newaxis],
        "intersection": a[:2].all(axis=0)[np.newaxis],
        "difference": a & ~b[0],
        "complement": ~a,
        "shift": shifted,
        "crop": a[:, top : top + rows, left : left + columns],
    }


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        *[(name, (form, form)) for name in SETS for form in FORMS],
        # Of two orders one is turned, and that is done without an image unless runs are dense.
        *[("discs", forms) for forms in (("text", "points"), ("points", "list"))],
        *[("all and none", forms) for forms in (("rows", "columns"), ("columns", "rows"))],
    ],
)
def test_every_function_is_right_without_an_image(name, forms):
    masks, others = SETS[name], SETS[name][::-1][:-1]
    crop_to = (7, 11, 50, 41)
    where = np.random.default_rng(0).integers(0, (WIDTH, HEIGHT), (30, 2))
    right = by_pixels(masks, others, crop_to, where)
    assert {*right} == {*ops.__all__}
    a, b = (given_as(given, form)[0] for given, form in zip((masks, others), forms, strict=True))
    with no_image():
        found = run_all(a, b, crop_to, where, {"height": HEIGHT, "width": WIDTH})
    for function, expected in right.items():
        value = found[function]
        if isinstance(value, list):
            value = [dense(mask, expected.shape[1:]) for mask in value]
        np.testing.assert_allclose(value, expected, atol=1e-12, err_msg=function)


def test_the_two_ways_of_comparing_were_both_gone(monkeypatch):
    taken = []
    for module in (_dense, _tiles):

        def spy(*arguments, shared=module.shared, name=module.__name__):
            taken.append(name.rpartition(".")[2])
            return shared(*arguments)

        monkeypatch.setattr(module, "shared", spy)
    for name in ("blobs", "noise"):
        coded, _ = given_as(SETS[name], "text")
        ops.iou(coded, coded)
    assert taken == ["_tiles", "_dense"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: rle.coco.encode(SETS["noise"][0]),
        lambda: rle.cvat.decode([1, 0, 0, 0, 0], height=9, width=9),
        lambda: rle.multiclass.encode(SETS["noise"][0]),
        lambda: rle.runs.decode(rle.Runs([0, 9], height=9, width=9)),
        lambda: np.zeros((HEIGHT, WIDTH), bool),
        lambda: np.empty((WIDTH, COUNT, HEIGHT)),
        lambda: np.full(COUNT * HEIGHT * WIDTH, 0),
    ],
)
def test_what_does_make_one_is_noticed(make):
    make()
    with no_image(), pytest.raises(AssertionError, match="an image was built"):
        make()
