"""One request and what came of it: an answer on disk, or the reason why there is none.

Nothing of requests' own comes out of here: its exceptions hold the request, headers and all.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO, cast
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.auth import AuthBase

from cvat_sam.client.http.server import Server
from cvat_sam.client.http.transport import (
    BLOCK_BYTES,
    Body,
    is_hopeless,
    is_nowhere,
    never_sent,
    new_session,
    reason_of,
)

CONNECT_SECONDS = 10.0
MOST_REDIRECTS = 5
# Up to here an answer stays in memory.
SMALL_BYTES = 8 << 20


@dataclass
class Received:
    """An answer.

    Attributes:
        status: the HTTP status.
        headers: whatever case their names are asked in.
        body: a file, at its beginning.
        length: how many bytes it has.
        broken: why the body ended too early; None if it is whole.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)  # a server may repeat in them what it was sent
    body: BinaryIO = field(repr=False)
    length: int = 0
    broken: str | None = None


@dataclass(frozen=True)
class Failed:
    """No answer.

    Attributes:
        reason: a piece of a sentence.
        may_be_done: whether the server may have done what was asked.
        while_sending: whether the connection was cut before the request was sent whole.
        is_final: whether the same is to be expected a second later.
    """

    reason: str
    may_be_done: bool = False
    while_sending: bool = False
    is_final: bool = False


class Exchange:
    """Makes requests, in whose name it is told for each.

    Args:
        server: where to.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._session = new_session(verify=server.verify)
        self._was_reached = False

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        seconds: float,
        auth: AuthBase | None,
    ) -> Received | Failed:
        """Make one request; a read follows redirects on the same server.

        Args:
            method: its name.
            path: from "/api/" on.
            params: the query.
            body: JSON.
            seconds: how long to wait for the next byte.
            auth: puts on it who asks.
        """
        url = self._server.url + path
        for _ in range(MOST_REDIRECTS):
            received = self._once(method, url, params, body, seconds, auth)
            if isinstance(received, Failed) or received.status not in (301, 302, 303, 307, 308):
                return received
            # What changes something is never sent on, and nothing at all to another origin.
            target = _on_same_origin(url, received.headers.get("Location", ""))
            if method != "GET" or target is None:
                return received
            received.body.close()
            url, params = target, None
        return Failed("it redirects in a circle", is_final=True)

    def _once(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None,
        body: bytes | None,
        seconds: float,
        auth: AuthBase | None,
    ) -> Received | Failed:
        data = Body(body) if body else None
        error: Exception | None = None
        received: Received | None = None
        try:
            with self._session.request(
                method,
                url,
                params=params,
                data=cast(Any, data),
                headers=self._headers(data),
                auth=auth,
                stream=True,
                allow_redirects=False,
                timeout=(CONNECT_SECONDS, seconds),
                verify=self._server.verify,
            ) as response:
                received = _received(response, seconds)
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
            ValueError,
        ) as caught:
            error = caught  # requests lets some of urllib3's and of the sockets' through
        # Outside of the except: an error raised later must not drag requests' own along.
        if error is None and received is not None:
            self._was_reached = True
            return received
        # A server that was there comes back; one that never was is mistyped, or not started.
        is_final = is_hopeless(error) or (is_nowhere(error) and not self._was_reached)
        return _failed(error, data, seconds, is_final=is_final)

    def _headers(self, data: Body | None) -> dict[str, str]:
        headers = {"Accept": "application/vnd.cvat+json, application/json, */*;q=0.5"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        if self._server.organization is not None:
            headers["X-Organization"] = self._server.organization
        return headers


def _received(response: requests.Response, seconds: float) -> Received:
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SMALL_BYTES)  # noqa: SIM115
    received = Received(response.status_code, response.headers, cast(BinaryIO, file))
    try:
        for block in response.iter_content(BLOCK_BYTES):
            received.length += file.write(block)
    except requests.RequestException as error:
        received.broken = reason_of(error, seconds=seconds)
    except OSError as error:
        received.broken = f"its answer cannot be kept on disk: {error.strerror}"
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return received


def _failed(
    error: Exception | None, data: Body | None, seconds: float, *, is_final: bool
) -> Failed:
    reason = reason_of(error, seconds=seconds)
    if never_sent(error) if data is None else data.sent == 0:
        # The body is asked for once the connection stands and the headers are sent.
        return Failed(reason, is_final=is_final)
    if data is not None and not data.is_all_sent:
        size = len(data)
        return Failed(f"{reason} after {data.sent:,} of {size:,} bytes", while_sending=True)
    return Failed(reason, may_be_done=True, is_final=is_final)


def _on_same_origin(url: str, location: str) -> str | None:
    """Where a redirect leads; None where that is another host, port or scheme."""
    try:
        target = urljoin(url, location)
        return target if _origin(target) == _origin(url) else None
    except ValueError:
        return None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError  # requests would send these in place of the token
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
