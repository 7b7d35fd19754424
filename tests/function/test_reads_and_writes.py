"""What a request can make the function read or write is nothing but its cache.

The real main.py runs behind `cvat-sam serve`, and Python's own audit events
(https://docs.python.org/3/library/audit_events.html) are written down while its handler is at
work: every file that is opened, every socket, every process. Libraries in C are not heard; that
they leave nothing behind is seen in the folders where they could.
"""

import json
import sysconfig
from pathlib import Path

import function_without_model
import pytest
from serving import served, write_main

from fuzz.function import requests, warming
from fuzz.function.asking import Client, Reply
from fuzz.function.bodies import of
from fuzz.function.pictures import cat
from fuzz.function.prompts import Asked
from fuzz.function.requests import Request

ROOT = Path(__file__).parents[2]
REQUESTS = {"interactor": 120, "detector": 40, "embedder": 25}

WATCHED = """
import importlib.util, json, os, sys, threading

spec = importlib.util.spec_from_file_location("watched", {main!r})
watched = importlib.util.module_from_spec(spec)
spec.loader.exec_module(watched)
init_context = getattr(watched, "init_context", lambda context: None)

record = os.open({record!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
# Connections are the host's, and come while the handler is at work.
OF_THE_HOST = ("process_request_thread", "serve_forever")
at_work = False
answered = 0


def place(of):
    if type(of) is int:
        return os.readlink(f"/proc/self/fd/{{of}}")
    return os.fsdecode(of) if isinstance(of, (str, bytes, os.PathLike)) else repr(of)[:200]


def heard(event, arguments):
    if not (at_work and event.startswith({kinds!r})):
        return
    if any(one in threading.current_thread().name for one in OF_THE_HOST):
        return
    # What is moved or linked has two places, all else has one.
    count = 2 if event in ("os.rename", "os.link", "os.symlink") else 1
    if event == "open" and arguments[2] & os.O_ACCMODE != os.O_RDONLY:
        event = "open to write"
    line = json.dumps([event, [place(one) for one in arguments[:count]]])
    os.write(record, line.encode() + b"\\n")


def handler(context, event):
    global at_work, answered
    answered += 1
    # What is read once, at the first answer of each kind, is no request's doing.
    if answered == 3:
        sys.addaudithook(heard)
    at_work = answered > 2
    try:
        return watched.handler(context, event)
    finally:
        at_work = False
"""

# Whatever is outside of Python: files, folders, sockets, processes, libraries; and modules.
KINDS = (
    *("open", "os.", "socket.", "subprocess.", "shutil.", "tempfile.", "glob.", "pathlib."),
    *("ctypes.dlopen", "import", "ftplib.", "http.", "urllib.", "smtplib.", "sqlite3.", "mmap."),
    *("pty.", "fcntl.", "signal.", "resource.", "syslog.", "webbrowser.", "exec"),
)
# What is looked at without a change.
READING = ("open", "os.listdir", "os.scandir", "import", "exec")
# How much memory it takes, which the log says, and how many processors it may use.
OF_THE_SYSTEM = ("/proc/self/statm", "/sys/fs/cgroup/cpu.max")
# Python's own code: an encoding that comes up for the first time, a line that a warning quotes.
CODE = tuple({f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platlib", "purelib")})


def watched(folder, main):
    """A folder whose main.py runs another and writes down what that one does, and the record."""
    record = folder / "record.jsonl"
    return write_main(
        folder, WATCHED.format(main=str(main), record=str(record), kinds=KINDS)
    ), record


def events(record):
    """What was written down: pairs of an event and the places that it is about."""
    return [tuple(json.loads(line)) for line in record.read_text().splitlines()]


def is_the_functions_own(name, places, *, embeddings):
    """Whether an event is about the embeddings, or reads what any program reads."""
    if all(place == str(embeddings) or place.startswith(f"{embeddings}/") for place in places):
        return True
    [place] = places if len(places) == 1 else [""]
    if name == "open" and place in OF_THE_SYSTEM:
        return True
    # The C library that it has anyway: to give memory back.
    if (name, place) == ("ctypes.dlopen", "None"):
        return True
    if name == "import":
        return place.startswith("encodings.")
    # Of a module that is run, its code object's text.
    place = place.partition(' file "')[2] if name == "exec" else place
    return name in READING and place.startswith(CODE)


@pytest.mark.parametrize("kind", REQUESTS)
def test_requests_touch_the_embeddings_alone(kind, exported, tmp_path):
    folder, record = watched(tmp_path / "function", ROOT / "main.py")
    embeddings, temporary = tmp_path / "embeddings", tmp_path / "temporary"
    temporary.mkdir()
    settings = {
        "SAM_FUNCTION": kind,
        "SAM_DEVICE": "cpu",
        "SAM_POINTS_PER_SIDE": "2",
        "SAM_EMBEDDINGS_DIR": str(embeddings),
        # A few fit: some are deleted, some are read again.
        "SAM_EMBEDDINGS_DIR_MB": "14",
        "SAM_EMBEDDINGS_MB": "0",
        "TMPDIR": str(temporary),
    }
    numbers = [n for n in range(2_000) if requests.kind_of(0, n) == kind]
    with served(folder, **settings) as host:
        client = Client(host.url)
        # Many prompts need a decoder of their own, which is loaded from the models' cache.
        many = Asked("many points", {"points": [[9, 9]] * 5}, as_shapes=True)
        first = [warming.good(kind), Request(kind, warming.NONE, of(cat(), many))]
        asked = [requests.make(0, number) for number in numbers[: REQUESTS[kind]]]
        replies = [client.ask(one) for one in [*first, *asked, warming.good(kind)]]
        client.close()
    assert replies[0].status == replies[-1].status == 200
    statuses = {reply.status for reply in replies if isinstance(reply, Reply)}
    assert {200, 400} <= statuses <= {200, 400, 422}
    heard = events(record)
    of_others = [one for one in heard if not is_the_functions_own(*one, embeddings=embeddings)]
    assert of_others == []
    # It did hear what there was to hear.
    names = {name for name, _ in heard}
    assert {"open", "open to write", "os.rename", "os.remove", "os.scandir"} <= names
    assert list(temporary.iterdir()) == []
    assert sorted(path.name for path in folder.iterdir() if path.name != "__pycache__") == [
        "main.py",
        "record.jsonl",
        "serve.log",
    ]


PLANTS = {
    "open": "open('/etc/hostname').close()",
    "os.listdir": "os.listdir('/tmp')",
    "os.mkdir": "os.makedirs(os.path.dirname(__file__) + '/made', exist_ok=True)",
    "socket.connect": "import socket; socket.socket(socket.AF_UNIX).connect_ex('/nobody')",
    "subprocess.Popen": "import subprocess; subprocess.run(['true'])",
    "import": "import antigravity_of_nobody",
}


@pytest.mark.parametrize("event", PLANTS)
def test_what_else_a_request_touches_is_heard(event, tmp_path):
    plant = f"try:\n    {PLANTS[event]}\nexcept ImportError:\n    pass"
    main = function_without_model.write(tmp_path / "watched", plant) / "main.py"
    folder, record = watched(tmp_path / "function", main)
    with served(folder) as host:
        client = Client(host.url)
        for _ in range(3):
            assert client.ask(warming.good("interactor")).status == 200
        client.close()
    assert event in {name for name, _ in events(record)}
