"""One request as Nuclio's processor and its Python wrapper treat it; no sockets here.

The rules were learned by sending the same requests to a Nuclio 1.14.1 processor, and
`tests/nuclio` compares the two again wherever a processor is at hand:

* The body is decoded from JSON only where the content type is exactly `application/json`; with a
  charset behind it, in other letters, or where the JSON is broken, the handler gets `bytes`. A
  request without a body brings None or `b""`.
* The result may be a Response, text, bytes, a dict, `(status, body)` or a list, which is a batch
  of replies whose first one is sent. Anything else is sent as its `str`: None as `None`.
* Whatever the handler raises, SystemExit too, becomes a 500 with the traceback as its text, and
  the worker lives on.
"""

import asyncio
import base64
import inspect
import logging
import sys
import time
import traceback
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

import nuclio_sdk
import nuclio_sdk.event
import nuclio_sdk.json_encoder
import nuclio_sdk.logger

from cvat_sam.serve.hooks import Hooks

# How Go's fasthttp, which the processor listens with, names the type of the texts it makes itself.
PROCESSOR_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """A request as it came over the wire.

    Attributes:
        method: `GET`, `POST`, …
        target: Path and query, still percent-encoded, bytes as Latin-1.
        headers: Names and values in their order, bytes as Latin-1.
        body: None where the request declared no body.
    """

    method: str
    target: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | None = None


@dataclass(frozen=True)
class Reply:
    """What goes back over the wire; `content_type` None means no such header."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Stopped(KeyboardInterrupt):
    """Raised by a signal handler to break off the hooks; the one thing `handle` lets through.

    A KeyboardInterrupt, because asyncio swallows most other things raised inside its loop.
    """


class Wrapper:
    """Calls the hooks with nuclio_sdk's own Context, Event and Response.

    `initialize` and `handle` belong on one and the same thread, the main one if possible: Nuclio
    calls both hooks on the main thread of a process, inside a running asyncio loop.
    """

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._encode_json = nuclio_sdk.json_encoder.Encoder().encode
        self._runner = asyncio.Runner()
        self.logger = _new_logger()
        self._context = nuclio_sdk.Context(
            self.logger,
            nuclio_sdk.Platform("local", namespace="nuclio"),
            worker_id="0",
            trigger=nuclio_sdk.TriggerInfo("http", "http"),
        )

    def initialize(self) -> None:
        """Call `init_context`, if there is one; what it raises is passed on and ends the start."""
        self._runner.run(self._initialize())

    def handle(self, request: Request) -> Reply:
        """Call `handler` with the request; whatever it raises is a reply, too.

        Raises:
            Stopped: a signal came.
        """
        try:
            event = _event(request)
        except UnicodeDecodeError as error:
            return self._fault("Exception caught while serving", error)
        return self._runner.run(self._handle(event))

    def close(self) -> None:
        """Close the asyncio loop."""
        self._runner.close()

    async def _initialize(self) -> None:
        init_context = self._hooks.init_context
        if init_context is None:
            return
        result = init_context(self._context)
        if inspect.iscoroutinefunction(init_context):
            await result

    async def _handle(self, event: nuclio_sdk.Event) -> Reply:
        try:
            output = self._hooks.handler(self._context, event)
            if asyncio.iscoroutine(output):
                output = await output
            if isinstance(output, list):
                replies = [self._packet(item) for item in output]
                # Nuclio's worker never comes back from this one; a tool for trying things should.
                if not replies:
                    raise ValueError(
                        "The handler returned an empty list, a batch of no replies, which stops "
                        "Nuclio's worker for good; return context.Response(body=json.dumps([]))."
                    )
                return _reply(replies[0])
            return _reply(self._packet(output))
        except Stopped:
            raise
        except BaseException as error:  # SystemExit and KeyboardInterrupt too, as Nuclio does
            return self._fault("Exception caught in handler", error)

    def _packet(self, output: Any) -> dict[str, Any]:
        packet: dict[str, Any] = nuclio_sdk.Response.from_entrypoint_output(
            self._encode_json, output
        )
        return packet

    def _fault(self, where: str, error: BaseException) -> Reply:
        text = f'{where} - "{error}": {"".join(traceback.format_exception(error))}'
        self.logger.error("%s", text)
        return Reply(500, _utf8(text), "text/plain")


def _new_logger() -> nuclio_sdk.Logger:
    # A name of its own, so that a second wrapper or a test's own logging does not double the lines.
    logger = nuclio_sdk.Logger(logging.DEBUG, name="cvat_sam.serve")
    logger.set_handler("default", sys.stderr, nuclio_sdk.logger.HumanReadableFormatter())
    return logger


def _event(request: Request) -> nuclio_sdk.Event:
    """Build the event from the message that the processor sends for a request.

    Raises:
        UnicodeDecodeError: the path or a header is not UTF-8; Nuclio answers 500 to it as well.
    """
    headers = {
        # fasthttp writes names like this, and of a repeated header the last one is kept.
        "-".join(part.capitalize() for part in name.split("-")): value.encode("latin-1").decode()
        for name, value in request.headers
    }
    path, _, query = request.target.partition("?")
    return nuclio_sdk.Event.deserialize(
        {
            "body": request.body,
            "content_type": headers.get("Content-Type", ""),
            "trigger": {"kind": "http", "name": "http"},
            "fields": dict(parse_qsl(query, keep_blank_values=True)),
            "headers": headers,
            "id": str(uuid.uuid4()),
            "method": request.method,
            "path": unquote_to_bytes(path.encode("latin-1")).decode(),
            "size": len(request.body or b""),
            "timestamp": int(time.time()),
            "url": "",
            "shard_id": -1,
            "num_shards": 0,
            "type": "",
            "type_version": "",
            "version": "",
            "offset": 0,
            "topic": "",
        },
        kind=nuclio_sdk.event.EventDeserializerKinds.msgpack,
    )


def _reply(packet: dict[str, Any]) -> Reply:
    """Turn the SDK's reply packet into what the processor sends for it."""
    complaint = _complaint(packet)
    if complaint is not None:
        return Reply(500, _utf8(complaint), PROCESSOR_TEXT)
    if packet["body_encoding"] == "base64":
        body = base64.b64decode(packet["body"])
    else:
        body = _utf8(packet["body"])
    # The processor drops headers whose values are not text.
    headers = {name: text for name, text in packet["headers"].items() if isinstance(text, str)}
    return Reply(packet["status_code"] or 200, body, packet["content_type"], headers)


def _complaint(packet: dict[str, Any]) -> str | None:
    """Say what the processor, which decodes the packet into Go's types, cannot take."""
    status, content_type, headers = (
        packet[key] for key in ("status_code", "content_type", "headers")
    )
    # Not isinstance: to Go, True is no number, and numpy's 200 is sent as text.
    if not (status is None or (type(status) is int and (status == 0 or 100 <= status <= 999))):
        return f"The status of the handler's reply is {status!r}, not a whole number in 100..999."
    if not isinstance(content_type, str):
        return f"The content type of the handler's reply is {content_type!r}, not text."
    if not isinstance(headers, dict):
        return f"The headers of the handler's reply are a {type(headers).__name__}, not a dict."
    return None


def _utf8(text: str) -> bytes:
    """Encode, with U+FFFD for a lone surrogate, as Go does."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
