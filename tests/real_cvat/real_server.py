"""Requests to the real server: a client's as they came, and the tests' own with their token."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3
from fake_cvat.fake_http import Reply, Request

# Of one connection, not of the request; and what whoever sends it on fills in itself.
HOP_BY_HOP = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
    *("te", "trailer", "transfer-encoding", "upgrade", "host", "content-length", "date", "server"),
}
WRITES = ("POST", "PUT", "PATCH", "DELETE")
TRIES = 4


@dataclass(frozen=True)
class Answer:
    """What the server says to the tests' own requests; `json` is None where it is none."""

    status: int
    json: Any
    text: str


class RealServer:
    """The way to one server.

    Args:
        url: its address, with http:// or https://.
        token: a key of a login, or a personal access token.
    """

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self._token = token
        timeout = urllib3.Timeout(connect=20, read=300)
        self._pool = urllib3.PoolManager(maxsize=16, retries=False, timeout=timeout)

    @property
    def authorization(self) -> str:
        """What the tests' own requests show."""
        return f"{scheme_of(self._token)} {self._token}"

    def forward(self, request: Request) -> Reply:
        """A client's request, with the client's own headers, and what the server says to it.

        Raises:
            urllib3.exceptions.HTTPError: where there is no answer.
        """
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in HOP_BY_HOP
            and not (request.shuffled and name.lower() == "accept-encoding")
        }
        came = self._send(request.method, request.target, request.body or None, headers)
        shown = urllib3.HTTPHeaderDict()
        for name, value in came.headers.items():
            if name.lower() not in HOP_BY_HOP:
                shown.add(name, value)
        done = request.method in WRITES and 200 <= came.status < 300
        return Reply(came.status, came.data, shown, committed=done)

    def ask(
        self,
        method: str,
        path: str,
        sent: Any = None,
        *,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        accept: tuple[int, ...] = (),
        headers: Mapping[str, str] | None = None,
        **query: Any,
    ) -> Answer:
        """A request of the tests' own.

        Args:
            method: GET, POST, …
            path: from /api/ on.
            sent: the JSON of the body, or with `files` the other fields of a form.
            files: name and content by their fields.
            accept: statuses that are as good as 2xx.
            headers: more of them.
            **query: behind the path.

        Raises:
            ValueError: for an answer that is not a good one, and for none.
        """
        target = path + (f"?{urlencode(query)}" if query else "")
        body, kind = None, "application/json"
        if files is not None:
            body, kind = urllib3.encode_multipart_formdata({**(sent or {}), **files})
        elif sent is not None:
            body = json.dumps(sent).encode()
        shown = {"Authorization": self.authorization, "Accept": "*/*", **(headers or {})}
        if body is not None:
            shown["Content-Type"] = kind
        answer = self._answer(method, target, body, shown)
        if not (200 <= answer.status < 300 or answer.status in accept):
            text = answer.text[:400].replace(self._token, "…")
            raise ValueError(f"{method} {target}: it answers {answer.status}: {text}")
        return answer

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        return list(self._items(path, query))

    def _items(self, path: str, query: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        page = 1
        while True:
            found = self.ask("GET", path, **query, page_size=500, page=page).json
            yield from found["results"]
            if not found["next"]:
                return
            page += 1

    def _answer(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """What a read or a delete needs several tries for is no news."""
        for left in reversed(range(TRIES if method in ("GET", "DELETE") else 1)):
            try:
                came = self._send(method, target, body, headers)
            except urllib3.exceptions.HTTPError as error:
                if not left:
                    raise ValueError(f"{method} {target}: no answer: {error}") from None
            else:
                if came.status not in (429, 502, 503, 504) or not left:
                    break
            time.sleep(1)
        text = came.data.decode(errors="replace")
        is_json = "json" in came.headers.get("Content-Type", "") and text
        return Answer(came.status, json.loads(text) if is_json else None, text)

    def _send(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        return self._pool.request(
            method,
            self.url + target,
            body=body,
            headers=headers,
            redirect=False,
            decode_content=False,
        )


def scheme_of(token: str) -> str:
    """How a token is sent: a login's key is forty hexadecimal digits.

    >>> scheme_of("0" * 40), scheme_of("pat.0")
    ('Token', 'Bearer')
    """
    return "Token" if re.fullmatch("[0-9a-f]{40}", token) else "Bearer"
