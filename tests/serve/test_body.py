"""Bodies as HTTP/1.1 frames them."""

import io
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvat_sam.serve.body import BadBodyError, BodyCutOffError, read_body

LIMIT = 200


def read(wire, **headers):
    """Read a body, and return it with what was left on the stream."""
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    stream = io.BufferedReader(io.BytesIO(wire))
    return read_body(stream, message, limit=LIMIT), stream.read()


def in_chunks(chunks):
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


@given(st.binary(max_size=LIMIT), st.binary(max_size=20))
def test_a_length_takes_exactly_its_bytes(body, behind):
    assert read(body + behind, Content_Length=str(len(body))) == (body, behind)


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=10), st.binary(max_size=20))
def test_chunks_are_put_together_and_nothing_behind_them_is_taken(chunks, behind):
    wire = in_chunks(chunks) + behind
    assert read(wire, Transfer_Encoding="chunked") == (b"".join(chunks), behind)


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=10), st.data())
def test_chunks_cut_off_anywhere_are_known_as_such(chunks, data):
    wire = in_chunks(chunks)
    end = data.draw(st.integers(0, len(wire) - 1))
    with pytest.raises(BodyCutOffError):
        read(wire[:end], Transfer_Encoding="chunked")


@given(st.binary(max_size=60))
def test_any_bytes_are_chunks_or_an_error_of_ours(wire):
    try:
        body, _ = read(wire, Transfer_Encoding="chunked")
    except (BadBodyError, BodyCutOffError):
        return
    assert len(body) < len(wire)


def test_extensions_and_trailers_are_passed_over():
    wire = b"2;a=b\r\n{}\r\n0\r\nX-Trailer: 1\r\n\r\nbehind"
    assert read(wire, Transfer_Encoding="Chunked") == (b"{}", b"behind")


def test_no_header_means_no_body():
    assert read(b"behind") == (None, b"behind")


@pytest.mark.parametrize("length", ["", "x", "-1", "+1", "1.0", "0x1", "1_0", "²", "1, 1"])
def test_a_length_that_is_no_number_is_refused(length):
    with pytest.raises(BadBodyError, match="not a number"):
        read(b"x" * 100, Content_Length=length)


@pytest.mark.parametrize("size", [b"", b"x", b"-1", b"+1", b"0x1", b"1_0", b"1" * 16, b"1 1"])
def test_a_chunk_size_that_is_no_number_is_refused(size):
    with pytest.raises(BadBodyError, match="hexadecimal"):
        read(size + b"\r\nx\r\n0\r\n\r\n", Transfer_Encoding="chunked")


def test_a_chunk_longer_than_its_size_is_refused():
    with pytest.raises(BadBodyError, match="longer than its size"):
        read(b"1\r\nab\r\n0\r\n\r\n", Transfer_Encoding="chunked")


def test_an_endless_line_is_refused():
    with pytest.raises(BadBodyError, match="4096"):
        read(b"1;" + b"x" * 5000, Transfer_Encoding="chunked")


@pytest.mark.parametrize("length", [LIMIT + 1, 10**30])
def test_a_length_over_the_limit_is_refused_without_reading(length):
    with pytest.raises(BadBodyError, match="limit is 200"):
        read(b"", Content_Length=str(length))


def test_chunks_over_the_limit_are_refused_before_the_last_is_read():
    wire = b"c8\r\n" + b"x" * 200 + b"\r\n1\r\n"
    with pytest.raises(BadBodyError, match="more than 200 bytes"):
        read(wire, Transfer_Encoding="chunked")
    assert read(wire[:-3] + b"0\r\n\r\n", Transfer_Encoding="chunked") == (b"x" * 200, b"")
