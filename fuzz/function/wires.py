"""What is wrong below the body: lengths, chunks, headers, and clients that go away."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from cvat_sam.settings import FunctionKind
from fuzz.function import bodies
from fuzz.function.bodies import Body
from fuzz.function.damage import ANY, CANARY, REFUSED


@dataclass(frozen=True)
class Wire:
    """Bytes for a connection of their own.

    Attributes:
        name: what it shows.
        sent: all that is sent.
        statuses: that may answer it; empty where no reply is waited for.
        may_be_silent: whether the connection may end without a reply.
        is_right: whether it is the function that answers, not the host.
        body: the right one that is in it, whole or in part.
    """

    name: str
    sent: bytes
    statuses: frozenset[int] = REFUSED
    may_be_silent: bool = False
    is_right: bool = False
    body: Body | None = None


def wire(kind: FunctionKind, rng: Random) -> Wire:
    """One of all there are."""
    body = bodies.right(kind, rng)
    return replace(rng.choice(_MAKERS)(body.data, rng), body=body)


def _post(headers: bytes, body: bytes, *, line: bytes = b"POST / HTTP/1.1") -> bytes:
    return line + b"\r\nHost: localhost\r\n" + headers + b"\r\n\r\n" + body


def _length(size: object) -> bytes:
    return f"Content-Type: application/json\r\nContent-Length: {size}".encode()


def _chunks(body: bytes, size: int) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def _too_short(body: bytes, rng: Random) -> Wire:
    size = rng.randrange(len(body))
    return Wire(f"a length of {size} for {len(body)} bytes", _post(_length(size), body))


def _too_long(body: bytes, rng: Random) -> Wire:
    size = len(body) + rng.choice((1, 100, 1 << 20))
    name = f"a length of {size} for {len(body)} bytes"
    return Wire(name, _post(_length(size), body), may_be_silent=True)


def _odd_length(body: bytes, rng: Random) -> Wire:
    sizes = (
        "-1",
        "+5",
        "1e3",
        "0x10",
        "two",
        "",
        "99999999999999999999",
        1 << 40,
        "1_0",
        "５",
        "5 5",
    )
    size = rng.choice(sizes)
    return Wire(f"a length of {size!r}", _post(_length(size), body))


def _two_lengths(body: bytes, rng: Random) -> Wire:
    two = _length(len(body)) + b"\r\nContent-Length: %d" % rng.randrange(len(body))
    return Wire("two lengths", _post(two, body))


def _no_length(body: bytes, rng: Random) -> Wire:
    # The host sees a request without a body, and the body as another request.
    return Wire("no length", _post(b"Content-Type: application/json", body), is_right=True)


def _no_colon(body: bytes, rng: Random) -> Wire:
    header = rng.choice((CANARY.encode(), b" folded", b"=", b"\x80\x81"))
    return Wire(f"a header {header!r}", _post(header + b"\r\n" + _length(len(body)), body), ANY)


def _cut(body: bytes, rng: Random) -> Wire:
    whole = _post(_length(len(body)), body)
    at = rng.randrange(1, len(whole))
    return Wire(f"cut at byte {at:,}", whole[:at], may_be_silent=True)


def _gone(body: bytes, rng: Random) -> Wire:
    whole = _post(_length(len(body)), body)
    at = rng.choice((len(whole), len(whole), rng.randrange(1, len(whole))))
    return Wire(f"gone after {at:,} of {len(whole):,} bytes", whole[:at], frozenset())


def _chunked(body: bytes, rng: Random) -> Wire:
    data = _chunks(body, rng.choice((1, 7, 100, 1 << 16)) if len(body) < 5000 else 1 << 12)
    head = b"Content-Type: application/json\r\nTransfer-Encoding: chunked"
    return Wire("chunks", _post(head, data), frozenset({200, 422}), is_right=True)


def _bad_chunks(body: bytes, rng: Random) -> Wire:
    good = _chunks(body[:500], 200)
    data = rng.choice(
        (
            good.replace(b"c8\r\n", b"c9\r\n", 1),
            good.replace(b"c8\r\n", b"c7\r\n", 1),
            good.replace(b"c8\r\n", b"xx\r\n", 1),
            good.replace(b"c8\r\n", b"-c8\r\n", 1),
            good.replace(b"c8\r\n", b"ffffffffffffffff\r\n", 1),
            good.replace(b"c8\r\n", b"7fffffffffff\r\n", 1),
            good.replace(b"c8\r\n", b"c8;" + b"x" * 9000 + b"\r\n", 1),
            good[: rng.randrange(len(good))],
            b"\r\n",
        )
    )
    return Wire("bad chunks", _post(b"Transfer-Encoding: chunked", data), may_be_silent=True)


def _odd_headers(body: bytes, rng: Random) -> Wire:
    header = rng.choice(
        (
            b"X: " + b"x" * 70_000,
            b"".join(b"X-%d: y\r\n" % n for n in range(300)),
            b"Authorization: Bearer " + CANARY.encode(),
            b"Cookie: sessionid=" + CANARY.encode(),
            b"X-Nul: a\0b",
            b"Upgrade: websocket\r\nConnection: Upgrade",
            b"Expect: 100-continue",
            b"Expect: " + CANARY.encode(),
            b"Transfer-Encoding: gzip",
            b"Content-Encoding: gzip",
            b"Content-Type: " + CANARY.encode(),
            b"Content-Type: application/json; charset=latin-1",
            b"Content-Type: multipart/form-data; boundary=x",
            b": empty",
            b"x y: z",
        )
    )
    sent = _post(header + b"\r\n" + _length(len(body)), body)
    return Wire(f"a header {header[:40]!r}", sent, ANY, may_be_silent=True)


def _odd_line(body: bytes, rng: Random) -> Wire:
    line = rng.choice(
        (
            *(b"GET / HTTP/1.1", b"PUT / HTTP/1.1", b"DELETE / HTTP/1.1", b"PATCH / HTTP/1.1"),
            *(b"OPTIONS * HTTP/1.1", b"KANARIENVOGEL / HTTP/1.1", b"POST / HTTP/1.0"),
            b"POST /../../etc/passwd HTTP/1.1",
            b"POST /" + CANARY.encode() + b"?token=" + CANARY.encode() + b" HTTP/1.1",
            b"POST http://example.com/ HTTP/1.1",
            b"POST /%00%2e%2e/%0d%0a HTTP/1.1",
            b"POST / HTTP/1.1 x",
            b"POST / HTTP/9.9",
            b"POST / http/1.1",
            b"POST /" + b"x" * 70_000 + b" HTTP/1.1",
            b"POST",
            b"",
        )
    )
    sent = _post(_length(len(body)), body, line=line)
    return Wire(f"the line {line[:40]!r}", sent, ANY, may_be_silent=True)


def _no_http(body: bytes, rng: Random) -> Wire:
    data = rng.choice(
        (
            *(b"\x16\x03\x01\x02\0\1\0\1\xfc\3\3\r\n\r\n", b"SSH-2.0-x\r\n\r\n", b"\r\n\r\n\r\n"),
            *(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\0" * 300, body, rng.randbytes(500)),
            CANARY.encode() + b"\r\n\r\n",
        )
    )
    return Wire(f"{data[:20]!r}", data, may_be_silent=True)


def _two_at_once(body: bytes, rng: Random) -> Wire:
    one = _post(_length(len(body)), body)
    return Wire("two requests at once", one + one, frozenset({200, 422}), is_right=True)


_MAKERS: tuple[Callable[[bytes, Random], Wire], ...] = (
    *(_too_short, _too_long, _odd_length, _two_lengths, _no_length, _no_colon, _cut, _gone),
    *(_chunked, _bad_chunks, _odd_headers, _odd_line, _no_http, _two_at_once),
)
