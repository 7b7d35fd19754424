"""A real HTTP server on a local port that hands out one file, well or badly, as told."""

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass
class Answer:
    """How one request for the file is answered; as it is, properly."""

    status: int = 0  # 0: 200, or 206 for a range
    body: bytes | None = None  # another body
    headers: dict[str, str] = field(default_factory=dict)
    ignores_range: bool = False
    cut_after: int | None = None  # bytes of the body, then the connection is closed
    length: int | None = None  # what Content-Length says
    pause: float = 0  # seconds after each 16 KiB
    gate: threading.Event | None = None  # what to wait for before the body


class FileServer:
    """Answers requests with `answers` in turn, then properly; remembers what was asked.

    Attributes:
        asked: the first byte asked for in each request, None without a range.
        sent: bytes of bodies written, all requests together.
        paths: the path of each request.
        files: pages at other paths than that of the file.
    """

    def __init__(self, content: bytes, answers: list[Answer] | None = None) -> None:
        self.content = content
        self.answers = list(answers or [])
        self.asked: list[int | None] = []
        self.paths: list[str] = []
        self.files: dict[str, bytes] = {}
        self.sent = 0
        self.request_came = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/weights.pt"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.paths.append(request.path)
        if request.path in self.files:
            page = Answer(status=200, headers={"Content-Type": "text/html"})
            self._send(request, page, self.files[request.path])
            return
        asked = request.headers.get("Range")
        start = None if asked is None else int(asked.removeprefix("bytes=").removesuffix("-"))
        self.asked.append(start)
        self.request_came.set()
        answer = self.answers.pop(0) if self.answers else Answer()
        body = self.content if answer.body is None else answer.body
        if start is None or answer.ignores_range or answer.status:
            answer.status = answer.status or 200
            self._send(request, answer, body)
        elif start >= len(body):
            self._send(request, Answer(status=416), b"")
        else:
            answer.status = 206
            last = f"bytes {start}-{len(body) - 1}/{len(body)}"
            answer.headers = {"Content-Range": last} | answer.headers
            self._send(request, answer, body[start:])

    def _send(self, request: BaseHTTPRequestHandler, answer: Answer, body: bytes) -> None:
        request.send_response(answer.status)
        length = len(body) if answer.length is None else answer.length
        for name, value in ({"Content-Length": str(length)} | answer.headers).items():
            request.send_header(name, value)
        request.end_headers()
        if answer.gate is not None:
            answer.gate.wait(60)
        body = body[: answer.cut_after]
        try:
            for at in range(0, len(body), 1 << 14):
                self.sent += request.wfile.write(body[at : at + (1 << 14)])
                time.sleep(answer.pause)
        except ConnectionError:
            pass  # the client has gone, as some tests want
        request.close_connection = True
