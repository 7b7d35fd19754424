"""The file of one embedding: whole, or refused."""

import struct

import numpy as np
import pytest
from embedding_process import IDENTITY, key, stored
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cvat_sam.function.embeddings.file_format import (
    SHAPE,
    StoredEmbedding,
    UnfitFile,
    pack,
    size_of_file,
    unpack,
)

HEADER_BYTES = 88 + len(IDENTITY)
WHOLE = pack(stored(3), key=key(3), identity=IDENTITY)


def read(data, **changes):
    return unpack(bytes(data), **{"key": key(3), "identity": IDENTITY, **changes})


@settings(max_examples=20, deadline=None)
@given(
    corner=arrays.arrays(
        np.float32, (2, 3), elements=st.floats(width=32, allow_nan=False, allow_infinity=False)
    ),
    height=st.integers(1, 2**32 - 1),
    width=st.integers(1, 2**32 - 1),
    identity=st.text(max_size=300),
)
def test_what_is_packed_comes_back_to_the_bit(corner, height, width, identity):
    embedding = np.zeros(SHAPE, np.float32)
    embedding[0, 254:, 5:8, 60] = corner
    data = pack(StoredEmbedding(embedding, height, width), key=key(1), identity=identity)
    assert len(data) == size_of_file(identity)
    found = unpack(data, key=key(1), identity=identity)
    assert found.embedding.tobytes() == embedding.tobytes()
    assert (found.height, found.width) == (height, width)
    # PyTorch warns of what it may not write, and an odd address is slow.
    assert found.embedding.flags.writeable
    assert found.embedding.flags.aligned


def test_the_layout_is_what_the_page_says():
    assert WHOLE[:8] == b"\x93EMBED\r\n"
    assert struct.unpack_from("<IIII", WHOLE, 8) == (1, 1003, 2003, len(IDENTITY))
    assert WHOLE[24:56] == key(3)
    assert WHOLE[88:HEADER_BYTES] == IDENTITY.encode()
    assert WHOLE[HEADER_BYTES:] == np.full(SHAPE, 3, "<f4").tobytes()


@pytest.mark.parametrize("position", range(HEADER_BYTES))
def test_a_changed_byte_anywhere_in_the_header_is_noticed(position):
    data = bytearray(WHOLE)
    data[position] ^= 1 << position % 8
    with pytest.raises(UnfitFile):
        read(data)


@settings(max_examples=40, deadline=None)
@given(position=st.integers(HEADER_BYTES, len(WHOLE) - 1), flip=st.integers(1, 255))
def test_a_changed_byte_anywhere_in_the_numbers_is_noticed(position, flip):
    data = bytearray(WHOLE)
    data[position] ^= flip
    with pytest.raises(UnfitFile, match="is damaged: its sum is wrong"):
        read(data)


@pytest.mark.parametrize("length", [0, 1, 8, 11, 12, 87, 88, HEADER_BYTES - 1, HEADER_BYTES])
def test_a_file_cut_in_its_header_is_refused(length):
    with pytest.raises(UnfitFile):
        read(WHOLE[:length])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_cut_anywhere_is_refused(length):
    with pytest.raises(UnfitFile):
        read(WHOLE[:length])


def test_a_file_that_is_too_long_is_refused():
    with pytest.raises(UnfitFile, match="it is torn"):
        read(WHOLE + b"\0")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_anything_else_is_refused(data):
    with pytest.raises(UnfitFile):
        read(data)
    with pytest.raises(UnfitFile):
        read(WHOLE[:12] + data)


@pytest.mark.parametrize(
    ("data", "changes", "sentence"),
    [
        (b"PK\3\4" + WHOLE[4:], {}, "is no embedding of cvat-sam's"),
        (WHOLE[:8] + b"\2" + WHOLE[9:], {}, "has format 2, not 1"),
        (WHOLE[:100], {}, "has 100 bytes, not"),
        (WHOLE, {"key": key(4)}, "another image's or another model's"),
        (WHOLE, {"identity": "vit_h" + IDENTITY[5:]}, "another image's or another model's"),
        (WHOLE, {"identity": IDENTITY + "!"}, "another image's or another model's"),
    ],
)
def test_the_reason_is_said(data, changes, sentence):
    with pytest.raises(UnfitFile, match=sentence):
        read(data, **changes)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_refused_whatever_the_sum_says(value):
    embedding = np.zeros(SHAPE, np.float32)
    embedding[0, 100, 3, 3] = value
    data = pack(StoredEmbedding(embedding, 10, 10), key=key(3), identity=IDENTITY)
    with pytest.raises(UnfitFile, match="values that no embedding has"):
        read(data)


@pytest.mark.parametrize("size", [(0, 10), (10, 0)])
def test_an_image_without_pixels_is_refused_whatever_the_sum_says(size):
    data = pack(StoredEmbedding(np.zeros(SHAPE, np.float32), *size), key=key(3), identity=IDENTITY)
    with pytest.raises(UnfitFile, match="values that no embedding has"):
        read(data)
