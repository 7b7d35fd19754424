"""A proxy on 127.0.0.1 that hands each request to one of several workers, and never twice."""

import http.client
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from benchmarks.load.policies import Free, NoWorker, Policy, RoundRobin
from cvat_sam.serve.host import WORKER_AVAILABILITY_TIMEOUT

Dispatch = Literal["free", "round-robin"]
POLICIES: dict[Dispatch, Callable[[int], Policy]] = {
    "free": lambda workers: Free(workers, patience=WORKER_AVAILABILITY_TIMEOUT),
    "round-robin": RoundRobin,
}

# Of its own; all others are a worker's.
NO_WORKER, BROKEN = 503, 502
# Above what any user waits.
TIMEOUT = 180.0
# Of one connection; http.server and http.client write these themselves.
HOP = {"connection", "content-length", "date", "host", "server", "transfer-encoding"}


class Reply(NamedTuple):
    """What goes back.

    Attributes:
        status: of HTTP.
        body: as it came.
        headers: those that are not about the connection.
    """

    status: int
    body: bytes
    headers: Mapping[str, str]


class Dispatcher(ThreadingHTTPServer):
    """Listens inside a `with` block, a thread for each connection.

    A worker that breaks a connection counts as dead, and gets nothing more. What it had in hand is
    answered 502: sending it to another could have it done twice.

    Args:
        workers: their URLs.
        dispatch: which policy.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, workers: Sequence[str], dispatch: Dispatch) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self._addresses = [urlsplit(url).netloc for url in workers]
        self._policy = POLICIES[dispatch](len(workers))
        self._loop = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        self._loop.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: a user who is gone says himself that his request is lost."""

    def forward(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """A worker's reply, or our own where none gives one."""
        try:
            worker = self._policy.take()
        except NoWorker:
            return Reply(NO_WORKER, b"", {})
        try:
            return _asked(self._addresses[worker], method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self._policy.drop(worker)
            sentence = f"worker {worker + 1} broke the connection: {type(error).__name__}"
            return Reply(BROKEN, json.dumps({"error": sentence}).encode(), {})
        finally:
            self._policy.give_back(worker)


def _asked(address: str, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    # A connection for each request: none that was kept can have gone stale.
    connection = http.client.HTTPConnection(address, timeout=TIMEOUT)
    try:
        connection.request(method, path, body, _without_hop(headers))
        # A response that is cut in the middle holds on to its socket.
        with connection.getresponse() as response:
            return Reply(response.status, response.read(), _without_hop(response.headers))
    finally:
        connection.close()


def _without_hop(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in HOP}


class _Connection(BaseHTTPRequestHandler):
    server: Dispatcher
    protocol_version = "HTTP/1.1"
    # Otherwise a reply's body waits until the user has acknowledged its headers.
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = dict(self.headers.items())
        reply = self.server.forward(self.command, self.path, body, headers)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = _answer  # noqa: N815  http.server's names

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""
