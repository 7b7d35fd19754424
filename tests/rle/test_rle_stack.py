"""Many masks in one flat set of arrays: taken apart, joined, cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rle_ops_sets import given_as, sets

from rle._stack import Stack, cut, joined, splits_of, totals
from rle.runs import Runs, decode


@settings(deadline=None, max_examples=100)
@given(masks=sets(least=1), order=st.sampled_from("FC"))
def test_what_is_put_together_comes_apart(masks, order):
    coded = [mask.in_order(order) for mask in given_as(masks, "mixed")[0]]
    stack = Stack.of(coded)
    assert stack.runs() == coded
    assert stack.count == len(masks)
    assert stack.line * stack.lines == stack.area == masks[0].size
    assert stack.filled.tolist() == [i for i, mask in enumerate(masks) if mask.any()]
    for other in "FC":
        turned = stack.in_order(other)
        assert turned.order == other
        assert turned.runs() == coded
    middle = stack.some(slice(1, len(masks)))
    assert middle.runs() == coded[1:]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.lists(st.integers(0, 12)), max_size=5))
def test_joined_keeps_what_stands_an_odd_number_of_times(lists):
    lists = [sorted(numbers) for numbers in lists]
    flat = np.array([number for numbers in lists for number in numbers], np.int64)
    splits = splits_of(np.array([len(numbers) for numbers in lists], np.int64))
    kept, where = joined(flat, splits)
    right = [sorted(n for n in set(numbers) if numbers.count(n) % 2) for numbers in lists]
    assert [part.tolist() for part in np.split(kept, where[1:-1])][: len(lists)] == right
    assert where.tolist() == splits_of(np.array([len(part) for part in right], np.int64)).tolist()


@settings(deadline=None, max_examples=100)
@given(masks=sets(least=1), line=st.integers(1, 60))
def test_cut_runs_lie_in_one_line_and_are_the_same_pixels(masks, line):
    coded, _ = given_as(masks, "columns")
    stack = Stack.of(coded)
    for lines in (line, np.arange(line, line + stack.count)):
        spans = cut(stack, lines)
        lengths = np.broadcast_to(lines, stack.count)[spans.mask]
        assert (spans.first < spans.stop).all()
        assert (spans.first >= 0).all()
        assert (spans.stop <= lengths).all()
        found = np.zeros((stack.count, stack.area), int)
        places = zip(*(part.tolist() for part in spans), lengths.tolist(), strict=True)
        for mask, at, first, stop, length in places:
            found[mask, at * length + first : at * length + stop] += 1
        assert (found == [mask.ravel("F") for mask in masks]).all()


def test_totals_are_exact_beyond_53_bits():
    values = np.array([2**60 + 1, 2**60, -5, 7])
    assert totals(values, np.array([0, 2, 2, 4])).tolist() == [2**61 + 1, 0, 2]


def test_masks_made_of_a_stack_cannot_be_changed():
    stack = Stack.of([Runs([0, 2], height=2, width=3), Runs([1, 3], height=2, width=3)])
    for mask in stack.runs():
        with pytest.raises(ValueError, match="read-only"):
            mask.edges[0] = 1
        assert decode(mask).sum() == 2
