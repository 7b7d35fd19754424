"""The value `Runs`, and masks encoded as it and decoded."""

import copy
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rle_oracles import blobs, masks

import rle
from rle import runs
from rle.exceptions import InvalidArgument, InvalidMask, InvalidRuns, InvalidSize, RleError
from rle.runs import Runs

PATTERN = blobs(37, 70, seed=1, share=0.4)
ORDERS = pytest.mark.parametrize("order", ["F", "C"])


def naive_edges(mask, order):
    edges, before = [], False
    for place, pixel in enumerate(mask.flatten(order=order).tolist()):
        if pixel != before:
            edges.append(place)
        before = pixel
    return [*edges, mask.size] if before else edges


# --- encode and decode ---------------------------------------------------------------------------


@settings(deadline=None, max_examples=120)
@given(masks(), st.sampled_from("FC"))
def test_encode_agrees_with_the_pixel_loop(mask, order):
    found = runs.encode(mask, order=order)
    assert found.edges.tolist() == naive_edges(mask, order)
    assert (found.height, found.width, found.order) == (*mask.shape, order)
    assert found.size == list(mask.shape)


@settings(deadline=None, max_examples=120)
@given(masks(), st.sampled_from("FC"), st.sampled_from("FC"))
def test_decode_gives_back_what_was_encoded_in_either_layout(mask, order, layout):
    decoded = runs.decode(runs.encode(mask, order=order), order=layout)
    assert np.array_equal(decoded, mask)
    assert decoded.dtype == bool
    assert decoded.flags[f"{layout}_CONTIGUOUS"]
    assert decoded.flags.writeable


@ORDERS
@pytest.mark.parametrize("layout", ["F", "C"])
@pytest.mark.parametrize("kind", ["small", "large", "noise", "all", "none", "ends", "one row"])
def test_large_masks_come_back(kind, order, layout):
    mask = np.zeros((1500, 1100), bool)
    if kind == "small":
        mask[700:720, 300:350] = True
    elif kind == "large":
        mask[100:1400, 50:1000] = np.kron(blobs(130, 95, seed=4, share=0.7), np.ones((10, 10)))
    elif kind == "noise":
        mask[:] = np.random.default_rng(1).random(mask.shape) < 0.5
    elif kind == "all":
        mask[:] = True
    elif kind == "ends":
        mask[0, 0] = mask[-1, -1] = True
    elif kind == "one row":
        mask[800] = True
    encoded = runs.encode(mask, order=order)
    assert np.array_equal(runs.decode(encoded, order=layout), mask)
    assert np.array_equal(runs.decode(encoded.in_order("F" if order == "C" else "C")), mask)


@ORDERS
def test_a_decoded_mask_belongs_to_its_caller(order):
    encoded = runs.encode(PATTERN, order=order)
    runs.decode(encoded)[:] = True
    assert np.array_equal(runs.decode(encoded), PATTERN)


@pytest.mark.parametrize("order", ["A", "c", "", 0, None, b"C", ["C"]])
def test_another_order_is_refused_everywhere(order):
    found = runs.encode(PATTERN)
    for call in (
        lambda: runs.encode(PATTERN, order=order),
        lambda: runs.decode(found, order=order),
        lambda: found.in_order(order),
        lambda: Runs([0, 1], height=1, width=1, order=order),
    ):
        with pytest.raises(InvalidArgument, match="order is .*; it must be"):
            call()


def test_what_is_no_mask_is_refused():
    with pytest.raises(InvalidMask, match="no pixels"):
        runs.encode(np.zeros((0, 4), bool))
    with pytest.raises(InvalidMask, match="NaN at row 0, column 1"):
        runs.encode([[0, np.nan]])


@pytest.mark.parametrize("other", [None, [0, 1], {"size": [1, 1], "counts": [1]}, Runs])
def test_what_is_no_runs_is_not_decoded(other):
    with pytest.raises(InvalidRuns, match=f"of type {type(other).__name__}; they must be rle.Runs"):
        runs.decode(other)


# --- the value -----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=100)
@given(masks())
def test_a_mask_is_the_same_in_either_order(mask):
    rows, columns = runs.encode(mask, order="C"), runs.encode(mask, order="F")
    assert rows == columns
    assert hash(rows) == hash(columns)
    assert rows.in_order("F").edges.tolist() == columns.edges.tolist()
    assert columns.in_order("C").edges.tolist() == rows.edges.tolist()
    assert columns.in_order("C").order == "C"
    assert rows.in_order("C") is rows


@settings(deadline=None, max_examples=100)
@given(masks(), st.data())
def test_a_mask_with_one_other_pixel_is_another(mask, data):
    other = mask.copy()
    row = data.draw(st.integers(0, mask.shape[0] - 1))
    column = data.draw(st.integers(0, mask.shape[1] - 1))
    other[row, column] ^= True
    for order in "FC":
        assert runs.encode(mask, order="F") != runs.encode(other, order=order)


def test_masks_of_other_sizes_and_other_things_are_not_equal():
    empty = Runs([], height=2, width=6)
    assert empty == Runs([], height=2, width=6, order="C")
    assert empty != Runs([], height=6, width=2)
    assert empty != Runs([], height=3, width=4)
    assert empty != []
    assert (empty == "runs") is False
    assert len({empty, Runs([], height=2, width=6, order="C"), Runs([], height=6, width=2)}) == 2


def test_nothing_of_it_can_be_changed():
    found = runs.encode(PATTERN)
    for name, value in {"edges": found.edges, "height": 1, "width": 1, "order": "C"}.items():
        with pytest.raises(AttributeError, match=f"Runs cannot be changed; {name} was to be set"):
            setattr(found, name, value)
        with pytest.raises(AttributeError, match=f"Runs cannot be changed; {name} was to be del"):
            delattr(found, name)
    with pytest.raises(AttributeError):
        found.area = 3
    with pytest.raises(ValueError, match="read-only"):
        found.edges[0] = 1
    assert found == runs.encode(PATTERN)


@pytest.mark.parametrize("form", [list, tuple, np.array, lambda edges: np.array(edges, ">i4")])
def test_edges_are_copied_in(form):
    given_edges = form([3, 9, 14, 21])
    found = Runs(given_edges, height=2, width=12, order="C")
    if not isinstance(given_edges, tuple):
        given_edges[0] = 0
    assert found.edges.tolist() == [3, 9, 14, 21]
    assert found.edges.dtype == np.int64
    assert found.edges.dtype.isnative


@ORDERS
def test_it_can_be_copied_and_pickled(order):
    found = runs.encode(PATTERN, order=order)
    copies = [copy.copy(found), copy.deepcopy(found)]
    copies += [
        pickle.loads(pickle.dumps(found, protocol))  # noqa: S301  our own bytes
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ]
    for one in copies:
        assert type(one) is Runs
        assert one == found
        assert one.order == order
        assert one.edges.tolist() == found.edges.tolist()
        assert not one.edges.flags.writeable
        with pytest.raises(AttributeError, match="cannot be changed"):
            one.height = 1


def test_it_says_what_it_is():
    assert repr(Runs([3, 9, 14, 21], height=2, width=12, order="C")) == (
        "Runs(2×12, 2 runs, order='C')"
    )


def test_it_is_exported():
    assert rle.Runs is Runs
    assert rle.runs is runs


# --- what is refused -----------------------------------------------------------------------------

LOW, HIGH = -(2**63), 2**63 - 1


@pytest.mark.parametrize(
    ("edges", "sentence"),
    [
        ([3], "edges has 1 items; each start needs an end"),
        ([3, 3], "edges[1] is 3, not above the 3 before it"),
        ([3, 9, 8, 12], "edges[2] is 8, not above the 9 before it"),
        ([-1, 3], "edges[0] is -1, but the image of 2×12 ends at 24"),
        ([3, 25], "edges[1] is 25, but the image of 2×12 ends at 24"),
        ([24, 25], "edges[1] is 25, but the image of 2×12 ends at 24"),
        ([LOW, HIGH], f"edges[0] is {LOW}, but"),
        ([HIGH, LOW], f"edges[1] is {LOW}, not above the {HIGH} before it"),
        ([0, HIGH], f"edges[1] is {HIGH}, but"),
        ([LOW, 0], f"edges[0] is {LOW}, but"),
        ([LOW, LOW + 1, 3, HIGH], f"edges[0] is {LOW}, but"),
        ([0, 2**63], "edges[1] is 9223372036854775808, beyond the limit of 64 bits"),
        (np.array([0, 2**64 - 1], np.uint64), "beyond the limit of 64 bits"),
        ([0, 10**400], "edges[1] is an integer of 1329 bits, beyond the limit"),
        ([0, 1.5], "edges[1] is 1.5, which is not a whole number"),
        ([0, float("nan")], "edges[1] is nan"),
        ([0, "1"], "edges[1] is '1', which is no number"),
        ([0, None], "edges[1] is None, which is no number"),
        ([[0, 1]], "edges[0] is [0, 1], which is no number"),
        (np.array([[0, 1]]), "edges is an array of shape (1, 2); it must be flat"),
        (np.array([True, False]), "edges is an array of bool"),
        ("0 1", "edges is of type str"),
        (None, "edges is of type NoneType"),
        ({0: 1}, "edges is of type dict"),
    ],
)
@ORDERS
def test_edges_that_are_none_are_refused(edges, sentence, order):
    with pytest.raises(InvalidRuns, match=re.escape(sentence)):
        Runs(edges, height=2, width=12, order=order)


@pytest.mark.parametrize(
    ("height", "width"),
    [
        (0, 3),
        (3, 0),
        (-1, 3),
        (True, 3),
        (3, 1.0),
        (None, 3),
        ("3", 3),
        (2**20, 2**20),
        (1, 10**400),
    ],
)
def test_sizes_that_are_none_are_refused(height, width):
    with pytest.raises(InvalidSize):
        Runs([], height=height, width=width)


def test_the_limit_is_read_at_each_call(monkeypatch):
    monkeypatch.setattr(rle, "MAX_PIXELS", 11)
    with pytest.raises(InvalidSize, match="above the limit of 11 pixels"):
        Runs([0, 1], height=3, width=4)
    with pytest.raises(InvalidMask, match="above the limit of 11 pixels"):
        runs.encode(np.ones((3, 4)))


@settings(deadline=None, max_examples=250)
@given(
    edges=st.lists(st.integers(-2, 30) | st.integers(LOW, HIGH), max_size=6)
    | st.lists(st.integers(0, 24), max_size=8).map(sorted)
    | st.lists(st.integers(LOW, HIGH), max_size=4).map(lambda items: np.array(items, np.int64))
    | st.lists(st.floats() | st.none() | st.text(max_size=2), max_size=3),
    order=st.sampled_from("FC"),
)
def test_edges_are_refused_or_decoded(edges, order):
    try:
        found = Runs(edges, height=2, width=12, order=order)
    except RleError:
        return
    mask = runs.decode(found)
    assert naive_edges(mask, order) == [int(edge) for edge in edges]
