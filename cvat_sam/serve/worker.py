"""The one worker: one thread that runs the hooks, one lock that says whether it is free."""

import threading
from queue import Empty, SimpleQueue

from cvat_sam.serve.wrapper import Reply, Request, Wrapper

# What Nuclio answers where no worker comes free in time.
NO_WORKER = Reply(503)
# A signal that comes just before the thread falls asleep does not wake it; it looks this often.
_SIGNAL_SECONDS = 0.1


class Worker:
    """Takes requests from any number of threads and handles them one at a time on one thread.

    One thread, and not the thread of each connection, because Nuclio runs the hooks so and because
    libraries keep pools and settings for each thread that calls them (OpenMP under torch).

    Args:
        wrapper: Handles the requests.
        availability_timeout: Seconds that a request waits for the worker to come free.
    """

    def __init__(self, wrapper: Wrapper, *, availability_timeout: float) -> None:
        self._wrapper = wrapper
        self._availability_timeout = availability_timeout
        self._free = threading.Lock()
        self._jobs: SimpleQueue[tuple[Request, SimpleQueue[Reply]]] = SimpleQueue()
        self._stopping = False

    def answer(self, request: Request) -> Reply:
        """Have the request handled; called from a connection's thread, returns when it is done."""
        if not self._free.acquire(timeout=self._availability_timeout):
            seconds = self._availability_timeout
            self.log(f"A request was answered 503: the worker was busy for {seconds:g} s.")
            return NO_WORKER
        try:
            if self._stopping:
                return NO_WORKER
            replies: SimpleQueue[Reply] = SimpleQueue()
            self._jobs.put((request, replies))
            return replies.get()
        finally:
            self._free.release()

    def run(self) -> None:
        """Handle requests on this thread until `stop`, or until a signal raises `Stopped`."""
        replies: SimpleQueue[Reply] | None = None
        try:
            while not self._stopping:
                try:
                    request, replies = self._jobs.get(timeout=_SIGNAL_SECONDS)
                except Empty:
                    continue
                replies.put(self._wrapper.handle(request))
                replies = None
        finally:
            self._stopping = True
            if replies is not None:
                replies.put(NO_WORKER)

    def log(self, line: str) -> None:
        """Write a line to the log that the hooks write to."""
        self._wrapper.logger.info("%s", line)

    def stop(self) -> None:
        """Let `run` end after the request in hand; may be called from a signal handler."""
        self._stopping = True
