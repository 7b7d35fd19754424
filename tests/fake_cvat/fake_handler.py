"""One connection: reads requests, writes replies, and lets faults strike in between."""

import contextlib
import socket
import struct
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from fake_cvat.fake_control import control
from fake_cvat.fake_failures import failure, login_page, too_large
from fake_cvat.fake_faults import Fault
from fake_cvat.fake_http import Reply, Request

if TYPE_CHECKING:
    from fake_cvat.fake_server import FaultyServer


class Gone(Exception):
    """The connection is closed; nothing more goes out."""


class Answered(Exception):
    """The reply is out already; the connection lives on."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: "FaultyServer"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120

    def setup(self) -> None:
        super().setup()
        self.number = next(self.server.connections)

    def do_GET(self) -> None:
        try:
            if self.path.startswith("/control/"):
                self._send(control(self.server, self.command, self.path, self._body()))
            else:
                self._answer()
        except Answered:
            pass
        except (Gone, ConnectionError, TimeoutError):
            self.close_connection = True

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - http.server's names

    def version_string(self) -> str:
        return "nginx"

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""

    def _answer(self) -> None:
        server = self.server
        fault = server.plan.pick(self.command, self.path)
        generation = server.generation
        entry: dict[str, Any] = {
            "method": self.command,
            "path": self.path,
            "host": self.headers.get("Host", ""),
            "authorization": self.headers.get("Authorization", "").partition(" ")[0],
            "authorized": server.backend.authorized(self.headers),
            "organization": self.headers.get("X-Organization"),
            "connection": self.number,
            "fault": None if fault is None else fault.kind,
            "bytes": int(self.headers.get("Content-Length", 0)),
            "shapes": 0,
            "status": None,
            "committed": False,
            "cost": 0.0,
        }
        server.log.append(entry)
        self._refuse_unread(fault, entry)
        request = Request(self.command, self.path, self.headers, self._body())
        request.base = f"http://{entry['host']}"
        entry["bytes"] = len(request.body)
        if "/annotations" in self.path:
            entry["shapes"] = request.body.count(b'"label_id"')
        reply = self._work(request, fault, entry, generation)
        entry["status"] = reply.status
        self._send(reply)
        if fault is not None and fault.kind == "drop_idle":
            raise Gone

    def _refuse_unread(self, fault: Fault | None, entry: dict[str, Any]) -> None:
        """What strikes before the body is read."""
        if fault is not None and fault.kind == "cut_body":
            self.rfile.read(min(entry["bytes"] // 2, 1 << 16))
            self._cut(reset=True)
        limit = self.server.max_body
        over = limit and entry["bytes"] > limit
        if over or (fault is not None and fault.kind == "413"):
            # As nginx does it: the reply goes out at once, the rest is read and thrown away.
            entry["status"] = 413
            self._send(too_large(), close=True)
            with contextlib.suppress(OSError):
                self._body()
            raise Gone

    def _work(
        self, request: Request, fault: Fault | None, entry: dict[str, Any], generation: int
    ) -> Reply:
        server = self.server
        if fault is None:
            return server.work(request, generation, entry)
        self._strike_before(request, fault, entry)
        request.shuffled = fault.kind == "shuffle"
        reply = server.work(request, generation, entry)
        if generation == server.generation:
            self._edit_meanwhile(fault)
        return self._strike_after(fault, reply, entry)

    def _strike_before(self, request: Request, fault: Fault, entry: dict[str, Any]) -> None:
        """What strikes before the commit; what is late goes on to it without a client."""
        if fault.kind == "cut_before":
            self._cut(reset=fault.reset)
        if fault.kind == "redirect":
            entry["status"] = 307
            location = (fault.location or self._other_name(request)) + request.target
            self._send(Reply(307, b"", {"Location": location}))
            raise Answered
        if fault.kind == "hold_before":
            self.server.hold()
        if fault.kind == "slow_before":
            time.sleep(fault.seconds)
        if fault.is_at("late"):
            if fault.status is None:
                self._cut(reset=fault.reset, stop=False)
            else:
                self._send(failure(fault), close=True)
            time.sleep(fault.seconds)
        elif fault.status is not None and not fault.is_at("after"):
            entry["status"] = fault.status
            self._edit_meanwhile(fault)
            self._send(failure(fault))
            raise Answered

    def _strike_after(self, fault: Fault, reply: Reply, entry: dict[str, Any]) -> Reply:
        if fault.is_at("late"):
            raise Gone
        if fault.kind == "hold_after":
            self.server.hold()
        if fault.kind == "slow_after":
            time.sleep(fault.seconds)
        if fault.kind == "cut_after":
            self._cut(reset=fault.reset)
        if fault.kind == "cut_reply":
            entry["status"] = reply.status
            self._send(reply, part=0.5)
            self._cut(reset=fault.reset)
        if fault.kind == "empty":
            return Reply(200)
        if fault.kind == "html":
            return login_page()
        return failure(fault) if fault.status is not None else reply

    def _edit_meanwhile(self, fault: Fault) -> None:
        for wanted in fault.meanwhile:
            self.server.backend.edit(wanted)

    def _other_name(self, request: Request) -> str:
        port = self.server.server_address[1]
        name = "127.0.0.1" if request.base.startswith("http://localhost") else "localhost"
        return f"http://{name}:{port}"

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            if len(body) < length:
                raise Gone  # a request that was never finished does nothing
            return body
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, reply: Reply, *, part: float = 1.0, close: bool = False) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        if close:
            self.send_header("Connection", "close")
        body = reply.body[: int(len(reply.body) * part)]
        self.end_headers()
        self.wfile.write(body)

    def _cut(self, *, reset: bool, stop: bool = True) -> None:
        with contextlib.suppress(OSError):
            if reset:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.rfile.close()
                self.connection.close()
            else:
                self.connection.shutdown(socket.SHUT_RDWR)
        if stop:
            raise Gone
