"""Everything mode against the official generator, on every back end."""

import time
from dataclasses import asdict, replace

import numpy as np
import pytest
from segment_anything import SamAutomaticMaskGenerator

from cvat_sam.models import load
from cvat_sam.models.everything import look
from cvat_sam.models.everything.everything import everything
from cvat_sam.models.everything.grid import Grid

COARSE = Grid(points_per_side=6)
LOOSE = Grid(points_per_side=4, pred_iou_thresh=0.5, stability_score_thresh=0.6)
# Each is named for what it is about.
GRIDS = {
    "coarse": COARSE,
    "loose": LOOSE,
    "narrow": replace(COARSE, stability_score_offset=0.3, stability_score_thresh=0.97),
    "few doubles": replace(LOOSE, box_nms_thresh=0.3),
    "crops": replace(
        LOOSE,
        crop_n_layers=1,
        crop_n_points_downscale_factor=2,
        crop_overlap_ratio=0.25,
        crop_nms_thresh=0.5,
    ),
    "no specks": replace(LOOSE, min_mask_region_area=400),
}


@pytest.fixture(scope="module")
def official(vit_t, coffee):
    """What segment-anything's generator finds in the coffee; each grid once."""
    known = {}

    def generate(name):
        if name not in known:
            parameters = asdict(GRIDS[name])
            generator = SamAutomaticMaskGenerator(
                vit_t.backend.sam, points_per_batch=4, **parameters
            )
            known[name] = generator.generate(coffee)
        return known[name]

    return generate


@pytest.fixture(scope="module", params=["torch", "onnx", "openvino"])
def model(request, vit_t, exported):
    if request.param == "torch":
        return vit_t
    return load("vit_t", device="cpu", backend=request.param)


@pytest.fixture(scope="module")
def coffee_encoded(model, coffee):
    return model.encode(coffee)


@pytest.fixture(scope="module")
def fast(exported):
    """A model on one back end, where it does not matter which."""
    return load("vit_t", device="cpu", backend="onnx")


@pytest.fixture(scope="module")
def fast_coffee(fast, coffee):
    return fast.encode(coffee)


def cropper(model, image):
    def encode_crop(box):
        left, top, right, bottom = box
        return model.encode(image[top:bottom, left:right])

    return encode_crop


def iou(one, other):
    return np.count_nonzero(one & other) / np.count_nonzero(one | other)


@pytest.mark.parametrize("name", GRIDS)
def test_finds_the_official_generators_masks(model, coffee, coffee_encoded, official, name):
    expected = official(name)
    ours = everything(coffee_encoded, GRIDS[name], encode_crop=cropper(model, coffee)).found
    assert len(expected) > 5
    assert len(ours) == len(expected)
    masks = [(one.mask(), one.confidence) for one in ours]
    for one in expected:
        shares = [iou(one["segmentation"], mask) for mask, _ in masks]
        best = int(np.argmax(shares))
        assert shares[best] >= 0.999
        assert masks[best][1] == pytest.approx(min(one["predicted_iou"], 1), abs=1e-3)


def test_largest_comes_first(fast_coffee):
    areas = [one.area for one in everything(fast_coffee, GRIDS["loose"]).found]
    assert areas == sorted(areas, reverse=True)
    assert len(areas) > 5


def test_masks_that_become_runs_at_once_are_the_same(fast_coffee, monkeypatch):
    before = everything(fast_coffee, GRIDS["loose"])
    monkeypatch.setattr(look, "HELD", 0)
    assert everything(fast_coffee, GRIDS["loose"]) == before


def test_an_image_larger_than_the_encoders_square(fast, vit_t, coffee):
    """There masks are judged on the square first."""
    large = np.ascontiguousarray(coffee.repeat(3, axis=0).repeat(3, axis=1))
    grid = replace(COARSE, points_per_side=4, stability_score_thresh=0.9)
    official = SamAutomaticMaskGenerator(vit_t.backend.sam, points_per_batch=2, **asdict(grid))
    expected = [one["segmentation"] for one in official.generate(large)]
    ours = [one.mask() for one in everything(fast.encode(large), grid).found]
    assert len(ours) == len(expected) > 5
    for one in expected:
        assert max(iou(one, mask) for mask in ours) >= 0.999


def test_thresholds_drop_masks(fast_coffee):
    grid = replace(COARSE, pred_iou_thresh=0.5, stability_score_thresh=0.8)
    loose = everything(fast_coffee, grid).found
    strict = everything(fast_coffee, replace(grid, pred_iou_thresh=0.97)).found
    assert 0 < len(strict) < len(loose)
    assert all(one.confidence > 0.97 for one in strict)


def test_grid_that_finds_nothing_gives_nothing(fast_coffee):
    impossible = Grid(points_per_side=2, pred_iou_thresh=1.0, stability_score_thresh=1.0)
    assert everything(fast_coffee, impossible) == ([], 4, 4)


def test_thresholds_of_0_keep_what_has_pixels(fast_coffee):
    found = everything(fast_coffee, Grid(2, 0.0, 0.0, box_nms_thresh=1.0)).found
    assert 8 <= len(found) <= 12
    assert all(one.area for one in found)


def test_when_the_time_is_up_what_is_found_comes_back(fast_coffee):
    grid = Grid(points_per_side=12)
    cut = everything(fast_coffee, grid, until=time.monotonic())
    assert cut.points == 144
    assert 16 <= cut.visited < 144
    # The first points cover the image: there are masks in all of its quarters.
    covered = np.any([one.mask() for one in cut.found], axis=0)
    assert all(covered[rows, columns].any() for rows in HALVES_OF_400 for columns in HALVES_OF_600)


HALVES_OF_400 = slice(0, 200), slice(200, 400)
HALVES_OF_600 = slice(0, 300), slice(300, 600)


def test_crops_are_not_begun_when_the_time_is_up(fast_coffee):
    def encode_crop(box):
        raise AssertionError("encoded for nothing")

    cut = everything(fast_coffee, GRIDS["crops"], encode_crop=encode_crop, until=time.monotonic())
    assert cut.points == 16 + 4 * 4
    assert cut.visited == 16


def test_progress_is_told_point_by_point(fast_coffee):
    heard = []
    everything(fast_coffee, Grid(points_per_side=3), tell=lambda *far: heard.append(far))
    assert heard == [(visited, 9) for visited in range(1, 10)]


def test_crops_without_somebody_to_encode_them_are_a_mistake(fast_coffee):
    with pytest.raises(ValueError, match="encode_crop is needed"):
        everything(fast_coffee, GRIDS["crops"])


def test_on_a_gpu_the_look_is_the_devices(fast_coffee, monkeypatch):
    """Which of the two ways looks; what the one for a GPU finds is tested on its own."""
    from cvat_sam.models.everything import on_device

    def find(backend, seen, points, indices, grid, near_edge, progress):
        progress.done(len(points))
        assert sorted(indices) == list(range(4))
        return []

    monkeypatch.setattr(on_device, "find", find)
    monkeypatch.setattr(type(fast_coffee.backend), "device", "cuda:0")
    assert everything(fast_coffee, Grid(points_per_side=2)) == ([], 4, 4)
