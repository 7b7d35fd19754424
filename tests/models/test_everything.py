"""Everything mode against the official generator."""

import pytest
from segment_anything import SamAutomaticMaskGenerator

from cvat_sam.models.everything import everything
from cvat_sam.models.grid import Grid


@pytest.fixture(scope="module")
def coffee_encoded(vit_t, coffee):
    return vit_t.encode(coffee)


def test_finds_the_official_generators_masks(vit_t, coffee, coffee_encoded):
    official = SamAutomaticMaskGenerator(vit_t.backend.sam, points_per_side=6).generate(coffee)
    ours = everything(coffee_encoded, Grid(points_per_side=6))
    assert len(ours) > 5
    expected = {one["segmentation"].tobytes(): min(one["predicted_iou"], 1) for one in official}
    found = {one.mask().tobytes(): one.confidence for one in ours}
    # Batches of another size add up in another order, which shows in the seventh digit.
    assert found == pytest.approx(expected, abs=1e-5)


def test_largest_comes_first(coffee_encoded):
    areas = [one.area for one in everything(coffee_encoded, Grid(points_per_side=6))]
    assert areas == sorted(areas, reverse=True)


def test_batches_change_nothing(coffee_encoded, monkeypatch):
    whole = everything(coffee_encoded, Grid(points_per_side=4))
    monkeypatch.setattr("cvat_sam.models.everything.BATCH_BYTES", 1)
    one_by_one = everything(coffee_encoded, Grid(points_per_side=4))
    assert [one.mask().sum() for one in one_by_one] == [one.mask().sum() for one in whole]


def test_thresholds_drop_masks(coffee_encoded):
    loose = everything(coffee_encoded, Grid(4, pred_iou_thresh=0.5, stability_score_thresh=0.8))
    strict = everything(coffee_encoded, Grid(4, pred_iou_thresh=0.97, stability_score_thresh=0.8))
    assert 0 < len(strict) < len(loose)
    assert all(one.confidence > 0.97 for one in strict)


def test_grid_that_finds_nothing_gives_nothing(cat_encoded):
    impossible = Grid(points_per_side=2, pred_iou_thresh=1.0, stability_score_thresh=1.0)
    assert everything(cat_encoded, impossible) == []
