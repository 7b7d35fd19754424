"""How far everything mode got, and when it stops."""

import time

from cvat_sam.models.everything.progress import AT_LEAST, Progress


def test_without_an_end_all_points_are_handed_out():
    assert list(Progress(40).hand_out(range(40))) == list(range(40))


def test_when_the_time_is_up_the_first_points_are_handed_out_all_the_same():
    progress = Progress(100, until=time.monotonic() - 1)
    assert not progress.is_over
    assert list(progress.hand_out(range(100))) == list(range(AT_LEAST))
    assert progress.is_over
    assert list(progress.hand_out(range(100))) == []


def test_few_points_are_all_the_first():
    progress = Progress(3, until=time.monotonic() - 1)
    assert list(progress.hand_out(range(3))) == [0, 1, 2]
    assert progress.is_over


def test_time_left_is_used():
    progress = Progress(100, until=time.monotonic() + 1000)
    assert len(list(progress.hand_out(range(100)))) == 100
    assert not progress.is_over


def test_what_was_asked_is_counted_and_told():
    heard = []
    progress = Progress(5, tell=lambda *far: heard.append(far))
    progress.done()
    progress.done(3)
    assert heard == [(1, 5), (4, 5)]
    assert progress.visited == 4
