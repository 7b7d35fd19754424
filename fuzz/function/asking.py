"""Sends a request and has the reply, over one connection that stays or over one of its own."""

import contextlib
import http.client
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from fuzz.function.bodies import Body
from fuzz.function.requests import Request
from fuzz.function.wires import Wire

# Nothing here is work for so long, however busy the machine: it hangs.
SECONDS = 120


@dataclass(frozen=True)
class Reply:
    """What came back.

    Attributes:
        status: of the reply.
        headers: their names in small letters.
        body: of the reply.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str | None:
        """Of the body."""
        return self.headers.get("content-type")


@dataclass(frozen=True)
class NoReply:
    """Nothing came back.

    Attributes:
        why: in words.
        is_over_time: whether it was waited for in vain.
    """

    why: str
    is_over_time: bool = False


class Client:
    """Asks one function.

    Args:
        url: of the function.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname or "", parts.port or 80
        self._kept = http.client.HTTPConnection(*self._address, timeout=SECONDS)

    def ask(self, request: Request) -> Reply | NoReply | None:
        """The reply; None where none was waited for."""
        try:
            if isinstance(request.content, Wire):
                return self._on_its_own(request.content)
            return self._on_the_kept_one(request.content, request)
        except TimeoutError:
            self._kept.close()
            return NoReply(f"no reply in {SECONDS} s", is_over_time=True)
        except (OSError, http.client.HTTPException) as error:
            self._kept.close()
            return NoReply(f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """Close the connection that stays."""
        self._kept.close()

    def _on_the_kept_one(self, body: Body, request: Request) -> Reply:
        self._kept.putrequest("POST", "/", skip_accept_encoding=True)
        for content_type in request.content_types:
            self._kept.putheader("Content-Type", content_type)
        if request.chunked:
            self._kept.putheader("Transfer-Encoding", "chunked")
        else:
            self._kept.putheader("Content-Length", str(len(body.data)))
        # Without a body this writes the end of the chunks alone.
        parts = [body.data] if body.data or not request.chunked else []
        self._kept.endheaders(iter(parts), encode_chunked=request.chunked)
        return _read(self._kept.getresponse())

    def _on_its_own(self, wire: Wire) -> Reply | None:
        with socket.create_connection(self._address, timeout=SECONDS) as connection:
            # It may refuse the first bytes and close before it has read the last.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(wire.sent)
                if not wire.statuses:
                    return None
                connection.shutdown(socket.SHUT_WR)
            response = http.client.HTTPResponse(connection, method="POST")
            response.begin()
            return _read(response)


def _read(response: http.client.HTTPResponse) -> Reply:
    body = response.read()
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status, headers, body)
