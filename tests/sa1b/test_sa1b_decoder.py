"""The article's decoders: their results, and none of their faults."""

import json
import pickle

import numpy as np
import pytest
from pycocotools import mask as coco
from sa1b_checks import dense, small
from sa1b_making import write_folder, write_tar

from cvat_sam.exceptions import InvalidSetting, InvalidSource
from cvat_sam.sa1b import ARRCOCMaskProcessor, SA1BMaskDecoder, read

KEYS = ["masks", "bboxes", "areas", "predicted_ious", "stability_scores"]


@pytest.fixture
def path(tmp_path):
    return stored(tmp_path / "sa_1.json", small(1, masks=9))


def stored(path, read):
    path.write_text(json.dumps(read))
    return path


def check(found, items):
    assert list(found)[:5] == KEYS
    assert found["masks"].dtype == np.uint8
    assert np.array_equal(found["masks"], dense(items))
    for key, name in [
        ("bboxes", "bbox"),
        ("areas", "area"),
        ("predicted_ious", "predicted_iou"),
        ("stability_scores", "stability_score"),
    ]:
        assert found[key].tolist() == [item[name] for item in items]


@pytest.mark.parametrize("kind", [SA1BMaskDecoder, ARRCOCMaskProcessor])
def test_up_to_so_many_come_in_the_order_of_the_file(path, kind):
    items = json.loads(path.read_text())["annotations"]
    check(kind().decode(str(path)), items)
    check(kind(max_masks=len(items)).decode(path), items)


def test_of_more_the_best_come_best_first(path):
    items = json.loads(path.read_text())["annotations"]
    best = sorted(items, key=lambda item: -item["predicted_iou"])
    check(SA1BMaskDecoder(max_masks=4).decode(path), best[:4])
    check(SA1BMaskDecoder(1).decode(path), best[:1])


def test_no_annotations_give_no_masks_of_the_images_size(tmp_path):
    path = stored(tmp_path / "a.json", {**small(1), "annotations": []})
    found = ARRCOCMaskProcessor().decode_with_spatial(path)
    assert {key: value.shape for key, value in found.items()} == {
        "masks": (0, 60, 90),
        "bboxes": (0, 4),
        "areas": (0,),
        "predicted_ious": (0,),
        "stability_scores": (0,),
        "centroids": (0, 2),
        "containment": (0, 0),
        "iou_matrix": (0, 0),
    }


def test_spatial_values_stand_beside_the_masks_they_are_of(path):
    items = json.loads(path.read_text())["annotations"]
    found = ARRCOCMaskProcessor(max_masks=5).decode_with_spatial(path)
    best = sorted(items, key=lambda item: -item["predicted_iou"])[:5]
    check(found, best)
    masks = dense(best).astype(bool)
    for i, one in enumerate(masks):
        rows, columns = np.nonzero(one)
        np.testing.assert_allclose(found["centroids"][i], (columns.mean(), rows.mean()))
        for j, other in enumerate(masks):
            expected = 0 if i == j else (one & other).sum() / (other.sum() + 1e-6)
            np.testing.assert_allclose(found["containment"][i, j], expected, atol=1e-6)
    segmentations = [item["segmentation"] for item in best]
    np.testing.assert_allclose(found["iou_matrix"], coco.iou(segmentations, segmentations, [0] * 5))


def test_what_is_kept_is_given_again_and_cannot_be_spoilt(path):
    decoder = ARRCOCMaskProcessor(cache_decoded=True)
    first = decoder.decode(path)
    assert decoder.decode(str(path))["masks"] is first["masks"]
    spatial = decoder.decode_with_spatial(path)
    assert spatial["masks"] is first["masks"]
    assert list(decoder.decode(path)) == KEYS
    assert decoder.decode_with_spatial(path)["iou_matrix"] is spatial["iou_matrix"]
    for value in (*first.values(), *spatial.values()):
        with pytest.raises(ValueError, match="read-only"):
            value[...] = 0
    first.clear()
    assert list(decoder.decode(path)) == KEYS
    decoder.clear_cache()
    assert decoder.decode(path)["masks"] is not spatial["masks"]
    # What is not kept is the caller's alone.
    SA1BMaskDecoder().decode(path)["masks"][...] = 0


def test_a_file_that_has_changed_is_decoded_anew(path):
    decoder = SA1BMaskDecoder(cache_decoded=True)
    decoder.decode(path)
    other = small(2, masks=3)
    stored(path, other)
    check(decoder.decode(path), other["annotations"])
    path.unlink()
    with pytest.raises(InvalidSource, match=r"sa_1.json: cannot be read: No such file"):
        decoder.decode(path)


def test_the_cache_is_bounded_and_what_was_asked_for_last_stays(tmp_path):
    paths = [stored(tmp_path / f"{n}.json", small(n, masks=6)) for n in range(4)]
    plain = SA1BMaskDecoder()
    largest = max(sum(v.nbytes for v in plain.decode(path).values()) for path in paths)
    decoder = SA1BMaskDecoder(cache_decoded=True, cache_bytes=largest * 5 // 2)
    kept = [decoder.decode(path)["masks"] for path in paths[:2]]
    assert decoder.decode(paths[0])["masks"] is kept[0]
    decoder.decode(paths[2])  # for which the second goes
    assert decoder.decode(paths[0])["masks"] is kept[0]
    assert decoder.decode(paths[1])["masks"] is not kept[1]
    none = SA1BMaskDecoder(cache_decoded=True, cache_bytes=1000)
    assert none.decode(paths[0])["masks"] is not none.decode(paths[0])["masks"]


def test_a_copy_for_another_process_takes_no_cache_along(path):
    decoder = SA1BMaskDecoder(max_masks=3, cache_decoded=True)
    kept = decoder.decode(path)["masks"]
    data = pickle.dumps(decoder)
    assert len(data) < 1000 < kept.nbytes
    again = pickle.loads(data)  # noqa: S301  our own
    assert again.max_masks == 3
    assert np.array_equal(again.decode(path)["masks"], kept)


def test_what_is_no_json_file_of_one_image_is_said(tmp_path):
    tar = tmp_path / "sa_000000.tar"
    write_tar(tar, [small(1)])
    write_folder(tmp_path / "folder", [small(1)])
    [record] = read(tar)
    decoder = SA1BMaskDecoder(cache_decoded=True)
    for given, sentence in [
        (tar, f"{tar}: is a tar, not a JSON file; cvat_sam.sa1b.read reads it"),
        (tmp_path / "folder", f"{tmp_path / 'folder'}: is a folder, not a JSON file; cvat_sam"),
        (small(1), "a dict is no path; give the path of a JSON file"),
        (record, "a Record was given where the path of a JSON file should be; its masks are"),
        (tmp_path / "no.json", f"{tmp_path / 'no.json'}: cannot be read: No such file or"),
    ]:
        with pytest.raises(InvalidSource) as raised:
            decoder.decode(given)
        assert str(raised.value).startswith(sentence)


def test_a_damaged_mask_is_said_with_the_file(path):
    broken = json.loads(path.read_text())
    broken["annotations"][2]["segmentation"]["counts"] = "~"
    stored(path, broken)
    with pytest.raises(InvalidSource) as raised:
        SA1BMaskDecoder().decode(path)
    assert str(raised.value).startswith(f"{path}: annotation 2: ")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"max_masks": 0}, "max_masks is 0; it should be a whole number from 1"),
        ({"max_masks": None}, "max_masks is None; it should be a whole number from 1"),
        ({"cache_bytes": -1}, "cache_bytes is -1; it should be a whole number from 0"),
        ({"device": "gpu"}, "'gpu' is no device of PyTorch: Expected one of cpu, cuda"),
        ({"device": 1.5}, "1.5 is no device of PyTorch: "),
    ],
)
def test_arguments_that_cannot_be_are_said_at_once(options, sentence):
    with pytest.raises(InvalidSetting) as raised:
        SA1BMaskDecoder(**options)
    assert str(raised.value).startswith(sentence)


def test_a_relative_path_is_that_of_the_folder_it_was_in(tmp_path, monkeypatch):
    decoder = SA1BMaskDecoder(cache_decoded=True)
    for name in "ab":
        (tmp_path / name).mkdir()
        read_here = small(ord(name), masks=3)
        stored(tmp_path / name / "1.json", read_here)
        monkeypatch.chdir(tmp_path / name)
        check(decoder.decode("1.json"), read_here["annotations"])
