"""Asks a function as CVAT does, and keeps what came: an answer, or why there is none."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import requests
import urllib3

from cvat_sam.client.http.transport import BLOCK_BYTES, Body, cause_of, new_session, reason_of

CONNECT_SECONDS = 10.0
# A detector's reply to one photograph has tens of megabytes.
MOST_BYTES = 256 << 20

Why = Literal["name", "refused", "unreachable", "no connection", "time", "cut", "other"]


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: the HTTP status.
        headers: whatever case their names are asked in.
        body: the bytes.
        seconds: from the first byte that was sent to the last that came.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


@dataclass(frozen=True)
class Silence:
    """No answer.

    Attributes:
        why: what sort of silence.
        sentence: a piece of a sentence, without addresses: a proxy's can hold a password.
        seconds: after which it was clear.
    """

    why: Why
    sentence: str
    seconds: float


class Asker:
    """Sends requests to one function; a context manager.

    Args:
        url: the function's.
        timeout: how many seconds an answer may take.
    """

    def __init__(self, url: str, *, timeout: float) -> None:
        self._url = url
        self._timeout = timeout
        self._session = new_session(verify=True)
        self._session.headers["Content-Type"] = "application/json"

    def __enter__(self) -> "Asker":
        return self

    def __exit__(self, *exception: object) -> None:
        self._session.close()

    def ask(self, request: Mapping[str, Any]) -> Answer | Silence:
        """Send one request, once."""
        body = Body(json.dumps(request).encode())
        began = time.monotonic()
        try:
            with self._session.post(
                self._url,
                data=body,  # type: ignore[arg-type]  # requests takes what can be read
                allow_redirects=False,
                stream=True,
                timeout=(CONNECT_SECONDS, self._timeout),
            ) as response:
                data = self._read(response, until=began + self._timeout)
                status, headers = response.status_code, response.headers
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
            ValueError,
        ) as error:
            why, sentence = _why(error, seconds=self._timeout)
            return Silence(why, sentence, time.monotonic() - began)
        seconds = time.monotonic() - began
        if data is None:
            late = f"its answer was not complete after {self._timeout:g} s"
            return Silence("time", late, seconds)
        if len(data) > MOST_BYTES:
            return Silence("other", f"its answer has more than {MOST_BYTES:,} bytes", seconds)
        return Answer(status, headers, data, seconds)

    def _read(self, response: requests.Response, *, until: float) -> bytes | None:
        """The body, up to a bit more than is taken; None where the time is up before its end."""
        data = bytearray()
        # Whatever is there; older versions of urllib3 wait for the whole block.
        read = getattr(response.raw, "read1", response.raw.read)
        while block := read(BLOCK_BYTES, decode_content=True):
            data += block
            if len(data) > MOST_BYTES:
                break
            if time.monotonic() > until:
                return None
        return bytes(data)


def _why(error: Exception, *, seconds: float) -> tuple[Why, str]:
    inner = cause_of(error)
    reason = reason_of(error, seconds=seconds)
    if isinstance(inner, urllib3.exceptions.NameResolutionError):
        return "name", reason
    if isinstance(inner, urllib3.exceptions.NewConnectionError):
        if isinstance(inner.__cause__, ConnectionRefusedError):
            return "refused", reason
        said = getattr(inner.__cause__, "strerror", None) or "there is no connection to it"
        return "unreachable", f"it cannot be reached: {said}"
    if isinstance(error, requests.ConnectTimeout):
        return "no connection", f"there was no connection within {CONNECT_SECONDS:g} s"
    late = requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError
    if isinstance(error, late) or isinstance(inner, urllib3.exceptions.ReadTimeoutError):
        return "time", f"nothing was received for {seconds:g} s"
    if isinstance(error, urllib3.exceptions.ProtocolError):
        return "cut", "its answer ended in the middle"
    known = requests.exceptions.ProxyError, requests.exceptions.SSLError
    if isinstance(error, requests.ConnectionError) and not isinstance(error, known):
        return "cut", "it closed the connection without an answer"
    return "other", reason
