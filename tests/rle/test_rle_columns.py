"""rle._columns: every way of finding changes down the columns, and of painting them."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rle_oracles import blobs, masks

from rle import _columns
from rle._columns import column_changes, edges_of_mask, image_of_columns
from rle.exceptions import InvalidMask


def naive_edges(mask):
    edges, before = [], False
    for place, pixel in enumerate([*(mask.T.reshape(-1) != 0).tolist(), False]):
        if pixel != before:
            edges.append(place)
        before = pixel
    return edges


def check(mask):
    edges = column_changes(mask)
    assert edges.dtype == np.int64
    assert edges.tolist() == naive_edges(mask)
    for order in ("C", "F"):
        image = image_of_columns(edges, *mask.shape, order)
        assert image.dtype == bool
        assert image.flags[f"{order}_CONTIGUOUS"]
        assert image.flags.writeable
        assert np.array_equal(image, mask)


@settings(deadline=None, max_examples=300)
@given(mask=masks(), turned=st.booleans(), small=st.sampled_from((0, 1 << 16)))
def test_agrees_with_the_pixel_loop_whichever_way_it_goes(mask, turned, small):
    # Of masks as small as these, those that are not turned over take the way of large ones.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_columns, "_SMALL", small)
        check(np.ascontiguousarray(mask.T) if turned else mask)


@pytest.mark.parametrize("width", [333, 336, 384, 448])
@pytest.mark.parametrize("share", [0.0, 1e-5, 0.001, 0.05, 0.5, 0.95, 1.0])
def test_noise_of_every_density(width, share):
    check(np.random.default_rng(3).random((300, width)) < share)


@pytest.mark.parametrize("width", [333, 336, 384])
@pytest.mark.parametrize("rows", [slice(0, 20), slice(-20, None), slice(100, 200), slice(None)])
@pytest.mark.parametrize("columns", [slice(0, 1), slice(-1, None), slice(60, 70), slice(None)])
def test_shapes_at_every_border(width, rows, columns):
    mask = np.zeros((300, width), bool)
    mask[rows, columns] = True
    check(mask)
    check(~mask)
    mask[rows, columns] &= blobs(300, width, seed=2, share=0.6)[rows, columns]
    check(mask)


@pytest.mark.parametrize("shape", [(1, 100_000), (100_000, 1), (2, 70_001), (70_001, 2)])
def test_long_lines(shape):
    mask = np.zeros(shape, bool)
    mask.reshape(-1)[1000:90_000:777] = True
    mask.reshape(-1)[[0, -1]] = True
    check(mask)


@pytest.mark.parametrize(("y", "x"), [(0, 0), (0, 399), (299, 0), (299, 399), (299, 5), (0, 6)])
def test_a_single_pixel(y, x):
    mask = np.zeros((300, 400), bool)
    mask[y, x] = True
    check(mask)


def test_columns_that_touch_are_one_run_and_gaps_between_them_stay():
    mask = np.ones((300, 400), bool)
    assert column_changes(mask).tolist() == [0, 120_000]
    mask[0, 7] = mask[299, 9] = False
    assert column_changes(mask).tolist() == [0, 2100, 2101, 2999, 3000, 120_000]


def test_bytes_other_than_0_and_1_are_set():
    values = np.random.default_rng(0).integers(0, 5, (300, 333)).astype(np.uint8)
    values[values < 4] = 0
    values[100:200, 100:200] = 77
    expected = naive_edges(values)
    assert column_changes(values.view(bool)).tolist() == expected


def test_twelve_megapixels():
    mask = np.zeros((3000, 4000), bool)
    mask[900:2100, 1100:3300] = np.kron(blobs(120, 220, seed=3, share=0.6), np.ones((10, 10), bool))
    edges = column_changes(mask)
    scan = np.diff(mask.T.reshape(-1).astype(np.int8), prepend=0)
    assert np.array_equal(edges, np.flatnonzero(scan))
    assert np.array_equal(image_of_columns(edges, 3000, 4000, "C"), mask)
    assert np.array_equal(image_of_columns(edges, 3000, 4000, "F"), mask)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8, np.int32, np.float32])
def test_masks_whose_columns_are_stored_one_after_another(dtype):
    mask = (np.random.default_rng(0).integers(0, 3, (30, 50)) - 1).astype(dtype)
    edges, height, width = edges_of_mask(np.asfortranarray(mask))
    assert (edges.tolist(), height, width) == (naive_edges(mask), 30, 50)


def test_what_is_refused_is_told_with_its_own_shape():
    for shape in ((2, 3, 4), (5, 2**14, 2**14)):
        mask = np.broadcast_to(np.uint8(1), shape[::-1]).T
        for array in (mask, np.zeros(shape, np.uint8, order="F") if shape[0] == 2 else mask):
            with pytest.raises(InvalidMask) as refused:
                edges_of_mask(array)
            assert str(shape) in str(refused.value)


def test_takes_little_memory_beside_the_mask():
    for mask in (
        np.random.default_rng(0).random((2000, 2002)) < 0.0005,
        np.random.default_rng(0).random((2000, 2000)) < 0.0005,
        np.kron(blobs(50, 60, seed=1, share=0.5), np.ones((40, 40), bool)),
        np.ones((2000, 2000), bool),
    ):
        for array in (mask, np.asfortranarray(mask), mask[:, ::-1], mask.astype(np.float32)):
            tracemalloc.start()
            try:
                edges_of_mask(array)
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            assert peak < 1.3 * array.nbytes
