"""What a server's answer means: the errors, and CVAT's own sentence out of whatever came back."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from cvat_sam.exceptions import ServerRefused, ServerUnreachable, Unclear

LONGEST_SENTENCE = 200

# How long to wait where the server says only that it is busy.
USUAL_WAIT = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer that says yes.

    Attributes:
        status: the HTTP status, 200 to 299.
        json: its body; None where there is none.
    """

    status: int
    json: Any


class Doubtful(Unclear):
    """A write may have been done or not: what the server has now must be looked at.

    Attributes:
        status: the HTTP status, None where none came.
        seconds: how long the server wants to be left alone before it is asked.
    """

    def __init__(self, sentence: str, *, status: int | None = None, seconds: float = 0.0) -> None:
        super().__init__(sentence)
        self.status = status
        self.seconds = seconds


class TooLarge(ServerRefused):
    """The server, or a proxy before it, takes no body of this size; nothing was done."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, status=413)


class Wait(ServerUnreachable):
    """The server has no time now; nothing was done.

    Attributes:
        seconds: when to come again.
    """

    def __init__(self, sentence: str, *, seconds: float) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class CutWhileSending(ServerUnreachable):
    """The connection was cut before the whole request was sent, so nothing was done.

    A proxy that finds a body too large may do this in place of a 413.
    """


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """What `Retry-After` says, in seconds from now; None where it says nothing that can be read.

    Source of the format: RFC 9110 section 10.2.3.

    >>> seconds_to_wait({"Retry-After": "3"})
    3.0
    """
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch("[0-9]{1,9}", text):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def sentence_of(body: bytes, *, redacted: Callable[[str], str] = str) -> str:
    """CVAT's own sentence in the body of a refusal, shortened; "" where it has none for people.

    Args:
        body: the answer's.
        redacted: takes secrets out of a text.

    >>> sentence_of(b'{"detail": "Not found."}')
    'Not found.'
    >>> sentence_of(b'{"shapes": [{}, {"frame": ["This field is required."]}]}')
    'shapes[1].frame: This field is required.'
    >>> sentence_of(b"<html><h1>Bad Gateway</h1></html>")
    ''
    """
    try:
        where, text = _first_text(json.loads(body), "")
    except (ValueError, RecursionError):
        where, text = "", body[: 4 * LONGEST_SENTENCE].decode(errors="replace")
        if text.lstrip().startswith("<"):
            return ""  # a page, not a sentence
    text = " ".join(text.split())
    if where and where not in ("detail", "non_field_errors"):
        text = f"{where}: {text}" if text else ""
    text = redacted(text)  # before it is cut: half a secret is not found any more
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= LONGEST_SENTENCE else f"{text[:LONGEST_SENTENCE]}…"


def _first_text(value: Any, where: str) -> tuple[str, str]:
    """The first text inside, and the way to it; the numbers of lists of mere texts left out."""
    if isinstance(value, str):
        return where, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            way, text = _first_text(inner, f"{where}.{key}" if where else str(key))
            if text:
                return way, text
    if isinstance(value, list):
        for index, inner in enumerate(value):
            way, text = _first_text(inner, where if isinstance(inner, str) else f"{where}[{index}]")
            if text:
                return way, text
    return where, ""
