"""What the answer to a request means for whoever made it."""

from collections.abc import Callable
from typing import NoReturn
from urllib.parse import urlsplit

from cvat_sam.client.http.answers import (
    USUAL_WAIT,
    Answer,
    Doubtful,
    TooLarge,
    Wait,
    seconds_to_wait,
    sentence_of,
)
from cvat_sam.client.http.bodies import Spoiled, as_json
from cvat_sam.client.http.exchange import Received
from cvat_sam.exceptions import NotAllowed, ServerRefused

Redactor = Callable[[str], str]


def answer_to_write(where: str, received: Received, redacted: Redactor) -> Answer:
    """The answer that says that a write was done.

    Args:
        where: the beginning of every sentence.
        received: what came.
        redacted: takes secrets out of a text.

    Raises:
        ServerRefused, Wait, Doubtful: see `Connection.send`.
    """
    status = received.status
    if status in (429, 503):
        told = seconds_to_wait(received.headers)
        seconds = USUAL_WAIT if told is None else told
        sentence = f"{where}: it answers {status}, it has no time now"
        if status == 429:
            raise Wait(sentence, seconds=seconds)
        raise Doubtful(sentence, status=status, seconds=seconds)
    if status == 413:
        raise TooLarge(f"{where}: it answers 413, the request is too large for it")
    if 300 <= status < 500 and status != 408:
        refuse(where, received, redacted)
    if not 200 <= status < 300:
        said = said_in(received, redacted)
        raise Doubtful(f"{where}: it answers {status}{said}", status=status)
    if received.broken:
        raise Doubtful(f"{where}: it answers {status}, then {received.broken}", status=status)
    if status == 204:
        return Answer(status, None)
    try:
        return Answer(status, as_json(received))
    except Spoiled as spoiled:
        raise Doubtful(f"{where}: it answers {status} {spoiled}", status=status) from None


def refuse(where: str, received: Received, redacted: Redactor) -> NoReturn:
    """Raise what an answer that says no means.

    Raises:
        ServerRefused: always; see `answer_to_write` for the arguments.
    """
    status = received.status
    if 300 <= status < 400:
        received.body.close()
        place = _place(redacted(received.headers.get("Location", "")))
        raise ServerRefused(
            f"{where}: it redirects to {place}, where nothing of ours is sent; if that is your "
            "CVAT, give it as the server",
            status=status,
        )
    said = said_in(received, redacted)
    if status == 401:
        raise NotAllowed(f"{where}: it does not know us (401){said}", status=status)
    if status == 403:
        raise NotAllowed(f"{where}: we may not do this (403){said}", status=status)
    raise ServerRefused(f"{where}: it answers {status}{said}", status=status)


def said_in(received: Received, redacted: Redactor) -> str:
    """CVAT's own sentence, with a colon before it; "" without one."""
    with received.body:
        sentence = sentence_of(received.body.read(1 << 16), redacted=redacted)
    return f": {sentence}" if sentence else ""


def _place(location: str) -> str:
    """Where a redirect leads, without what may be a secret."""
    try:
        parts = urlsplit(location)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that is none"
    if not parts.hostname:
        return "another path"
    return f"{parts.scheme or 'https'}://{parts.hostname}{port}"
