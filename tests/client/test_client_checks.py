import json
import re

import pytest

from cvat_sam.client.task import Attribute, Frame, Job, Label, Task
from cvat_sam.client.uploads.checks import Checker
from cvat_sam.exceptions import InvalidTask
from cvat_sam.masks import MaskRecord, Place

LABELS = (
    Label(
        1,
        "car",
        "mask",
        (
            Attribute(11, "colour", "select", ("red", "blue")),
            Attribute(12, "doors", "number", ("0", "5", "1")),
            Attribute(13, "parked", "checkbox", ("false",)),
            Attribute(14, "plate", "text", ("",)),
        ),
    ),
    Label(2, "anything", "any"),
    Label(3, "outline", "polygon"),
)
FRAMES = tuple(Frame(number, f"{number}.png", 8, 6) for number in range(6))
JOBS = (Job(5, 0, 1), Job(6, 2, 3))
TASK = Task(7, "t", 6, FRAMES, labels=LABELS, jobs=JOBS)


def mask(points=(0, 2, 1, 1, 2, 1), label="car", frame=0, **more):
    return MaskRecord(Place("x"), label, list(points), frame=frame, **more)


def test_what_is_sent_is_what_cvat_stores():
    shape = Checker(TASK).check(
        mask(attributes={"doors": "4", "colour": "red"}, occluded=True, z_order=2, score=0.5)
    )
    assert json.loads(shape.body) == {
        "type": "mask",
        "frame": 0,
        "label_id": 1,
        "points": [0, 2, 1, 1, 2, 1],
        "occluded": True,
        "z_order": 2,
        "group": 0,
        "source": "file",
        "attributes": [{"spec_id": 12, "value": "4"}, {"spec_id": 11, "value": "red"}],
        "score": 0.5,
    }


def test_attributes_may_be_named_by_their_numbers_as_cvat_answers_them():
    check = Checker(TASK).check
    assert check(mask(attributes={"12": "4"})) == check(mask(attributes={"doors": "4"}))
    with pytest.raises(
        ValueError, match="has no attribute 99; it has colour, doors, parked, plate"
    ):
        check(mask(attributes={"99": "4"}))


def test_equal_masks_are_equal_and_others_are_not():
    check = Checker(TASK).check
    assert check(mask()) == check(mask())
    assert check(mask()).trace == check(mask(attributes={"plate": "a"})).trace
    assert check(mask()).content != check(mask(attributes={"plate": "a"})).content
    for other in (mask(frame=1), mask(label="anything"), mask((0, 1, 1, 1, 1, 1))):
        assert check(mask()).trace != check(other).trace


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (mask((0, 2, 1, 1, 5, 1)), "the mask's runs add up to 2, but its box of 5×1 has 5 pixels"),
        (mask((0, 8, 1, 1, 8, 1)), "the box's right is 8, but the image's last column is 7"),
        (mask((0, -2, 4, 1, 1, 2, 1)), "run 1 is -2, below 0"),
        (mask((1, 0, 0, 0, 0)), "the mask is empty: no pixel is set"),
        (mask((0, 0, 2, 1, 1, 2, 1)), "the mask is empty: no pixel is set"),
        (
            mask(height=8, width=6),
            "for an image 6 wide and 8 high, but frame 0 (0.png) is 8 wide and 6 high",
        ),
        (mask(label="bus"), "the task has no label bus; it has car, anything, outline"),
        (mask(label="outline"), "the label outline takes shapes of type polygon alone, no masks"),
        (mask(frame=4), "frame 4 is in none of the task's jobs"),
        (mask(frame=6), "the task's frames are 0 to 5"),
        (mask(attributes={"wheels": "4"}), "the label car has no attribute wheels; it has colour"),
        (mask(attributes={"colour": "green"}), "colour is green; it must be one of red, blue"),
        (mask(attributes={"doors": "0.5"}), "doors is 0.5; it must be a whole number"),
        (mask(attributes={"doors": "6"}), "doors is 6; it must be from 0 to 5"),
        (mask(attributes={"parked": "yes"}), "parked is yes; it must be true or false"),
        (mask(attributes={"plate": "x" * 4097}), "plate has 4097 characters; the limit is 4096"),
        (mask(z_order=2**31), "z_order is 2147483648; it must be from"),
        (mask(group=-1), "group is -1; it must be from 0"),
    ],
)
def test_what_does_not_fit_is_said(record, sentence):
    with pytest.raises((ValueError, LookupError), match=re.escape(sentence)):
        Checker(TASK).check(record)


def test_labels_are_mapped_by_name_and_all_at_once():
    checker = Checker(TASK, labels={"bus": "car", "": "anything"})
    assert json.loads(checker.check(mask(label="bus")).body)["label_id"] == 1
    assert json.loads(checker.check(mask(label="whatever")).body)["label_id"] == 2


def test_a_label_to_map_to_must_be_there_and_take_masks():
    with pytest.raises(InvalidTask, match="the task has no label lorry"):
        Checker(TASK, labels={"bus": "lorry"})
    with pytest.raises(InvalidTask, match="the label outline takes shapes of type polygon"):
        Checker(TASK, labels={"bus": "outline"})


def test_one_job_takes_its_own_frames():
    checker = Checker(TASK, job=JOBS[1])
    checker.check(mask(frame=2))
    with pytest.raises(LookupError, match="frame 0 is not in job 6, which has the frames 2 to 3"):
        checker.check(mask(frame=0))


def test_jobs_that_overlap_are_refused_unless_one_is_named():
    jobs = (Job(5, 0, 2), Job(6, 2, 5))
    task = Task(7, "t", 6, FRAMES, labels=LABELS, jobs=jobs)
    with pytest.raises(InvalidTask, match="the jobs 5 and 6 share frames.*name one job with --job"):
        Checker(task)
    Checker(task, job=jobs[1]).check(mask(frame=2))
