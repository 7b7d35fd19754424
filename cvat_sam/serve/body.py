"""Reading the body of an HTTP/1.1 request (RFC 9112, sections 6 and 7)."""

from email.message import Message
from io import BufferedIOBase

# A chunk's size line, with extensions nobody sends.
_LINE_LIMIT = 4096


class BadBodyError(Exception):
    """The body is over the limit, or its framing is broken: the connection cannot go on."""


class BodyCutOffError(Exception):
    """The client went away before the end of the body."""


def read_body(stream: BufferedIOBase, headers: Message, *, limit: int) -> bytes | None:
    """Read the body that the headers announce.

    Args:
        stream: Stands behind the headers' blank line.
        headers: `Content-Length` or `Transfer-Encoding` say how the body is framed; the
            latter wins.
        limit: The most bytes that are accepted, inclusive.

    Returns:
        The body, or None where no body was announced.

    Raises:
        BadBodyError: over the limit, or not framed as the RFC says.
        BodyCutOffError: the stream ended too soon.
    """
    if headers.get("Transfer-Encoding", "identity").lower() != "identity":
        return _read_chunks(stream, limit=limit)
    lengths = set(headers.get_all("Content-Length", []))
    if not lengths:
        return None
    length = lengths.pop()
    if lengths:
        raise BadBodyError("there is more than one Content-Length")
    if not (length.isascii() and length.isdigit()):
        raise BadBodyError(f"Content-Length is {length[:40]!r}, not a number")
    if len(length) > 18 or int(length) > limit:
        raise BadBodyError(f"the body has {length[:40]} bytes, the limit is {limit}")
    return _read_exactly(stream, int(length))


def _read_chunks(stream: BufferedIOBase, *, limit: int) -> bytes:
    body = bytearray()
    while size := _read_chunk_size(stream):
        if len(body) + size > limit:
            raise BadBodyError(f"the chunked body has more than {limit} bytes, the limit")
        body += _read_exactly(stream, size)
        if _read_line(stream) != b"":
            raise BadBodyError("a chunk is longer than its size says")
    while _read_line(stream):
        pass  # trailers say nothing to a function
    return bytes(body)


def _read_chunk_size(stream: BufferedIOBase) -> int:
    digits = _read_line(stream).partition(b";")[0].strip()
    # int() alone would take "0x1", "+1" and "1_0".
    if not digits or len(digits) > 15 or digits.strip(b"0123456789abcdefABCDEF"):
        raise BadBodyError("a chunk's size is not a hexadecimal number")
    return int(digits, 16)


def _read_line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(_LINE_LIMIT + 1)
    if len(line) > _LINE_LIMIT:
        raise BadBodyError(f"a line between the chunks has more than {_LINE_LIMIT} bytes")
    if not line.endswith(b"\n"):
        raise BodyCutOffError
    return line.rstrip(b"\r\n")


def _read_exactly(stream: BufferedIOBase, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise BodyCutOffError
    return data
