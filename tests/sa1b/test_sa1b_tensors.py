"""On a device masks are painted from their runs, which went there in one transfer.

There is no other device than the CPU here as a rule; the steps are gone there, and the transfers
counted on the way to "meta", a device without data.
"""

import json

import numpy as np
import pytest
import torch
from sa1b_checks import dense, small, smalls
from sa1b_making import write_tar
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.data import DataLoader

import rle
from cvat_sam.exceptions import DeviceUnavailable
from cvat_sam.sa1b import ARRCOCMaskProcessor, SA1BMaskDecoder, decode_to_torch, on_device, read
from cvat_sam.sa1b.torch import SA1BDataset

PLACES = ["cpu", *["cuda"] * torch.cuda.is_available()]
ITEMS = small(1, masks=9)["annotations"]
RUNS = [rle.convert.coco_to_runs(item["segmentation"]) for item in ITEMS]


class Transfers(TorchDispatchMode):
    """Counts what goes from the CPU to another device."""

    def __init__(self):
        super().__init__()
        self.sizes = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        found = function(*args, **(kwargs or {}))
        if function is torch.ops.aten._to_copy.default and found.device != args[0].device:
            self.sizes.append(args[0].nbytes)
        return found


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("at_once", [1, 3 * 5401, 1 << 26])
def test_masks_are_painted_as_pycocotools_paints_them(monkeypatch, place, at_once):
    monkeypatch.setattr(on_device, "_AT_ONCE", at_once)
    values = {"areas": np.array([item["area"] for item in ITEMS]), "scores": np.eye(9)}
    found = on_device.painted(RUNS, 60, 90, values, place)
    assert list(found) == ["masks", "areas", "scores"]
    assert found["masks"].dtype == torch.uint8
    assert found["masks"].is_contiguous()
    assert np.array_equal(found["masks"].cpu().numpy(), dense(ITEMS))
    assert (found["areas"].dtype, found["scores"].dtype) == (torch.int64, torch.float32)
    assert found["areas"].tolist() == values["areas"].tolist()
    assert found["scores"].tolist() == np.eye(9).tolist()


def test_all_kinds_of_masks_are_painted():
    masks = np.random.default_rng(0).random((7, 5, 4)) < 0.5
    masks[0], masks[1] = False, True
    masks[2] = np.arange(20).reshape(5, 4) == 19
    # As many edges as there can be: the sum of them goes round at 256.
    noise = np.indices((40, 30)).sum(axis=0) % 2 == 0
    for some in (masks, noise[np.newaxis], masks[:0]):
        runs = [rle.runs.encode(mask, order="C") for mask in some]
        found = on_device.painted(runs, *some.shape[1:], {}, "cpu")
        assert np.array_equal(found["masks"].numpy(), some)


def test_everything_goes_in_one_transfer(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(small(1, masks=9)))
    with Transfers() as transfers:
        found = SA1BMaskDecoder(device="meta").decode(tmp_path / "a.json")
    assert len(transfers.sizes) == 1
    assert transfers.sizes[0] < found["masks"].nbytes / 2
    assert found["masks"].shape == (len(ITEMS), 60, 90)
    assert {key: value.device.type for key, value in found.items()} == dict.fromkeys(found, "meta")
    assert found["areas"].dtype == torch.int64
    assert found["bboxes"].shape == (len(ITEMS), 4)
    with Transfers() as transfers:
        found = ARRCOCMaskProcessor(device="meta").decode_with_spatial(tmp_path / "a.json")
    assert len(transfers.sizes) == 1
    assert found["iou_matrix"].shape == (len(ITEMS), len(ITEMS))
    with Transfers() as transfers:
        assert decode_to_torch(ITEMS, "meta").device.type == "meta"
    assert len(transfers.sizes) == 1


@pytest.mark.parametrize("cached", [True, False])
def test_tensors_are_kept_like_arrays(tmp_path, cached):
    (tmp_path / "a.json").write_text(json.dumps(small(1, masks=9)))
    decoder = ARRCOCMaskProcessor(device=torch.device("meta"), cache_decoded=cached)
    first = decoder.decode_with_spatial(tmp_path / "a.json")
    again = decoder.decode_with_spatial(tmp_path / "a.json")
    assert (first["masks"] is again["masks"]) == cached
    assert (first["centroids"] is again["centroids"]) == cached


def test_the_cpu_as_a_device_gives_arrays(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(small(1)))
    found = SA1BMaskDecoder(device=torch.device("cpu")).decode(tmp_path / "a.json")
    assert type(found["masks"]) is np.ndarray


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_device_that_is_not_there_is_said():
    for make in (
        lambda: SA1BMaskDecoder(device="cuda"),
        lambda: decode_to_torch(ITEMS),
        lambda: decode_to_torch([]),
    ):
        with pytest.raises(DeviceUnavailable, match="the device cuda cannot be used: "):
            make()


def test_an_image_that_is_too_large_for_a_device_is_refused(monkeypatch):
    monkeypatch.setattr(rle, "MAX_PIXELS", 2**40)
    runs = [rle.Runs([0, 1], height=2**16, width=2**15)]
    with pytest.raises(rle.InvalidSize, match="has 2,147,483,648 pixels"):
        on_device.painted(runs, 2**16, 2**15, {}, "cpu")


@pytest.fixture(scope="module")
def tar(tmp_path_factory):
    path = tmp_path_factory.mktemp("sa1b") / "sa_000000.tar"
    write_tar(path, smalls(7))
    return path


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_loaders_workers_share_the_records_out(tar, workers):
    dataset = SA1BDataset(read(tar, workers=2))
    loader = DataLoader(dataset, batch_size=None, num_workers=workers)
    found = [(record.name, record.segmentations()) for record in loader]
    expected = [(record.name, record.segmentations()) for record in read(tar)]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_records_can_be_made_into_tensors(tar):
    def tensors(record):
        return torch.from_numpy(record.masks()), torch.from_numpy(record.predicted_ious)

    dataset = SA1BDataset(read(tar, top_k=3).shard(1, 2), tensors)
    for masks, scores in DataLoader(dataset, batch_size=None):
        assert masks.shape == (3, 60, 90)
        assert scores.tolist() == sorted(scores.tolist(), reverse=True)
