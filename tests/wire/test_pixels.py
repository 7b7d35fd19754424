import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cvat_sam.wire.pixels import flat_text, rows_text

crops = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=9))


@given(crops)
def test_rows_are_the_json_of_the_nested_list(crop):
    assert rows_text(crop) == json.dumps(crop.astype(int).tolist(), separators=(",", ":"))


@given(crops)
def test_flat_is_the_json_of_the_pixels_and_the_box(crop):
    expected = [*crop.astype(int).ravel().tolist(), 1, 2, 30, 400]
    assert flat_text(crop, (1, 2, 30, 400)) == json.dumps(expected, separators=(",", ":"))


@given(crops, st.text("ab{", max_size=3), st.text("cd}", max_size=3))
def test_text_around_it_is_joined(crop, before, after):
    assert rows_text(crop, before=before, after=after) == f"{before}{rows_text(crop)}{after}"
    box = (1, 2, 3, 4)
    flat = flat_text(crop, box, before=before, after=after)
    assert flat == f"{before}{flat_text(crop, box)}{after}"


@given(crops)
def test_strides_do_not_matter(crop):
    assert rows_text(np.asfortranarray(crop)) == rows_text(crop)
    assert flat_text(crop[::-1, ::-1], (0, 0, 0, 0)) == flat_text(
        np.ascontiguousarray(crop[::-1, ::-1]), (0, 0, 0, 0)
    )
