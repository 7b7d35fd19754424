"""The article's functions give what pycocotools gives, in its shapes and types."""

import json
import sys
import types
from itertools import chain

import numpy as np
import pytest
from pycocotools import mask as coco
from sa1b_checks import dense, small

import rle
from cvat_sam import sa1b
from cvat_sam.exceptions import InvalidSetting, InvalidSource

READ = small(1, masks=9)
ITEMS = READ["annotations"]
SEGMENTATIONS = [item["segmentation"] for item in ITEMS]


@pytest.fixture
def path(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(READ))
    return str(tmp_path / "a.json")


def same(found, expected):
    return found.dtype == np.uint8 and np.array_equal(found, expected)


def test_one_mask():
    for item, expected in zip(ITEMS, dense(ITEMS), strict=True):
        assert same(sa1b.decode_rle_mask(item["segmentation"]), expected)


def test_a_file(path):
    masks, metadata = sa1b.decode_sa1b_annotation(path)
    assert isinstance(masks, list)
    assert all(same(one, other) for one, other in zip(masks, dense(ITEMS), strict=True))
    assert metadata == {
        "bboxes": [item["bbox"] for item in ITEMS],
        "areas": [item["area"] for item in ITEMS],
        "predicted_ious": [item["predicted_iou"] for item in ITEMS],
        "stability_scores": [item["stability_score"] for item in ITEMS],
        "point_coords": [item["point_coords"] for item in ITEMS],
    }


def test_many_masks():
    assert same(sa1b.batch_decode_masks(ITEMS), dense(ITEMS))
    assert same(sa1b.batch_decode_masks(tuple(ITEMS)), dense(ITEMS))


@pytest.mark.parametrize("count", [1, 2, 4, 100])
def test_many_masks_whatever_the_number_of_workers(count):
    assert same(sa1b.batch_decode_parallel(ITEMS, num_workers=count), dense(ITEMS))
    assert same(sa1b.batch_decode_parallel(ITEMS[:1], count), dense(ITEMS[:1]))


def test_their_union():
    assert same(sa1b.merge_masks_vectorized(ITEMS), dense(ITEMS).any(axis=0))


def test_their_ious():
    expected = coco.iou(SEGMENTATIONS, SEGMENTATIONS, [0] * len(ITEMS))
    np.testing.assert_allclose(sa1b.compute_iou_matrix(ITEMS), expected)


def test_some_at_a_time(path):
    found = list(sa1b.memory_efficient_decode(path, max_masks=8, chunk_size=3))
    assert [len(masks) for masks, _ in found] == [3, 3, 2]
    assert list(chain.from_iterable(items for _, items in found)) == ITEMS[:8]
    assert same(np.concatenate([masks for masks, _ in found]), dense(ITEMS[:8]))
    [(masks, items)] = sa1b.memory_efficient_decode(path)
    assert (len(masks), items) == (len(ITEMS), ITEMS)


def test_one_at_a_time(path):
    found = list(sa1b.streaming_decode(path))
    assert [item for _, item in found] == ITEMS
    assert all(same(mask, other) for (mask, _), other in zip(found, dense(ITEMS), strict=True))


def test_masks_are_encoded_as_pycocotools_encodes_them():
    masks = dense(ITEMS)
    assert [sa1b.encode_mask_to_rle(mask) for mask in masks] == SEGMENTATIONS
    assert sa1b.batch_encode_masks(masks) == SEGMENTATIONS
    assert sa1b.batch_encode_masks(list(masks.astype(bool))) == SEGMENTATIONS
    assert json.loads(json.dumps(sa1b.encode_mask_to_rle(masks[0] * 255))) == SEGMENTATIONS[0]


def test_of_nothing_there_is_nothing():
    assert sa1b.batch_decode_masks([]).shape == (0, 0, 0)
    assert sa1b.batch_decode_masks([], size=(60, 90)).shape == (0, 60, 90)
    assert sa1b.batch_decode_parallel([], size=(60, 90)).shape == (0, 60, 90)
    assert sa1b.merge_masks_vectorized([]).shape == (0, 0)
    assert same(sa1b.merge_masks_vectorized([], size=(2, 3)), np.zeros((2, 3)))
    assert sa1b.compute_iou_matrix([]).shape == (0, 0)
    assert sa1b.batch_encode_masks([]) == []
    assert sa1b.decode_to_torch([], "cpu", size=(60, 90)).shape == (0, 60, 90)


def test_of_a_file_without_annotations_there_is_nothing(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({**READ, "annotations": []}))
    masks, metadata = sa1b.decode_sa1b_annotation(path)
    assert (masks, set(map(len, metadata.values()))) == ([], {0})
    assert list(sa1b.memory_efficient_decode(path)) == list(sa1b.streaming_decode(path)) == []


def test_without_cupy_arrays_are_numpys(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert same(sa1b.gpu_decode_rle(SEGMENTATIONS[0]), dense(ITEMS[:1])[0])
    assert same(sa1b.batch_decode_to_gpu(ITEMS), dense(ITEMS))


@pytest.mark.parametrize("there", [True, False])
def test_cupy_gets_them_in_the_stream_that_is_given(monkeypatch, there):
    class OnGpu:
        def __init__(self, array):
            self.array, self.stream = array, Stream.current

    class Stream:
        current = None

        def __enter__(self):
            Stream.current = self

        def __exit__(self, *error):
            Stream.current = None

    cupy = types.SimpleNamespace(
        asarray=OnGpu, cuda=types.SimpleNamespace(is_available=lambda: there)
    )
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    stream = Stream()
    one = sa1b.gpu_decode_rle(SEGMENTATIONS[0], stream=stream)
    many = sa1b.batch_decode_to_gpu(ITEMS)
    if there:
        assert (one.stream, many.stream) == (stream, None)
        one, many = one.array, many.array
    assert same(one, dense(ITEMS[:1])[0])
    assert same(many, dense(ITEMS))


def test_tensors_on_the_cpu():
    import torch

    found = sa1b.decode_to_torch(ITEMS, device="cpu")
    assert found.dtype == torch.uint8
    assert same(found.numpy(), dense(ITEMS))


@pytest.mark.parametrize(
    "function",
    [
        sa1b.batch_decode_masks,
        sa1b.batch_decode_parallel,
        sa1b.merge_masks_vectorized,
        sa1b.compute_iou_matrix,
        sa1b.batch_decode_to_gpu,
        lambda annotations: sa1b.decode_to_torch(annotations, "cpu"),
    ],
)
@pytest.mark.parametrize(
    ("annotations", "sentence"),
    [
        (ITEMS[0], "the annotations are of type dict; they must be a list; put it into a list"),
        (3, "the annotations are of type int; they must be a list"),
        ([ITEMS[0], {}], "annotation 1 has no segmentation"),
        (SEGMENTATIONS, 'annotation 0 has no segmentation: it is a segmentation itself; give {"se'),
    ],
)
def test_what_are_no_annotations_is_said(function, annotations, sentence):
    with pytest.raises(rle.RleError) as raised:
        function(annotations)
    assert str(raised.value).startswith(sentence)


def test_an_annotation_where_a_segmentation_should_be_is_said():
    with pytest.raises(rle.RleError, match="no key 'size'; give its 'segmentation'"):
        sa1b.decode_rle_mask(ITEMS[0])


def test_masks_of_several_sizes_are_refused():
    other = {"segmentation": {"size": [2, 2], "counts": [4]}}
    for function in (
        sa1b.batch_decode_masks,
        sa1b.batch_decode_parallel,
        lambda annotations: sa1b.decode_to_torch(annotations, "meta"),
    ):
        with pytest.raises(rle.InvalidSize):
            function([ITEMS[0], other])


@pytest.mark.parametrize("value", [0, -1, 2.5, True])
def test_numbers_that_cannot_be_are_said(path, value):
    with pytest.raises(InvalidSetting, match=f"num_workers is {value}"):
        sa1b.batch_decode_parallel(ITEMS, value)
    with pytest.raises(InvalidSetting, match=f"max_masks is {value}"):
        list(sa1b.memory_efficient_decode(path, max_masks=value))
    with pytest.raises(InvalidSetting, match=f"chunk_size is {value}"):
        list(sa1b.memory_efficient_decode(path, chunk_size=value))


def test_files_that_are_none_are_said(tmp_path):
    for function in (sa1b.decode_sa1b_annotation, sa1b.streaming_decode):
        with pytest.raises(InvalidSource, match=r"no.json: cannot be read"):
            list(function(tmp_path / "no.json"))
