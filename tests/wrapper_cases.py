"""What Nuclio's Python wrapper makes of requests and results: one list for every host.

Every expectation was seen with a Nuclio 1.14.1 processor and its Python wrapper (Python 3.11,
nuclio-sdk 0.6.3). `tests/serve` holds `cvat-sam serve` to the list, `tests/nuclio` holds a real
processor to it.
"""

import json
from dataclasses import dataclass, field

import numpy as np
import requests

# Where the processor says in Go's words why it cannot take a reply, `serve` has a sentence.
GO_WORDS = "Go's own message names its types, ours names the value"
# A traceback names the lines of the wrapper that called the handler.
TRACEBACK = "the lines of the traceback that are the wrapper's own are not ours"
# The one result that stops a real worker for good.
WEDGED = "a worker that never answers again is no help in trying things"


@dataclass(frozen=True)
class Answer:
    """What a client sees of a reply; `content_type` None means no such header."""

    status: int
    content_type: str | None
    body: bytes


@dataclass(frozen=True)
class Case:
    """A request, what the handler returns for it, and what comes back.

    Attributes:
        name: what it shows.
        result: a Python expression in `context` and `event`: what the handler returns.
        status: of the reply.
        content_type: of the reply.
        body: of the reply; where `differs` is set, only its beginning.
        ending: of the reply's body.
        differs: why the whole bodies of two hosts cannot be equal, or empty.
        method: of the request.
        path: of the request, behind the case's own.
        data: the request's body.
        headers: of the request.
    """

    name: str
    result: str
    status: int = 200
    content_type: str | None = "text/plain"
    body: bytes = b""
    ending: bytes = b""
    differs: str = ""
    method: str = "POST"
    path: str = ""
    data: bytes = b"x"
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, url: str) -> Answer:
        """Send the request and take the reply apart."""
        reply = requests.request(
            self.method,
            f"{url}/{self.name.replace(' ', '-')}{self.path}",
            data=self.data,
            headers=self.headers,
            timeout=30,
        )
        return Answer(reply.status_code, reply.headers.get("Content-Type"), reply.content)

    def check(self, answer: Answer) -> None:
        """Compare an answer with what is expected."""
        assert answer.status == self.status, answer
        assert answer.content_type == self.content_type, answer
        if self.differs:
            assert answer.body.startswith(self.body)
        else:
            assert answer.body == self.body
        assert answer.body.endswith(self.ending)


def json_in(name: str, data: bytes, body: bytes, content_type: str = "application/json") -> Case:
    """A request body, and what the handler gets of it."""
    return Case(
        name,
        "f'{type(event.body).__name__} {event.body!r}'",
        data=data,
        body=body,
        headers={"Content-Type": content_type} if content_type else {},
    )


BODIES = [
    json_in("an object", b'{"a": 1}', b"dict {'a': 1}"),
    json_in("an array", b"[1]", b"list [1]"),
    json_in("a string", b'"a"', b"str 'a'"),
    json_in("a number", b"12", b"int 12"),
    json_in("null", b"null", b"NoneType None"),
    json_in("NaN is a number", b"[NaN]", b"list [nan]"),
    json_in("the last of two equal keys", b'{"a": 1, "a": 2}', b"dict {'a': 2}"),
    json_in("broken JSON", b'{"a": ', b"bytes b'{\"a\": '"),
    json_in("JSON not in UTF-8", b'"\xff"', b"bytes b'\"\\xff\"'"),
    json_in("a byte order mark", b"\xef\xbb\xbf{}", b"bytes b'\\xef\\xbb\\xbf{}'"),
    json_in("too deep for Python", b"[" * 5000, b"bytes b'" + b"[" * 5000 + b"'"),
    json_in("a charset", b"{}", b"bytes b'{}'", "application/json; charset=utf-8"),
    json_in("other letters", b"{}", b"bytes b'{}'", "Application/JSON"),
    json_in("a relative of JSON", b"{}", b"bytes b'{}'", "application/problem+json"),
    json_in("another content type", b"{}", b"bytes b'{}'", "text/plain"),
    json_in("no content type", b"{}", b"bytes b'{}'", ""),
]

EVENTS = [
    Case(
        "the whole of an event",
        "context.Response(body=json.dumps(["
        "event.method, event.path, event.fields, event.content_type, event.size,"
        " event.headers['X-Mixed-Case'], event.trigger.kind, event.trigger.name,"
        " event.shard_id, event.num_shards, event.url, event.topic], sort_keys=True))",
        method="PUT",
        path="/a%20b/c?q=1&w=%20z&q=2&e",
        headers={"x-MIXED-cASE": "Yes", "Content-Type": "text/x"},
        data=b"abc",
        body=b'["PUT", "/the-whole-of-an-event/a b/c", {"e": "", "q": "2", "w": " z"}, "text/x", 3,'
        b' "Yes", "http", "http", -1, 0, "", ""]',
    ),
    Case("GET", "event.method", method="GET", body=b"GET"),
    Case("DELETE", "event.method", method="DELETE", body=b"DELETE"),
    Case("a method of nobody's", "event.method", method="BREW", body=b"BREW"),
    Case("HEAD", "'body'", method="HEAD", body=b""),
    Case("no body is falsy", "repr(not event.body)", method="GET", data=b"", body=b"True"),
    # http.client writes headers in Latin-1.
    Case(
        "a header in UTF-8",
        "event.headers['X-Q']",
        headers={"X-Q": "é".encode().decode("latin-1")},
        body=b"\xc3\xa9",
    ),
    Case(
        "a header not in UTF-8",
        "'never seen'",
        headers={"X-Q": "é"},
        status=500,
        body=b"Exception caught while serving - \"'utf-8' codec can't decode byte 0xe9",
        differs=TRACEBACK,
    ),
    Case(
        "a path not in UTF-8",
        "'never seen'",
        path="/%ff",
        status=500,
        body=b"Exception caught while serving - \"'utf-8' codec can't decode byte 0xff",
        differs=TRACEBACK,
    ),
    Case(
        "the context",
        "json.dumps([context.worker_id, context.trigger.kind, context.trigger.name,"
        " context.platform.kind, context.platform.namespace, context.user_data.set_at_start])",
        body=b'["0", "http", "http", "local", "nuclio", "yes"]',
    ),
    Case("the module's name", "__name__", body=b"main"),
    Case("the thread", "threading.current_thread().name", body=b"MainThread"),
    Case("the loop", "str(asyncio.get_running_loop().is_running())", body=b"True"),
]

RESULTS = [
    Case("text", "'é'", body=b"\xc3\xa9"),
    Case("no text", "''"),
    Case("half a surrogate pair", r"'a\ud800b'", body=b"a\xef\xbf\xbdb"),
    Case("bytes", r"b'\x00\xff'", body=b"\x00\xff"),
    Case("no bytes", "b''"),
    Case("None", "None", body=b"None"),
    Case("an int", "7", body=b"7"),
    Case("a bool", "True", body=b"True"),
    Case("a set", "{1}", body=b"{1}"),
    Case("three things", "(1, 2, 3)", body=b"(1, 2, 3)"),
    Case(
        "a dict",
        "{'a': [1, 2.5, None]}",
        content_type="application/json",
        body=b'{"a": [1, 2.5, null]}',
    ),
    Case(
        "a dict with numpy",
        "{'a': np.int64(5), 'b': np.zeros(1)}",
        content_type="application/json",
        body=json.dumps({"a": repr(np.int64(5)), "b": repr(np.zeros(1))}).encode(),
    ),
    Case(
        "a dict with NaN",
        "{'a': float('nan')}",
        content_type="application/json",
        body=b'{"a": "NaN"}',
    ),
    Case("status and text", "(418, 'tea')", status=418, body=b"tea"),
    Case(
        "status and dict",
        "(201, {'a': 1})",
        status=201,
        content_type="application/json",
        body=b'{"a": 1}',
    ),
    Case("status and list", "(201, [1])", status=201, content_type="application/json", body=b"[1]"),
    Case(
        "status and bytes",
        "(201, b'a')",
        status=201,
        content_type="application/json",
        body=b"\"b'a'\"",
    ),
    Case("status and None", "(200, None)", content_type="application/json", body=b"null"),
    Case("no content", "(204, '')", status=204),
    Case("a response", "context.Response(body='a')", body=b"a"),
    Case(
        "a whole response",
        "context.Response(body='{}', content_type='application/json', status_code=400)",
        status=400,
        content_type="application/json",
        body=b"{}",
    ),
    Case(
        "a response with bytes",
        r"context.Response(body=b'\x00', content_type='image/png')",
        content_type="image/png",
        body=b"\x00",
    ),
    Case("a response with nothing", "context.Response()", body=b"None"),
    # nuclio-sdk before 0.6 raised here.
    Case(
        "a response with a dict",
        "context.Response(body={'a': 1})",
        content_type="application/json",
        body=b'{"a": 1}',
    ),
    Case(
        "a response with numpy in a dict",
        "context.Response(body={'a': np.int64(1)})",
        status=500,
        body=b'Exception caught in handler - "Object of type int64 is not JSON serializable": ',
        ending=b"TypeError: Object of type int64 is not JSON serializable\n",
        differs=TRACEBACK,
    ),
    Case("a response with a list", "context.Response(body=[1, 'a'])", body=b"[1, 'a']"),
    Case("a response without status", "context.Response(body='a', status_code=None)", body=b"a"),
    Case("status 0", "(0, 'a')", body=b"a"),
    Case(
        "content type in the headers",
        "context.Response(body='a', headers={'Content-Type': 'text/html'})",
        body=b"a",
    ),
    Case(
        "a status in words",
        "('200', 'a')",
        status=500,
        content_type="text/plain; charset=utf-8",
        differs=GO_WORDS,
    ),
    Case(
        "a status of numpy's",
        "(np.int64(200), 'a')",
        status=500,
        content_type="text/plain; charset=utf-8",
        differs=GO_WORDS,
    ),
    Case(
        "a status with a fraction",
        "(200.0, 'a')",
        status=500,
        content_type="text/plain; charset=utf-8",
        differs=GO_WORDS,
    ),
    Case(
        "a status that is a bool",
        "(True, 'a')",
        status=500,
        content_type="text/plain; charset=utf-8",
        differs=GO_WORDS,
    ),
    Case(
        "a content type that is no text",
        "context.Response(body='a', content_type=5)",
        status=500,
        content_type="text/plain; charset=utf-8",
        differs=GO_WORDS,
    ),
    Case(
        "headers that are no dict",
        "context.Response(body='a', headers=['a'])",
        status=500,
        content_type="text/plain; charset=utf-8",
        differs=GO_WORDS,
    ),
    # A list is a batch of replies to a batch of events; a lone request gets the first.
    Case("a list of one", "['a']", body=b"a"),
    Case("a list of two", "['a', 'b']", body=b"a"),
    Case(
        "a list as a detector may mean it",
        "[{'label': 'object'}]",
        content_type="application/json",
        body=b'{"label": "object"}',
    ),
    Case(
        "a list of responses",
        "[context.Response(body='a', status_code=201)]",
        status=201,
        body=b"a",
    ),
    Case("a coroutine", "asyncio.sleep(0, 'slept')", body=b"slept"),
]

FAULTS = [
    Case(
        "an exception",
        "1 / 0",
        status=500,
        body=b'Exception caught in handler - "division by zero": Traceback (most recent call',
        ending=b"ZeroDivisionError: division by zero\n",
        differs=TRACEBACK,
    ),
    Case(
        "the end of the program",
        "sys.exit(3)",
        status=500,
        body=b'Exception caught in handler - "3": Traceback (most recent call last):\n',
        ending=b"SystemExit: 3\n",
        differs=TRACEBACK,
    ),
    Case(
        "asyncio in asyncio",
        "asyncio.run(asyncio.sleep(0))",
        status=500,
        body=b'Exception caught in handler - "asyncio.run() cannot be called from a running',
        differs=TRACEBACK,
    ),
    Case("and it lives on", "'yes'", body=b"yes"),
]

CASES = [*BODIES, *EVENTS, *RESULTS, *FAULTS]

# Asked last of a real processor: it never answers again.
EMPTY_LIST = Case("an empty list", "[]", status=500, content_type=None, differs=WEDGED)


def main_py() -> str:
    """A main.py whose handler returns each case's result at the case's own path."""
    results = "".join(
        f"    {case.name.replace(' ', '-')!r}: lambda context, event: {case.result},\n"
        for case in [*CASES, EMPTY_LIST]
    )
    return (
        "import asyncio, json, sys, threading\n"
        "import numpy as np\n"
        f"RESULTS = {{\n{results}}}\n"
        "def init_context(context):\n"
        "    context.user_data.set_at_start = 'yes'\n"
        "def handler(context, event):\n"
        "    return RESULTS[event.path.split('/')[1]](context, event)\n"
    )
