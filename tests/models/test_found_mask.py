"""A mask that is kept as runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cvat_sam.models.found_mask import FoundMask

crops = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=9))
margins = st.tuples(*[st.integers(0, 4)] * 4)


@given(crops, margins)
def test_a_crop_is_the_same_as_the_whole_mask(crop, margins):
    left, top, right, bottom = margins
    whole = np.pad(crop, ((top, bottom), (left, right)))
    height, width = whole.shape
    found = FoundMask.from_crop(
        crop, left=left, top=top, height=height, width=width, confidence=0.5
    )
    if crop.any():
        assert found == FoundMask.from_mask(whole, confidence=0.5)
        assert np.array_equal(found.mask(), whole)
        x1, y1, x2, y2 = found.box_xyxy
        assert np.array_equal(found.crop(), whole[y1 : y2 + 1, x1 : x2 + 1])
    assert found.area == np.count_nonzero(crop)


@pytest.mark.parametrize(("confidence", "kept"), [(1.04, 1), (-0.1, 0), (0.25, 0.25)])
def test_confidence_is_from_0_to_1(confidence, kept):
    assert FoundMask.from_mask(np.ones((2, 2)), confidence=confidence).confidence == kept


def test_only_runs_are_kept():
    found = FoundMask.from_mask(np.ones((500, 500), bool), confidence=0.5)
    assert vars(found) == {
        "points": [0, 250_000, 0, 0, 499, 499],
        "confidence": 0.5,
        "height": 500,
        "width": 500,
    }
