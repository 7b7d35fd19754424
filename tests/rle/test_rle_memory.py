"""Encoding takes less than 1.3 times the mask in memory, beyond the mask itself.

Of noise the answer alone is larger than that: Python's list takes eight bytes for each run. There
it is some bytes for each run that must do.
"""

import tracemalloc

import cv2
import numpy as np
import pytest

import rle


def squares():
    """Three squares, the masks of a notebook known in the field."""
    mask = np.zeros((1000, 1000), np.uint8)
    for begin, end in ((100, 200), (300, 400), (700, 800)):
        mask[begin:end, begin:end] = 1
    return mask


def shapes():
    """What somebody would draw in a photograph: three large rounded shapes, one with holes."""
    mask = np.zeros((1500, 2250), np.uint8)
    for centre, axes, angle in (
        ((500, 600), (300, 180), 30),
        ((1400, 900), (420, 300), -20),
        ((2000, 300), (90, 200), 5),
    ):
        cv2.ellipse(mask, centre, axes, angle, 0, 360, 1, -1)
    cv2.ellipse(mask, (1400, 900), (60, 90), 40, 0, 360, 0, -1)
    return mask


def object_with_holes():
    """One object that fills most of a frame, with forty holes."""
    mask = np.zeros((1080, 1920), np.uint8)
    cv2.ellipse(mask, (960, 540), (850, 480), 0, 0, 360, 1, -1)
    rng = np.random.default_rng(0)
    for x, y, radius in rng.integers((200, 150, 5), (1700, 930, 40), (40, 3)).tolist():
        cv2.circle(mask, (x, y), radius, 0, -1)
    return mask


def small_in_large():
    """One small object in 24 million pixels."""
    mask = np.zeros((4000, 6000), np.uint8)
    cv2.ellipse(mask, (4700, 1300), (40, 25), 15, 0, 360, 1, -1)
    return mask


MASKS = {
    name: make().view(np.bool_)
    for name, make in {
        "squares": squares,
        "shapes": shapes,
        "object with holes": object_with_holes,
        "small in large": small_in_large,
    }.items()
}

ENCODERS = {
    "cvat": rle.cvat.encode,
    "coco": rle.coco.encode,
    "coco's list": lambda mask: rle.coco.encode(mask, compressed=False),
    "multiclass": rle.multiclass.encode,
    "multiclass by rows": lambda mask: rle.multiclass.encode(mask, order="C"),
    "kaggle": rle.kaggle.encode,
    "runs by columns": rle.runs.encode,
    "runs by rows": lambda mask: rle.runs.encode(mask, order="C"),
    "published": rle.binary_image_mask_to_cvat_rle,
    "published multiclass": rle.array_to_multi_class_rle,
}
BATCHES = {
    "cvat": rle.cvat.encode_batch,
    "coco": rle.coco.encode_batch,
    "multiclass": rle.multiclass.encode_batch,
}


def peak_of(encode, masks):
    """The most that was taken at a time."""
    encode(masks)  # what is made once is made
    tracemalloc.start()
    try:
        encode(masks)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("encode", ENCODERS.values(), ids=ENCODERS)
def test_one_mask(encode, mask):
    assert peak_of(encode, mask) < 1.3 * mask.nbytes


FORMS = {
    "columns first": np.asfortranarray,
    "uint8 of 255": lambda mask: mask.view(np.uint8) * np.uint8(255),
    "every second column": lambda mask: mask.repeat(2, axis=1)[:, ::2],
    "floats": lambda mask: mask.astype(np.float32),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("name", ["cvat", "coco", "kaggle"])
def test_one_mask_that_may_have_to_be_copied(name, form):
    mask = form(MASKS["shapes"])
    assert peak_of(ENCODERS[name], mask) < 1.3 * mask.size  # a byte for each of its pixels


@pytest.mark.parametrize("name", MASKS)
@pytest.mark.parametrize("together", [np.stack, list], ids=["array", "list"])
@pytest.mark.parametrize("encode", BATCHES.values(), ids=BATCHES)
def test_a_batch_of_large_masks(encode, together, name):
    mask = MASKS[name]
    masks = together([mask, mask[::-1]] if name == "small in large" else [mask, mask[::-1]] * 2)
    assert peak_of(encode, masks) < 1.3 * sum(mask.nbytes for mask in masks)


@pytest.mark.parametrize("together", [np.stack, list], ids=["array", "list"])
@pytest.mark.parametrize("encode", BATCHES.values(), ids=BATCHES)
def test_a_batch_of_small_masks(encode, together):
    rng = np.random.default_rng(0)
    masks = np.zeros((100, 256, 256), np.uint8)
    for mask in masks:
        centre, axes = rng.integers(60, 190, 2).tolist(), rng.integers(10, 60, 2).tolist()
        cv2.ellipse(mask, centre, axes, int(rng.integers(180)), 0, 360, 1, -1)
    masks = together([*masks.view(np.bool_)])
    assert peak_of(encode, masks) < 1.3 * sum(mask.nbytes for mask in masks)


@pytest.mark.parametrize("name", ENCODERS)
def test_noise(name):
    mask = np.random.default_rng(0).random((500, 500)) < 0.5
    runs = np.count_nonzero(np.diff(mask.ravel("F")))
    most = 128 if name == "kaggle" else 40  # Kaggle's numbers are texts before they are one
    assert peak_of(ENCODERS[name], mask) < most * runs


@pytest.mark.parametrize("together", [np.stack, list], ids=["array", "list"])
@pytest.mark.parametrize("encode", BATCHES.values(), ids=BATCHES)
def test_a_batch_of_noise(encode, together):
    masks = np.random.default_rng(0).random((30, 256, 256)) < 0.5
    runs = np.count_nonzero(np.diff(masks.ravel()))
    assert peak_of(encode, together([*masks])) < 56 * runs
