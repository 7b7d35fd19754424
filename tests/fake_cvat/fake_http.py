"""A request as it came, and the replies that the framework knows how to give."""

import json
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fake_cvat.fake_shapes import BadRequest

JSON_TYPE = "application/vnd.cvat+json"
SERVER_ERROR = (
    '\n<!doctype html>\n<html lang="en">\n<head>\n  <title>Server Error (500)</title>\n</head>\n'
    "<body>\n  <h1>Server Error (500)</h1><p></p>\n</body>\n</html>\n"
)


@dataclass
class Request:
    """A request as it came."""

    method: str
    target: str
    headers: Message
    body: bytes = b""
    base: str = "http://127.0.0.1"
    shuffled: bool = False

    @property
    def path(self) -> str:
        return urlsplit(self.target).path.rstrip("/")

    @property
    def query(self) -> dict[str, str]:
        """The last value of each parameter."""
        found = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        return {name: values[-1] for name, values in found.items()}


@dataclass
class Reply:
    """What goes back.

    `cost` is how long the real server would have taken, in seconds; where it is asked for, the
    time that was taken for it.
    """

    status: int = 200
    body: bytes = b""
    headers: MutableMapping[str, str] = field(default_factory=dict)
    cost: float = 0.0
    committed: bool = False


def as_json(value: Any, status: int = 200, **rest: Any) -> Reply:
    """A reply of JSON."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return Reply(status, body, {"Content-Type": JSON_TYPE}, **rest)


def as_html(text: str, status: int) -> Reply:
    """A reply of HTML."""
    return Reply(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})


class Refused(Exception):
    """Ends a request with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def refused(status: int, detail: str) -> Refused:
    """With the body that the framework gives its refusals."""
    return Refused(as_json({"detail": detail}, status))


def json_object(request: Request) -> dict[str, Any]:
    """The object that the body is."""
    try:
        sent = json.loads(request.body)
    except ValueError as error:
        raise BadRequest({"detail": f"JSON parse error - {error}"}) from None
    if not isinstance(sent, dict):
        raise BadRequest({"non_field_errors": ["Invalid data. Expected a dictionary."]})
    return sent
