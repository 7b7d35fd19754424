import re

import pytest

from cvat_sam.client.task import Frame, Task
from cvat_sam.client.uploads.frames import FrameIndex
from cvat_sam.masks import MaskRecord, Place

NAMES = ["a/one.jpg", "b/one.jpg", "b/two.png", "b/two.jpg", "three.v2.png", "c/drei ü.png"]


def index(names=NAMES, deleted=()):
    frames = tuple(Frame(number, name, 10, 10) for number, name in enumerate(names))
    return FrameIndex(Task(1, "t", len(names), frames, frozenset(deleted)))


def mask(image=None, frame=None):
    return MaskRecord(Place("x"), "car", [0, 1, 0, 0, 0, 0], image=image, frame=frame)


@pytest.mark.parametrize(
    ("image", "number"),
    [
        ("a/one.jpg", 0),
        ("b/one.jpg", 1),
        ("b\\one.jpg", 1),
        ("a/one.png", 0),
        ("a/one", 0),
        ("b/two.png", 2),
        ("two.png", 2),
        ("elsewhere/two.jpg", 3),
        ("three.v2.png", 4),
        ("three.v2.jpg", 4),
        ("deep/down/three.v2", 4),
        ("drei ü", 5),
    ],
)
def test_a_name_is_found_with_and_without_folder_and_extension(image, number):
    assert index().find(mask(image)) == number


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        ("one.jpg", "the image one.jpg could be any of the frames 0, 1; give its folder"),
        ("one", "the image one could be any of the frames 0, 1"),
        ("b/two", "the image b/two could be any of the frames 2, 3"),
        ("two.gif", "the image two.gif could be any of the frames 2, 3"),
        ("four.jpg", "no frame of the task has the name of the image four.jpg"),
        ("ONE.JPG", "no frame of the task has the name of the image ONE.JPG"),
        ("", "no frame of the task has the name"),
        (None, "neither image nor frame is given"),
    ],
)
def test_a_name_that_is_nowhere_or_in_two_places_is_said(image, sentence):
    with pytest.raises(LookupError, match=re.escape(sentence)):
        index().find(mask(image))


def test_only_a_few_of_many_frames_are_named():
    with pytest.raises(LookupError, match="any of the frames 0, 1, 2, …; give"):
        index([f"{letter}/same.jpg" for letter in "abcdef"]).find(mask("same.jpg"))


def test_a_number_is_a_frame_of_the_task():
    assert index().find(mask(frame=5)) == 5
    for number in (-1, 6, 10**30):
        with pytest.raises(LookupError, match=f"is {number}, but the task's frames are 0 to 5"):
            index().find(mask(frame=number))


def test_the_number_counts_where_both_are_given():
    assert index().find(mask("a/one.jpg", 3)) == 3


def test_deleted_frames_take_nothing():
    with pytest.raises(LookupError, match="the image a/one.jpg is deleted in the task"):
        index(deleted=[0]).find(mask("a/one.jpg"))
    with pytest.raises(LookupError, match="frame 0 is deleted in the task"):
        index(deleted=[0]).find(mask(frame=0))


def test_two_images_are_not_one_frame():
    frames = index(["one.jpg", "deep/two.jpg"])
    assert [frames.find(mask(image)) for image in ("a/one.jpg", "a/one.png", "x/a/one.jpg")] == [
        0
    ] * 3
    assert [frames.find(mask(image)) for image in ("one.jpg", "one")] == [0] * 2
    sentence = "the image b/one.jpg would be frame 0, as x/a/one.jpg is already, which lies in"
    with pytest.raises(LookupError, match=re.escape(sentence)):
        frames.find(mask("b/one.jpg"))
    assert [frames.find(mask(image)) for image in ("two.jpg", "deep/two.jpg", "two")] == [1] * 3
    with pytest.raises(LookupError, match="would be frame 1, as deep/two.jpg"):
        frames.find(mask("flat/two.jpg"))
