"""What stands in a complete answer, read as what it should be: JSON, a page of a list, an image."""

import json
from typing import Any, BinaryIO, NoReturn

from cvat_sam.client.http.exchange import Received


class Spoiled(Exception):
    """An answer with a status that says yes, and something else in it than what it should be."""


def as_json(received: Received) -> Any:
    """A JSON value.

    Raises:
        Spoiled: it is something else.
    """
    with received.body:
        data = received.body.read()
    if not data.strip():
        raise Spoiled("with nothing in it")
    try:
        return json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Spoiled(f"with {_kind(data)} in place of JSON") from None


def as_page(received: Received) -> dict[str, Any]:
    """A page of a list: `count`, `next` and `results`, which are objects.

    Raises:
        Spoiled: it is something else.
    """
    answer = as_json(received)
    if not isinstance(answer, dict) or not isinstance(answer.get("count"), int):
        raise Spoiled("with something else than a page of a list")
    results, after = answer.get("results"), answer.setdefault("next", None)
    if not isinstance(results, list) or not all(isinstance(item, dict) for item in results):
        raise Spoiled("with a page of a list without its results")
    if not isinstance(after, str | None):
        raise Spoiled("with a page of a list whose next page is no address")
    return answer


def as_bytes(received: Received) -> bytes:
    """An image's bytes.

    Raises:
        Spoiled: it is something else.
    """
    with received.body:
        data = received.body.read()
    kind = received.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not data:
        raise Spoiled("with nothing in it")
    if kind.startswith("text/") or kind.endswith("json"):
        raise Spoiled(f"with {kind} in place of an image")
    return data


def as_file(received: Received) -> BinaryIO:
    """JSON as a file; the caller closes it.

    Raises:
        Spoiled: it is something else.
    """
    start = received.body.read(1 << 10)
    # Without an announced length a cut looks like an end.
    received.body.seek(-min(64, received.length), 2)
    end = received.body.read()
    if not start.lstrip().startswith((b"{", b"[")):
        received.body.close()
        raise Spoiled(f"with {_kind(start)} in place of JSON" if start else "with nothing in it")
    if not end.rstrip().endswith((b"}", b"]")):
        received.body.close()
        raise Spoiled("with JSON that ends in the middle")
    received.body.seek(0)
    return received.body


def _kind(data: bytes) -> str:
    return "HTML" if data.lstrip()[:1] == b"<" else "something else"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN is no JSON, and no number of pixels
