"""The sockets: HTTP/1.1 with keep-alive on 127.0.0.1, one thread for each connection."""

import contextlib
import errno
import socket
import socketserver
import sys
import time
from collections.abc import Iterator
from email.errors import MissingHeaderBodySeparatorDefect
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cvat_sam.exceptions import PortUnavailable
from cvat_sam.serve.body import BadBodyError, BodyCutOffError, read_body
from cvat_sam.serve.worker import Worker
from cvat_sam.serve.wrapper import PROCESSOR_TEXT, Reply, Request

# The processor's answer to whatever is not HTTP, and to a body over its limit.
_BAD_REQUEST = Reply(400, b"Error when parsing request", PROCESSOR_TEXT)
# Answered by the processor itself, whatever the worker does.
_HEALTH = "/__internal/health"


class LocalServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1 and hands every request to the worker.

    The port is taken at once, so that a busy one is told before a model is loaded, but connections
    are refused until `listen`, as Nuclio refuses them until its workers are ready.

    Args:
        port: 0 takes a free one.
        max_request_body_size: Bytes, inclusive; a longer body is answered 400, as Nuclio does.

    Raises:
        PortUnavailable: the port is in use, or this user may not have it.
    """

    daemon_threads = True
    request_queue_size = 128
    worker: Worker

    def __init__(self, *, port: int, max_request_body_size: int) -> None:
        self.max_request_body_size = max_request_body_size
        super().__init__(("127.0.0.1", port), _Connection, bind_and_activate=False)
        try:
            with _port_errors_named(port):
                self.server_bind()
        except PortUnavailable:
            self.server_close()
            raise

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"

    def server_bind(self) -> None:
        """Bind without http.server's look-up of the host's name, which may wait for DNS."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.socket.getsockname()

    def listen(self, worker: Worker) -> None:
        """Let connections in; their requests wait for `serve_forever`."""
        self.worker = worker
        with _port_errors_named(self.server_port):
            self.server_activate()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet where a connection broke: that is its client's affair."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


@contextlib.contextmanager
def _port_errors_named(port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = "in use" if error.errno == errno.EADDRINUSE else f"refused ({error.strerror})"
        raise PortUnavailable(
            f"Port {port} of 127.0.0.1 is {reason}; choose another, or 0 for a free one."
        ) from error


class _Connection(BaseHTTPRequestHandler):
    server: LocalServer
    protocol_version = "HTTP/1.1"
    # Seconds that one read or write may take: idle clients go away in the end.
    timeout = 120
    # Otherwise a body waits until the client has acknowledged the headers before it.
    disable_nagle_algorithm = True

    def __getattr__(self, name: str) -> Any:
        # http.server looks for do_GET, do_POST and so on; a function gets every method.
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        # What stands below such a line is lost, the body's length perhaps with it.
        if any(isinstance(d, MissingHeaderBodySeparatorDefect) for d in self.headers.defects):
            self._refuse("a header line has no colon")
            return
        try:
            body = read_body(self.rfile, self.headers, limit=self.server.max_request_body_size)
        except BadBodyError as error:
            self._refuse(str(error))
            return
        except BodyCutOffError:
            self.close_connection = True
            return
        if self.path.startswith(_HEALTH):
            self._send(Reply(200))
            return
        request = Request(self.command, self.path, list(self.headers.items()), body)
        self._send(self.server.worker.answer(request))

    def _send(self, reply: Reply) -> None:
        bodiless = reply.status < 200 or reply.status in (204, 304)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            if name.lower() not in ("content-length", "content-type", "transfer-encoding"):
                self.send_header(_on_wire(name), _on_wire(value))
        if reply.content_type is not None:
            self.send_header("Content-Type", _on_wire(reply.content_type))
        if not bodiless:
            self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not bodiless and self.command != "HEAD":
            self.wfile.write(reply.body)

    def _refuse(self, reason: str) -> None:
        """Answer 400 and close, but let a client that is still sending read the answer first."""
        self.close_connection = True
        self.server.worker.log(f"A request was answered 400: {reason}.")
        self._send(_BAD_REQUEST)
        # Closing with bytes unread would reset the connection and take the answer with it.
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(2)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.connection.recv(1 << 20):
            pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what http.server could not read, in the processor's words."""
        # Set only once a request line has been read; sending looks at both.
        self.command = self.command or ""
        self.request_version = "HTTP/1.1"
        # Not the message: it quotes what may be a piece of a body.
        self._refuse(f"it could not be read as HTTP/1.1 ({code})")

    def version_string(self) -> str:
        """The `Server` header, without Python's version."""
        return "cvat-sam serve"

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: that is the function's own business, and refusals have their own line."""


def _on_wire(text: str) -> str:
    """A header's name or value as UTF-8 on one line, in the Latin-1 that http.server writes."""
    return text.replace("\r", " ").replace("\n", " ").encode("utf-8", "replace").decode("latin-1")
