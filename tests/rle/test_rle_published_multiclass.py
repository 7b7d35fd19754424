"""The two functions of the project multiclass-rle."""

import inspect
import json

import numpy as np
import pytest
from hypothesis import given, settings
from rle_label_oracles import label_images, naive_encode

from rle.exceptions import InvalidLabels, InvalidRuns
from rle.published_multiclass import array_to_multi_class_rle, multi_class_rle_to_array

IMAGE = np.array(
    [
        [0, 0, 1, 1, 0],
        [3, 0, 1, 1, 0],
        [3, 3, 1, 1, 0],
        [3, 3, 0, 0, 0],
    ]
)
RLE = {"size": (4, 5), "values": (0, 3, 0, 3, 1, 0, 1, 0), "counts": (1, 3, 2, 2, 3, 1, 3, 5)}


def test_the_published_example():
    assert array_to_multi_class_rle(IMAGE) == RLE
    image = multi_class_rle_to_array(RLE)
    assert image.dtype == np.uint8
    assert np.array_equal(image, IMAGE)


def test_everything_in_the_dict_is_a_tuple_of_pythons_ints_in_the_published_order():
    rle = array_to_multi_class_rle(IMAGE.astype(np.int16))
    assert list(rle) == ["size", "values", "counts"]
    for part in rle.values():
        assert type(part) is tuple
        assert all(type(number) is int for number in part)


def test_the_arguments_are_called_as_published():
    assert list(inspect.signature(array_to_multi_class_rle).parameters) == ["mask_array"]
    assert list(inspect.signature(multi_class_rle_to_array).parameters) == ["multi_class_rle"]
    image = multi_class_rle_to_array(multi_class_rle=array_to_multi_class_rle(mask_array=IMAGE))
    assert np.array_equal(image, IMAGE)


@settings(deadline=None, max_examples=150)
@given(label_images(longest=20))
def test_any_image_comes_back_also_through_json(labels):
    rle = array_to_multi_class_rle(labels)
    assert {key: list(part) for key, part in rle.items()} == naive_encode(labels)
    for given_back in (rle, json.loads(json.dumps(rle))):
        assert multi_class_rle_to_array(given_back).tolist() == labels.tolist()


def test_labels_above_255_survive():
    image = multi_class_rle_to_array({"size": (1, 3), "values": (255, 256), "counts": (2, 1)})
    assert image.tolist() == [[255, 255, 256]]
    assert image.dtype == np.uint16


def test_bool_gives_0_and_1():
    rle = array_to_multi_class_rle(np.array([[False, True]]))
    assert str(rle["values"]) == "(0, 1)"


@pytest.mark.parametrize("size", [(0, 0), (0, 3), (3, 0)])
def test_an_empty_array_is_a_sentence(size):
    with pytest.raises(InvalidLabels, match="so no pixels"):
        array_to_multi_class_rle(np.zeros(size, np.uint8))


def test_a_damaged_dict_is_a_sentence():
    with pytest.raises(InvalidRuns, match="the counts add up to 20, but the image of 4×6 has 24"):
        multi_class_rle_to_array({**RLE, "size": (4, 6)})
