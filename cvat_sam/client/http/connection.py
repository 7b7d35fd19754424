"""One kept-alive connection to a CVAT server: reads are tried again, writes never are.

What went wrong with a write is told apart by what it means for the caller: it was certainly not
done (`ServerRefused`, `ServerUnreachable` and their kinds), or nobody knows (`Doubtful`).
"""

import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

from cvat_sam.client.http.account import Account
from cvat_sam.client.http.answers import (
    Answer,
    CutWhileSending,
    Doubtful,
    TooLarge,
    Wait,
    seconds_to_wait,
)
from cvat_sam.client.http.bodies import Spoiled, as_bytes, as_file, as_json, as_page
from cvat_sam.client.http.exchange import Failed, Received
from cvat_sam.client.http.server import Server
from cvat_sam.client.http.verdicts import answer_to_write, refuse, said_in
from cvat_sam.exceptions import ServerUnreachable

__all__ = ["Answer", "Connection", "CutWhileSending", "Doubtful", "TooLarge", "Wait"]

PAGE_SIZE = 500
READ_SECONDS = 60.0
# What changes a task answers only when all of it is stored, and all of its shapes take as long.
LONG_SECONDS = 300.0
LONGEST_WAIT = 120.0
LONGEST_PAUSE = 20.0

# A server that has no time, or whose proxy has lost it; the same request can pass a second later.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, *range(520, 531)})

Found = TypeVar("Found")


class Connection:
    """A connection to a server; a context manager.

    Args:
        server: which one, and who asks.
        report: hears, in sentences, of requests that are tried again and of what is unsafe.
        tries: how often a read is tried.
        pause: seconds before the second try; doubled for each further one.
        read_seconds: how long to wait for a read's next byte.
        write_seconds: how long to wait for the answer to a write.
    """

    def __init__(
        self,
        server: Server,
        *,
        report: Callable[[str], None] | None = None,
        tries: int = 6,
        pause: float = 0.5,
        read_seconds: float = READ_SECONDS,
        write_seconds: float = LONG_SECONDS,
    ) -> None:
        self.server = server
        self._say = report or (lambda sentence: None)
        self._tries = tries
        self._pause = pause
        self._read_seconds = read_seconds
        self._write_seconds = write_seconds
        self._account = Account(server)
        if server.in_the_clear:
            self._say(
                f"{server.url} is plain http: others on the way can read the token and the masks"
            )
        if not server.verify:
            self._say(f"the certificate of {server.url} is not checked")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Connection({self.server.url!r})"

    def close(self) -> None:
        """Close it; nothing can be asked afterwards."""
        self._account.close()

    def redacted(self, sentence: str) -> str:
        """The sentence without the secret, should the server have repeated it."""
        return self._account.redacted(sentence)

    def get_json(self, path: str, **params: object) -> Any:
        """The JSON behind `path`, which begins with "/api/".

        Raises:
            ServerRefused: the server says no (`NotAllowed` for 401 and 403).
            ServerUnreachable: no answer that is one, however often it was asked.
        """
        return self._get(path, params, as_json)

    def pages(self, path: str, **params: object) -> Iterator[dict[str, Any]]:
        """The items of a list that comes in pages.

        Only the query of the server's link to the next page is taken, never its host: behind a
        proxy that is often another, and the token is for this one.

        Raises:
            ServerRefused, ServerUnreachable: see `get_json`; also where the list is not whole.
        """
        query: dict[str, object] = {"page_size": PAGE_SIZE, **params}
        seen, count = 0, 0
        for page in itertools.count(1):
            answer = self._get(path, query, as_page)
            count = answer["count"]
            for item in answer["results"]:
                seen += 1
                yield item
            if not answer["next"]:
                break
            query |= _query_of(answer["next"])
            if not answer["results"] or page > count:
                break  # a list that never ends
        if seen != count:
            raise self._unusable(f"GET {path} says that there are {count} items, and lists {seen}")

    def get_bytes(self, path: str, **params: object) -> bytes:
        """The bytes behind `path`: an image.

        Raises:
            ServerRefused, ServerUnreachable: see `get_json`.
        """
        return self._get(path, params, as_bytes)

    @contextmanager
    def json_file(self, path: str, **params: object) -> Iterator[Path]:
        """A large JSON answer as a file, whole, to be read piece by piece; it is gone afterwards.

        Raises:
            ServerRefused, ServerUnreachable: see `get_json`.
        """
        with tempfile.NamedTemporaryFile(prefix="cvat-sam-", suffix=".json") as file:
            with self._get(path, params, as_file, seconds=self._write_seconds) as body:
                shutil.copyfileobj(body, file)
            file.flush()
            yield Path(file.name)

    def send(self, method: str, path: str, body: bytes, *, timeout: float | None = None) -> Answer:
        """Send JSON, once: a write is never repeated here.

        Args:
            method: `PATCH`, `POST`, `PUT` or `DELETE`.
            path: with its query, see `get_json`.
            body: JSON.
            timeout: seconds to wait for the answer.

        Raises:
            ServerRefused: it was not done (`NotAllowed` for 401 and 403, `TooLarge` for 413).
            ServerUnreachable: it was not done (`Wait` for 429; `CutWhileSending`).
            Doubtful: it cannot be known whether it was done. 503 is among these: some proxies
                answer so too when the server behind them was lost in the middle of its work.
        """
        seconds = timeout or self._write_seconds
        received = self._account.ask(method, path, body=body, seconds=seconds)
        if isinstance(received, Failed):
            if received.may_be_done:
                raise Doubtful(f"{self._where(method, path)}: {received.reason}")
            kind = CutWhileSending if received.while_sending else ServerUnreachable
            raise kind(f"{self._where(method, path)}: {received.reason}")
        with received.body:
            return answer_to_write(self._where(method, path), received, self.redacted)

    def _get(
        self,
        path: str,
        params: dict[str, Any],
        read: Callable[[Received], Found],
        *,
        seconds: float | None = None,
    ) -> Found:
        where = self._where("GET", path)
        for attempt in itertools.count(1):
            received = self._account.ask(
                "GET", path, params=params, seconds=seconds or self._read_seconds
            )
            wait = None
            if isinstance(received, Failed):
                reason = received.reason
                if received.is_final:
                    break
            elif received.status in _PASSING:
                reason = f"it answers {received.status}{said_in(received, self.redacted)}"
                wait = seconds_to_wait(received.headers)
            elif not 200 <= received.status < 300:
                refuse(where, received, self.redacted)
            elif received.broken:
                reason = received.broken
            else:
                try:
                    return read(received)
                except Spoiled as spoiled:
                    reason = f"it answers {received.status} {spoiled}"
            if isinstance(received, Received):
                received.body.close()
            if attempt >= self._tries:
                reason += f", {attempt} times"
                break
            if wait is None:
                wait = min(self._pause * 2 ** (attempt - 1), LONGEST_PAUSE)
            if wait > LONGEST_WAIT:
                reason += f", and asks to come again in {wait:.0f} s"
                break
            self._report(f"{where}: {reason}; trying again")
            time.sleep(wait)
        raise self._unusable(f"{where}: {reason}")

    def _where(self, method: str, path: str) -> str:
        return f"{self.server.url}, {method} {path.partition('?')[0]}"

    def _report(self, sentence: str) -> None:
        self._say(self.redacted(sentence))

    def _unusable(self, sentence: str) -> ServerUnreachable:
        return ServerUnreachable(self.redacted(sentence))


def _query_of(link: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(urlsplit(link).query))
    except ValueError:
        return {}
