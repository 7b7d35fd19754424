"""How a Nuclio processor treats HTTP itself: one list for every host.

Seen with Nuclio 1.14.1, whose sockets are fasthttp's. Used as `wrapper_cases` is.
"""

import contextlib
import http.client
import socket
from dataclasses import dataclass

LIMIT = 1000

# What the handler of all these requests answers.
MAIN_PY = """
def handler(context, event):
    return f"{event.method} {len(event.body or b'')} {(event.body or b'')[:20]!r}"
"""

TEXT = "text/plain"
REFUSED = (400, "text/plain; charset=utf-8", b"Error when parsing request")


@dataclass(frozen=True)
class Answer:
    """One reply, and whether the connection takes a second request behind it."""

    status: int
    content_type: str | None
    body: bytes
    goes_on: bool


@dataclass(frozen=True)
class Case:
    """Bytes that a client sends on a new connection, and what comes back.

    Attributes:
        name: what it shows.
        sent: all that is sent.
        reply: status, content type and body.
        goes_on: whether a second request on the same connection is answered.
    """

    name: str
    sent: bytes
    reply: tuple[int, str | None, bytes]
    goes_on: bool = True

    def ask(self, address: tuple[str, int]) -> Answer:
        """Send the bytes, read the reply, try the connection again."""
        with socket.create_connection(address, timeout=10) as connection:
            connection.sendall(self.sent)
            method = self.sent.split(b" ")[0].decode("latin-1")
            reply = http.client.HTTPResponse(connection, method=method)
            reply.begin()
            body = reply.read()
            goes_on = False
            with contextlib.suppress(ConnectionError, http.client.RemoteDisconnected):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                again = http.client.HTTPResponse(connection)
                again.begin()
                goes_on = again.read() == b"GET 0 b''"
            return Answer(reply.status, reply.headers.get("Content-Type"), body, goes_on)

    def check(self, answer: Answer) -> None:
        """Compare an answer with what is expected."""
        assert answer == Answer(*self.reply, goes_on=self.goes_on)


def post(head: bytes, body: bytes = b"") -> bytes:
    """A request with these header lines."""
    return b"POST / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked"

CASES = [
    Case("a length", post(b"Content-Length: 2", b"{}"), (200, TEXT, b"POST 2 b'{}'")),
    Case("no length", post(b"X-Y: z"), (200, TEXT, b"POST 0 b''")),
    Case("length 0", post(b"Content-Length: 0"), (200, TEXT, b"POST 0 b''")),
    Case(
        "a GET with a body",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
        (200, TEXT, b"GET 2 b'{}'"),
    ),
    Case("HEAD", b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", (200, TEXT, b"")),
    Case("no Host", b"GET / HTTP/1.1\r\n\r\n", (200, TEXT, b"GET 0 b''")),
    Case("HTTP/1.0 closes", b"GET / HTTP/1.0\r\n\r\n", (200, TEXT, b"GET 0 b''"), goes_on=False),
    Case(
        "Connection: close",
        post(b"Connection: close\r\nContent-Length: 2", b"{}"),
        (200, TEXT, b"POST 2 b'{}'"),
        goes_on=False,
    ),
    Case(
        "chunks",
        post(CHUNKED, b'4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n'),
        (200, TEXT, b"POST 7 b'{\"a\":1}'"),
    ),
    Case(
        "a chunk with an extension",
        post(CHUNKED, b"2;a=b\r\n{}\r\n0\r\n\r\n"),
        (200, TEXT, b"POST 2 b'{}'"),
    ),
    Case(
        "chunks overrule a length",
        post(CHUNKED + b"\r\nContent-Length: 3", b"2\r\n{}\r\n0\r\n\r\n"),
        (200, TEXT, b"POST 2 b'{}'"),
    ),
    Case("no chunk", post(CHUNKED, b"0\r\n\r\n"), (200, TEXT, b"POST 0 b''")),
    Case("a broken chunk", post(CHUNKED, b"zz\r\n{}\r\n0\r\n\r\n"), REFUSED, goes_on=False),
    Case(
        "a body at the limit",
        post(b"Content-Length: 1000", b"x" * 1000),
        (200, TEXT, b"POST 1000 b'" + b"x" * 20 + b"'"),
    ),
    Case(
        "a body over the limit", post(b"Content-Length: 1001", b"x" * 1001), REFUSED, goes_on=False
    ),
    Case("a body far over it", post(b"Content-Length: 9000000000"), REFUSED, goes_on=False),
    Case(
        "chunks over the limit",
        post(CHUNKED, b"200\r\n" + b"x" * 512 + b"\r\n200\r\n" + b"x" * 512 + b"\r\n0\r\n\r\n"),
        REFUSED,
        goes_on=False,
    ),
    Case(
        "a client that asks first",
        post(b"Expect: 100-continue\r\nContent-Length: 2", b"{}"),
        (200, TEXT, b"POST 2 b'{}'"),
    ),
    Case("a length in words", post(b"Content-Length: two", b"{}"), REFUSED, goes_on=False),
    Case("a length below 0", post(b"Content-Length: -2", b"{}"), REFUSED, goes_on=False),
    Case("a length with a sign", post(b"Content-Length: +2", b"{}"), REFUSED, goes_on=False),
    Case("a word", b"hello\r\n\r\n", REFUSED, goes_on=False),
    Case("TLS", b"\x16\x03\x01\x02\x00\r\n\r\n", REFUSED, goes_on=False),
    Case(
        "the health of the host",
        b"GET /__internal/health HTTP/1.1\r\nHost: x\r\n\r\n",
        (200, None, b""),
    ),
]
