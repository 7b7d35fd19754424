"""The HTTP server: its settings, its log, and who is held or sent away."""

import contextlib
import itertools
import sys
import threading
import time
from http.server import ThreadingHTTPServer
from typing import Any

from fake_cvat.fake_api import MEASURED, Api
from fake_cvat.fake_faults import Plan
from fake_cvat.fake_handler import Handler
from fake_cvat.fake_http import Reply, Request, as_html


class FakeServer(ThreadingHTTPServer):
    """One server.

    Attributes:
        api: what answers.
        plan: what goes wrong.
        settings: `cost` (1 is as slow as the measured server, 0 as fast as it goes), `max_body`
            (bytes, 0 is no limit).
        log: a dict for each request, in the order they came.
        generation: counts resets; what an older one left unfinished is not committed.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], api: Api) -> None:
        super().__init__(address, Handler)
        self.api = api
        self.settings: dict[str, float] = {"cost": 0.0, "max_body": 0}
        self.plan = Plan()
        self.log: list[dict[str, Any]] = []
        self.generation = 0
        self.connections = itertools.count(1)
        self.worker = threading.Lock()
        self.gate = threading.Condition()
        self.held = 0
        self.releases = 0

    def reset(self) -> None:
        """Forget tasks, log, faults and settings, and let go of what is held."""
        self.generation += 1
        self.settings = {"cost": 0.0, "max_body": 0}
        self.plan = Plan()
        self.log = []
        self.api.version = MEASURED
        self.release()
        self.api.store.clear()

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
        """Answer properly, in the time that the real server takes; both go into the log."""
        with self.worker if self.settings["cost"] else contextlib.nullcontext():
            start = time.perf_counter()
            if generation != self.generation:
                return as_html("", 503)
            reply = self.api.answer(request)
            entry["committed"] = reply.committed
            entry["cost"] = reply.cost * self.settings["cost"]
            time.sleep(max(0.0, start + entry["cost"] - time.perf_counter()))
            return reply

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no news; a fault of our own goes to stderr."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)
