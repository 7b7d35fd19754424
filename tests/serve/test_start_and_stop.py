"""How `cvat-sam serve` starts, what stops the start, and how it ends."""

import contextlib
import os
import signal
import socket
import threading
import time

import pytest
import requests
from serving import served, write_main

from cvat_sam.exceptions import ServerStopped
from cvat_sam.serve.process import ServeProcess

SIGNALS = [signal.SIGINT, signal.SIGTERM]


def failed_start(folder, *arguments):
    """Start it, expect it to end by itself, and return exit code and log."""
    log = folder / "serve.log"
    with ServeProcess("--path", str(folder), *arguments, log_path=log) as server:
        with pytest.raises(ServerStopped):
            server.wait_until_ready()
        return server.process.wait(30), log.read_text()


def wait_for(path):
    """Wait until a hook has made a file; a test that waits too long fails as a whole."""
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.01)


def test_init_context_runs_once_and_before_the_first_request(tmp_path):
    folder = write_main(
        tmp_path,
        "import time\n"
        "def init_context(context):\n"
        "    time.sleep(0.5)\n"
        "    context.user_data.requests = 0\n"
        "def handler(context, event):\n"
        "    context.user_data.requests += 1\n"
        "    return str(context.user_data.requests)\n",
    )
    with served(folder) as host:
        assert [requests.get(host.url, timeout=10).text for _ in range(3)] == ["1", "2", "3"]


def test_connections_are_refused_until_init_context_is_through(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    folder = write_main(
        tmp_path,
        "import socket\n"
        "def init_context(context):\n"
        f"    context.user_data.seen = socket.socket().connect_ex(('127.0.0.1', {port}))\n"
        "def handler(context, event): return str(context.user_data.seen != 0)\n",
    )
    log = tmp_path / "serve.log"
    with ServeProcess("--path", str(folder), "--port", str(port), log_path=log) as server:
        url = server.wait_until_ready()
        assert url == f"http://127.0.0.1:{port}"
        assert requests.get(url, timeout=10).text == "True"


def test_both_hooks_may_be_coroutines(tmp_path):
    folder = write_main(
        tmp_path,
        "import asyncio\n"
        "async def init_context(context):\n"
        "    context.user_data.queue = asyncio.Queue()\n"
        "    await context.user_data.queue.put('first')\n"
        "async def handler(context, event):\n"
        "    await context.user_data.queue.put('next')\n"
        "    return await context.user_data.queue.get()\n",
    )
    with served(folder) as host:
        assert [requests.get(host.url, timeout=10).text for _ in range(2)] == ["first", "next"]


def test_a_main_without_init_context_is_served(tmp_path):
    with served(write_main(tmp_path, "def handler(context, event): return 'yes'\n")) as host:
        assert requests.get(host.url, timeout=10).text == "yes"


def test_main_may_import_what_lies_beside_it(tmp_path):
    (tmp_path / "beside_main.py").write_text("WORD = 'beside'\n")
    folder = write_main(
        tmp_path, "import beside_main\ndef handler(context, event): return beside_main.WORD\n"
    )
    with served(folder) as host:
        assert requests.get(host.url, timeout=10).text == "beside"


def test_a_failing_init_context_stops_the_start_with_its_traceback(tmp_path):
    folder = write_main(
        tmp_path,
        "def init_context(context): raise RuntimeError('no weights')\n"
        "def handler(context, event): pass\n",
    )
    code, log = failed_start(folder)
    assert code != 0
    assert "RuntimeError: no weights" in log


def test_an_init_context_that_says_why_stops_the_start_with_that_sentence(tmp_path):
    folder = write_main(
        tmp_path,
        "from cvat_sam.exceptions import CheckpointUnavailable\n"
        "def init_context(context): raise CheckpointUnavailable('There are no weights.')\n"
        "def handler(context, event): pass\n",
    )
    assert failed_start(folder) == (2, "cvat-sam: There are no weights.\n")


def test_a_main_that_cannot_be_imported_stops_the_start(tmp_path):
    code, log = failed_start(write_main(tmp_path, "import no_such_module\n"))
    assert code != 0
    assert "No module named 'no_such_module'" in log


def test_a_folder_without_main_is_one_sentence(tmp_path):
    code, log = failed_start(tmp_path)
    assert code == 2
    assert log.startswith(f"cvat-sam: There is no main.py in {tmp_path}")
    assert log.count("\n") == 1


def test_a_main_without_handler_is_one_sentence(tmp_path):
    code, log = failed_start(write_main(tmp_path, "handler = 5\n"))
    file = (tmp_path / "main.py").resolve()
    assert (code, log) == (2, f"cvat-sam: {file} has no function handler(context, event).\n")


def test_a_port_in_use_is_one_sentence_before_any_model_is_loaded(tmp_path):
    folder = write_main(tmp_path, "print('main.py was imported')\ndef handler(c, e): pass\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, log = failed_start(folder, "--port", str(port))
    sentence = f"Port {port} of 127.0.0.1 is in use; choose another, or 0 for a free one."
    assert (code, log) == (2, f"cvat-sam: {sentence}\n")


def test_it_listens_on_this_machine_alone(tmp_path):
    with served(write_main(tmp_path, "def handler(context, event): pass\n")) as host:
        assert host.address[0] == "127.0.0.1"
        # All of 127/8 is this machine: a server on 0.0.0.0 would answer here.
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", host.address[1]), timeout=10)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_it_cleanly(number, tmp_path):
    folder = write_main(tmp_path, "def handler(context, event): return 'yes'\n")
    with served(folder) as host, requests.Session() as session:
        # The session keeps its connection open, which must not keep the server.
        assert session.get(host.url, timeout=10).text == "yes"
        host.process.send_signal(number)
        assert host.process.wait(30) == 0
        with pytest.raises(requests.ConnectionError):
            requests.get(host.url, timeout=10)
    assert host.log.read_text() == ""


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_breaks_off_the_request_in_hand(number, tmp_path):
    folder = write_main(
        tmp_path,
        "import time\n"
        "from pathlib import Path\n"
        "def handler(context, event):\n"
        f"    Path({str(tmp_path / 'entered')!r}).touch()\n"
        "    time.sleep(600)\n",
    )
    with served(folder) as host:
        client = threading.Thread(target=ask_without_hope, args=(host.url,))
        client.start()
        wait_for(tmp_path / "entered")
        host.process.send_signal(number)
        assert host.process.wait(30) == 0
        client.join()
    assert "Traceback" not in host.log.read_text()


def ask_without_hope(url):
    """A client whose server ends: a 503 or a broken connection, as it happens."""
    with contextlib.suppress(requests.ConnectionError):
        assert requests.get(url, timeout=30).status_code == 503


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_breaks_off_init_context(number, tmp_path):
    folder = write_main(
        tmp_path,
        "import time\n"
        "from pathlib import Path\n"
        "def init_context(context):\n"
        f"    Path({str(tmp_path / 'entered')!r}).touch()\n"
        "    time.sleep(600)\n"
        "def handler(context, event): pass\n",
    )
    log = tmp_path / "serve.log"
    with ServeProcess("--path", str(folder), log_path=log) as server:
        wait_for(tmp_path / "entered")
        os.kill(server.process.pid, number)
        assert server.process.wait(30) == 0
    assert log.read_text() == ""


def test_the_log_has_what_the_hooks_write_and_nothing_of_the_bodies(tmp_path):
    folder = write_main(
        tmp_path,
        "import sys\n"
        "def init_context(context): context.logger.info_with('started', worker=7)\n"
        "def handler(context, event):\n"
        "    context.logger.warn('a line of the handler')\n"
        "    print('printed', file=sys.stderr)\n"
        "    return 1 / 0\n",
    )
    secret = b"5ecret"
    with served(folder) as host:
        json = {"Content-Type": "application/json"}
        assert requests.post(host.url, data=secret, headers=json, timeout=10).status_code == 500
        with socket.create_connection(host.address, timeout=10) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + secret)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(10) == b""
        with socket.create_connection(host.address, timeout=10) as connection:
            connection.sendall(secret + b" \r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 400"
    log = host.log.read_text()
    assert "[info] started: {'worker': 7}" in log
    assert "[warning] a line of the handler" in log
    assert "printed" in log
    assert "ZeroDivisionError: division by zero" in log
    assert secret.decode() not in log
