"""Work on several threads."""

import threading
from itertools import count

import pytest

from cvat_sam.models.backends.in_threads import in_threads


def test_answers_come_in_the_order_of_the_items():
    first = threading.Event()

    def work(item):
        # The first is done last.
        if item == 0:
            assert first.wait(10)
        if item == 1:
            first.set()
        return item * item

    assert list(in_threads(work, range(20), threads=2)) == [item**2 for item in range(20)]


def test_items_are_taken_when_there_is_room():
    taken = count()
    answers = in_threads(str, taken, threads=3)
    for expected in range(5):
        assert next(answers) == str(expected)
        assert next(taken) <= expected + 1 + 2 * 3 + expected + 1
    answers.close()


def test_several_work_at_once():
    together = threading.Barrier(3, timeout=10)
    assert len(list(in_threads(lambda _: together.wait(), range(9), threads=3))) == 9


def test_what_goes_wrong_is_raised_and_the_rest_is_left():
    begun = []

    def work(item):
        begun.append(item)
        if item == 2:
            raise ValueError("two")
        return item

    answers = in_threads(work, range(1000), threads=2)
    assert [next(answers), next(answers)] == [0, 1]
    with pytest.raises(ValueError, match="two"):
        next(answers)
    assert len(begun) < 20


def test_whoever_ends_early_leaves_no_thread():
    before = threading.active_count()
    answers = in_threads(str, range(1000), threads=2)
    next(answers)
    answers.close()
    assert threading.active_count() == before
