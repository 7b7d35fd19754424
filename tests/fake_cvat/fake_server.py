"""The HTTP server before a backend: its settings, its log, and who is held or sent away."""

import itertools
import sys
import threading
from collections.abc import Mapping
from http.server import ThreadingHTTPServer
from typing import Any

from fake_cvat.fake_backend import Backend
from fake_cvat.fake_faults import Plan
from fake_cvat.fake_handler import Handler
from fake_cvat.fake_http import Reply, Request, as_html


class FaultyServer(ThreadingHTTPServer):
    """One server.

    Attributes:
        backend: what answers.
        plan: what goes wrong.
        max_body: the most bytes of a request; 0 is no limit.
        log: a dict for each request, in the order they came.
        generation: counts resets; what an older one left unfinished is not committed.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], backend: Backend) -> None:
        super().__init__(address, Handler)
        self.backend = backend
        self.max_body = 0
        self.plan = Plan()
        self.log: list[dict[str, Any]] = []
        self.generation = 0
        self.connections = itertools.count(1)
        self.gate = threading.Condition()
        self.held = 0
        self.releases = 0

    def reset(self) -> None:
        """Forget tasks, log, faults and settings, and let go of what is held."""
        self.generation += 1
        self.max_body = 0
        self.plan = Plan()
        self.log = []
        self.release()
        self.backend.reset()

    def change_settings(self, settings: Mapping[str, Any]) -> None:
        """`max_body`, and what the backend has."""
        rest = dict(settings)
        max_body = rest.pop("max_body", self.max_body)
        if rest:
            self.backend.change_settings(rest)
        self.max_body = max_body

    def hold(self, seconds: float = 60) -> None:
        """Wait until `release`."""
        with self.gate:
            self.held += 1
            self.gate.notify_all()
            seen = self.releases
            self.gate.wait_for(lambda: self.releases != seen, seconds)
            self.held -= 1

    def release(self) -> None:
        """Let all go that are held."""
        with self.gate:
            self.releases += 1
            self.gate.notify_all()

    def wait_until_held(self, seconds: float) -> bool:
        """Whether a request is held now, or before this time is over."""
        with self.gate:
            return self.gate.wait_for(lambda: self.held > 0, seconds)

    def work(self, request: Request, generation: int, entry: dict[str, Any]) -> Reply:
        """Answer properly; what is of an older generation is sent away."""
        if generation != self.generation:
            return as_html("", 503)
        reply = self.backend.answer(request)
        entry["committed"], entry["cost"] = reply.committed, reply.cost
        return reply

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no news; a fault of our own goes to stderr."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)
