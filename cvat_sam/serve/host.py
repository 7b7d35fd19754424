"""`serve`: hooks, worker and sockets put together, and taken apart again by a signal."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from cvat_sam.serve.hooks import load_hooks
from cvat_sam.serve.http import LocalServer
from cvat_sam.serve.worker import Worker
from cvat_sam.serve.wrapper import Stopped, Wrapper

# What our function.yaml gives the HTTP trigger; Nuclio's own default is 4 MiB.
MAX_REQUEST_BODY_SIZE = 32 * 1024 * 1024
# Likewise, in seconds; Nuclio's own default is 10.
WORKER_AVAILABILITY_TIMEOUT = 30.0


def serve(
    *,
    port: int = 0,
    path: Path | None = None,
    ready: Callable[[str], None] | None = None,
    max_request_body_size: int = MAX_REQUEST_BODY_SIZE,
    worker_availability_timeout: float = WORKER_AVAILABILITY_TIMEOUT,
) -> None:
    """Host main.py's hooks on 127.0.0.1 until SIGINT or SIGTERM, then return.

    For trying things and for tests, not for a deployment: one worker, no event timeout, no
    authentication, nobody to start it again. Requests get from it what they would get from Nuclio
    (`cvat_sam.serve.wrapper` has the rules). As there, `init_context` runs first and connections
    are refused until it is through. The hooks run on the calling thread; a signal breaks off the
    request in hand.

    Args:
        port: 0 takes a free one.
        path: A folder with a main.py, or the file. None means the current folder if it has one,
            otherwise the folder beside the package.
        ready: Called once with the URL, as soon as requests are taken.
        max_request_body_size: Bytes, inclusive; a longer body is answered 400.
        worker_availability_timeout: Seconds that a request waits for a busy worker before its 503.

    Raises:
        PortUnavailable: the port is in use.
        HooksUnavailable: there is no main.py, or it has no handler.
        Exception: whatever importing main.py or `init_context` raises.
    """
    # The port first: it is told at once, a model takes seconds.
    with LocalServer(port=port, max_request_body_size=max_request_body_size) as server:
        wrapper = Wrapper(load_hooks(path))
        worker = Worker(wrapper, availability_timeout=worker_availability_timeout)
        with contextlib.closing(wrapper), _stopped_by_signals(worker):
            wrapper.initialize()
            server.listen(worker)
            # Its loop looks for `shutdown` this often, in seconds.
            loop = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            loop.start()
            try:
                if ready is not None:
                    ready(server.url)
                worker.run()
            finally:
                server.shutdown()


@contextlib.contextmanager
def _stopped_by_signals(worker: Worker) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the block; off the main thread Python allows no such thing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        worker.stop()
        # Breaks off init_context or the request in hand, which would otherwise keep the terminal.
        raise Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except Stopped:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
