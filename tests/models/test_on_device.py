"""Everything mode's way for a GPU against the official generator; here it runs on the CPU."""

from copy import deepcopy
from dataclasses import replace
from random import Random

import numpy as np
import pytest
import torch
from segment_anything import SamAutomaticMaskGenerator, SamPredictor
from segment_anything.utils.amg import rle_to_mask
from torch.profiler import ProfilerActivity, profile

from cvat_sam.models.backends.torch_backend import TorchBackend
from cvat_sam.models.everything import on_device
from cvat_sam.models.everything.crops import Crop, is_near_edge
from cvat_sam.models.everything.grid import Grid
from cvat_sam.models.everything.grid_points import points
from cvat_sam.models.everything.progress import Progress

LOOSE = {"pred_iou_thresh": 0.6, "stability_score_thresh": 0.7, "box_nms_thresh": 0.9}
ALL = {"pred_iou_thresh": 0.0, "stability_score_thresh": 0.0, "box_nms_thresh": 1.0}


@pytest.fixture(autouse=True)
def batches(vit_t, monkeypatch):
    """By itself a CPU takes points one by one; two are no slower yet."""
    monkeypatch.setattr(vit_t.backend, "at_once", 2)


@pytest.fixture(scope="module")
def coffee_encoded(vit_t, coffee):
    return vit_t.encode(coffee)


class Remembering(SamPredictor):
    """The official predictor; for other thresholds it does not ask all again."""

    def __init__(self, sam):
        super().__init__(sam)
        self.image = None

    def set_image(self, image, image_format="RGB"):
        if not np.array_equal(image, self.image):
            super().set_image(image, image_format)
            self.image, self.decoded = image, {}

    def reset_image(self):
        pass

    def predict_torch(self, point_coords, point_labels, **how):
        batch = tuple(point_coords.flatten().tolist())
        if batch not in self.decoded:
            self.decoded[batch] = super().predict_torch(point_coords, point_labels, **how)
        return self.decoded[batch]


@pytest.fixture(scope="module")
def predictor(vit_t):
    return Remembering(vit_t.backend.sam)


def found(encoded, grid, *, order=None, near_edge=None, progress=None):
    """What there is at the grid's points, which are asked in `order`."""
    places = (points(grid.points_per_side) * (encoded.width, encoded.height)).tolist()
    order = range(len(places)) if order is None else order
    return on_device.find(
        encoded.backend,
        encoded,
        [tuple(places[index]) for index in order],
        order,
        grid,
        near_edge,
        progress or Progress(len(order)),
    )


def same(survivors, masks, scores):
    """Whether masks are the same in the same order, but for a pixel, and as sure."""
    assert len(survivors) == len(masks)
    for survivor, mask in zip(survivors, masks, strict=True):
        ours = survivor.found.mask()
        assert (ours & mask).sum() >= 0.999 * (ours | mask).sum()
    assert [one.predicted_iou for one in survivors] == pytest.approx(list(scores), abs=1e-4)


@pytest.mark.parametrize("thresholds", [{}, LOOSE], ids=["usual", "loose"])
@pytest.mark.parametrize("photo", ["coffee", "cat"])
def test_finds_the_official_generators_masks(photo, thresholds, predictor, vit_t, request):
    image = request.getfixturevalue(photo)
    encoded = request.getfixturevalue(f"{photo}_encoded")
    generator = SamAutomaticMaskGenerator(
        vit_t.backend.sam, points_per_side=6, points_per_batch=1, **thresholds
    )
    generator.predictor = predictor
    official = generator.generate(image)
    assert len(official) > 5
    survivors = found(encoded, Grid(6, **thresholds))
    same(
        survivors,
        [one["segmentation"] for one in official],
        [one["predicted_iou"] for one in official],
    )
    assert [one.found.confidence for one in survivors] == [
        min(one.predicted_iou, 1) for one in survivors
    ]


def test_of_equally_sure_masks_the_official_generators_stay_in_whatever_order(
    vit_t, coffee, coffee_encoded
):
    sam = deepcopy(vit_t.backend.sam)
    last = sam.mask_decoder.iou_prediction_head.layers[-1]
    torch.nn.init.zeros_(last.weight)
    torch.nn.init.constant_(last.bias, 0.9)
    generator = SamAutomaticMaskGenerator(
        sam, points_per_side=3, points_per_batch=1, box_nms_thresh=0.3
    )
    official = generator.generate(coffee)
    order = Random(1).sample(range(9), 9)
    encoded = replace(coffee_encoded, backend=TorchBackend(sam, "cpu"))
    survivors = found(encoded, Grid(3, box_nms_thresh=0.3), order=order)
    same(survivors, [one["segmentation"] for one in official], [0.9] * len(official))


def test_in_a_crop_finds_what_the_official_generator_finds_there(vit_t, coffee):
    height, width = coffee.shape[:2]
    crop = Crop(0, 100, 350, 400, 1)
    generator = SamAutomaticMaskGenerator(
        vit_t.backend.sam, points_per_side=4, points_per_batch=1, crop_n_layers=1, **LOOSE
    )
    official = generator._process_crop(coffee, list(crop.box_xyxy), 1, (height, width))
    encoded = vit_t.encode(np.ascontiguousarray(coffee[crop.top :, : crop.right]))
    answers = []

    def near_edge(box):
        answers.append(is_near_edge(box, crop, height, width))
        return answers[-1]

    survivors = found(encoded, Grid(4, **LOOSE), near_edge=near_edge)
    masks = [rle_to_mask(one)[crop.top :, : crop.right] for one in official["rles"]]
    same(survivors, masks, official["iou_preds"].tolist())
    assert set(answers) == {False, True}


def test_neither_batches_nor_chunks_nor_the_order_change_masks(coffee_encoded, vit_t, monkeypatch):
    usual = found(coffee_encoded, Grid(4, **LOOSE))
    assert len(usual) > 10
    monkeypatch.setattr(vit_t.backend, "at_once", 5)
    monkeypatch.setattr(on_device, "CHUNK_BYTES", 3 * 4 * 1024**2)
    other = found(coffee_encoded, Grid(4, **LOOSE), order=Random(1).sample(range(16), 16))
    same(other, [one.found.mask() for one in usual], [one.predicted_iou for one in usual])


def test_no_more_masks_are_enlarged_at_once_than_fit_into_a_chunk(
    vit_t, coffee_encoded, monkeypatch
):
    # 15 MB of logits in the image's size for each mask.
    large = vit_t.encoded(coffee_encoded.embedding, height=1600, width=2400)
    monkeypatch.setattr(on_device, "CHUNK_BYTES", 1)
    with profile(
        activities=[ProfilerActivity.CPU], profile_memory=True, acc_events=True
    ) as profiled:
        survivors = found(large, Grid(3, **ALL))
    events = sorted(profiled.events(), key=lambda event: event.time_range.start)
    peak = np.cumsum([event.self_cpu_memory_usage for event in events]).max()
    # As bytes, and only of what is left in the end, they would be more already.
    assert 0 < peak < len(survivors) * large.height * large.width


def test_stops_after_a_batch_when_the_time_is_up(coffee_encoded, vit_t, monkeypatch):
    monkeypatch.setattr(vit_t.backend, "at_once", 10)
    told = []
    order = Random(1).sample(range(36), 36)
    progress = Progress(36, until=0, tell=lambda *counts: told.append(counts))
    stopped = found(coffee_encoded, Grid(6, **LOOSE), order=order, progress=progress)
    # Some are asked at in any case.
    assert told == [(10, 36), (16, 36)]
    first = found(coffee_encoded, Grid(6, **LOOSE), order=order[:16])
    same(stopped, [one.found.mask() for one in first], [one.predicted_iou for one in first])


def test_thresholds_of_0_keep_all_that_has_a_pixel(coffee_encoded):
    survivors = found(coffee_encoded, Grid(1, **ALL))
    assert len(survivors) == 3
    assert all(one.found.area for one in survivors)


def test_masks_without_a_pixel_or_a_stability_are_left_out(vit_t, coffee_encoded):
    backend = TorchBackend(deepcopy(vit_t.backend.sam), "cpu")
    # Every token's mask but the third is nothing.
    for head in backend.sam.mask_decoder.output_hypernetworks_mlps[:3]:
        torch.nn.init.zeros_(head.layers[-1].weight)
        torch.nn.init.zeros_(head.layers[-1].bias)
    encoded = replace(coffee_encoded, backend=backend)
    assert len(found(encoded, Grid(1, **ALL))) == 1
    survivors = found(encoded, Grid(1, **{**ALL, "stability_score_thresh": 1e-6}))
    assert [one.found.area > 0 for one in survivors] == [True]


def test_where_nothing_is_sure_or_stable_or_away_from_the_edge_nothing_is_found(coffee_encoded):
    assert found(coffee_encoded, Grid(2, pred_iou_thresh=2.0)) == []
    assert found(coffee_encoded, Grid(2, **{**ALL, "stability_score_thresh": 2.0})) == []
    assert found(coffee_encoded, Grid(2, **ALL), near_edge=lambda box: True) == []
    assert found(coffee_encoded, Grid(2), order=[]) == []


def test_works_after_an_embedding_that_may_not_be_written(vit_t, coffee_encoded):
    embedding = coffee_encoded.embedding.copy()
    embedding.setflags(write=False)
    encoded = vit_t.encoded(embedding, height=400, width=600)
    assert found(encoded, Grid(1, **ALL)) == found(coffee_encoded, Grid(1, **ALL))
