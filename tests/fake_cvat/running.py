"""A server's life: it says its port, and ends when its standard input does."""

import os
import signal
import sys
import threading
from collections.abc import Callable

from fake_cvat.fake_backend import Backend
from fake_cvat.fake_server import FaultyServer


def serve(backend: Backend, port: int, at_end: Callable[[], None] = lambda: None) -> None:
    """Serve until standard input ends, and so never outlive the test that started it.

    Args:
        backend: what answers.
        port: 0 for any; the one taken is printed.
        at_end: what has to be done before the process ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests; then stdin ends
    server = FaultyServer(("127.0.0.1", port), backend)

    def end_with_stdin() -> None:
        sys.stdin.read()
        try:
            at_end()
        finally:
            sys.stderr.flush()
            os._exit(0)

    threading.Thread(target=end_with_stdin, daemon=True).start()
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.05)
