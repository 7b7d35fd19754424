from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvat_sam.client.uploads.settling import is_stored, newcomers, paired, twins
from cvat_sam.client.uploads.shapes import trace_of
from cvat_sam.exceptions import Unclear


def stored(number, frame=0, points=(0, 1, 2, 2, 2, 2)):
    floats = [float(one) for one in points]
    return {"id": number, "type": "mask", "frame": frame, "label_id": 1, "points": floats}


TRACES = [trace_of(stored(0, frame)) for frame in range(5)]


def ids(**counts):
    return {TRACES[int(name[1:])]: list(range(count)) for name, count in counts.items()}


def test_masks_that_were_there_before_do_not_count_though_they_are_the_same():
    assert newcomers([stored(7), stored(8)], {7, 8}) == {}
    assert newcomers([stored(7), stored(8), stored(9, 1)], {7}) == {TRACES[0]: [8], TRACES[1]: [9]}


def test_what_is_no_mask_or_is_damaged_is_not_ours():
    shapes = [
        {**stored(1), "type": "rectangle"},
        {**stored(2), "points": [1.0, float("nan"), 0, 0, 0, 0]},
        {**stored(3), "points": "abc"},
        {"id": 4, "type": "mask"},
        {**stored(5), "frame": None},
    ]
    assert newcomers(shapes, set()) == {}


def test_a_chunk_that_is_all_there_is_stored_and_one_that_is_not_is_not():
    assert is_stored(TRACES[:3], ids(t0=1, t1=1, t2=1, t4=9))
    assert not is_stored(TRACES[:3], ids(t4=9))
    assert not is_stored(TRACES[:3], {})


def test_identical_masks_count_as_often_as_they_are_there():
    assert is_stored([TRACES[0]] * 3, ids(t0=3))
    with pytest.raises(Unclear, match="3 masks were sent, and 1 like them are new"):
        is_stored([TRACES[0]] * 3, ids(t0=1))


def test_a_chunk_of_which_somebody_has_deleted_a_few_masks_is_stored():
    assert is_stored(TRACES, ids(t0=1, t1=1, t2=1, t3=1))
    pairs = paired({10 + i: trace for i, trace in enumerate(TRACES[:2])}, ids(t0=1))
    assert pairs == [(10, 0), (11, None)]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8))
def test_each_id_is_given_once(numbers):
    masks = {100 + place: TRACES[number] for place, number in enumerate(numbers)}
    found = {}
    for place, number in enumerate(numbers):
        found.setdefault(TRACES[number], []).append(place)
    pairs = paired(masks, found)
    assert [number for number, _ in pairs] == list(masks)
    assert sorted(shape for _, shape in pairs) == list(range(len(numbers)))


def test_a_whole_chunk_more_is_a_twin_and_part_of_one_is_somebody_elses():
    chunk = [TRACES[0], TRACES[0], TRACES[1]]
    assert sorted(twins([chunk], ids(t0=2, t1=1))) == [0, 0, 1]
    assert len(twins([chunk], ids(t0=4, t1=2))) == 6
    assert twins([chunk], ids(t0=2)) == []
    assert twins([chunk], ids(t0=3, t1=1)) == []
    assert twins([], ids(t0=2)) == []
    assert twins([chunk], {}) == []


@given(st.lists(st.sampled_from(TRACES), min_size=1, max_size=20), st.integers(0, 20))
def test_stored_or_not_is_told_for_most_and_for_none(traces, missing):
    kept = traces[min(missing, len(traces)) :]
    found = {trace: list(range(count)) for trace, count in Counter(kept).items()}
    if not kept:
        assert not is_stored(traces, found)
    elif 2 * len(kept) > len(traces):
        assert is_stored(traces, found)
    else:
        with pytest.raises(Unclear):
            is_stored(traces, found)
