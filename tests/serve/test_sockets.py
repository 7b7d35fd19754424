"""HTTP as `cvat-sam serve` speaks it, and clients that do not."""

import http.client
import socket
import threading

import http_cases
import pytest
import requests
from serving import served, served_with, write_main


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    folder = write_main(tmp_path_factory.mktemp("http"), http_cases.MAIN_PY)
    with served_with(folder, max_request_body_size=http_cases.LIMIT) as host:
        yield host


@pytest.mark.parametrize("case", http_cases.CASES, ids=lambda case: case.name)
def test_it_speaks_http_as_nuclio_does(case, host):
    case.check(case.ask(host.address))


def test_two_requests_in_one_write_get_two_replies(host):
    with socket.create_connection(host.address, timeout=10) as connection:
        one = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n"
        connection.sendall(one + b"1" + one + b"2" + b"GET / HTTP/1.0\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(4096), b""))
    assert [line for line in received.split(b"\r\n") if b"POST" in line] == [
        b"POST 1 b'1'HTTP/1.1 200 OK",
        b"POST 1 b'2'HTTP/1.1 200 OK",
    ]


def test_a_connection_is_kept_for_the_next_request(host):
    connection = http.client.HTTPConnection(*host.address, timeout=10)
    ports = set()
    for _ in range(3):
        connection.request("POST", "/", body=b"{}")
        assert connection.getresponse().read() == b"POST 2 b'{}'"
        # http.client opens another one by itself where the server has closed this one.
        ports.add(connection.sock.getsockname()[1])
    connection.close()
    assert len(ports) == 1


def test_two_different_lengths_are_refused(host):
    """Where the processor takes the last one, RFC 9112 wants an error."""
    sent = http_cases.post(b"Content-Length: 2\r\nContent-Length: 1", b"{}")
    case = http_cases.Case("", sent, http_cases.REFUSED, goes_on=False)
    case.check(case.ask(host.address))


def test_a_header_line_without_a_colon_is_refused(host):
    sent = http_cases.post(b"Nonsense\r\nContent-Length: 2", b"{}")
    case = http_cases.Case("", sent, http_cases.REFUSED, goes_on=False)
    case.check(case.ask(host.address))


def test_a_client_still_sending_a_body_over_the_limit_can_read_its_400(host):
    reply = requests.post(host.url, data=b"x" * 20_000_000, timeout=30)
    assert reply.status_code == 400


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5",
    ],
    ids=["nothing", "half a body", "half a chunk", "half a line"],
)
def test_a_client_that_goes_away_gets_no_handler_and_breaks_nothing(sent, tmp_path):
    folder = write_main(
        tmp_path, "def handler(context, event): context.logger.info('called'); return 'yes'\n"
    )
    with served(folder) as host:
        with socket.create_connection(host.address, timeout=10) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(100) == b""
        assert requests.get(host.url, timeout=10).text == "yes"
    log = host.log.read_text()
    assert log.count("called") == 1
    assert "Traceback" not in log


def test_a_client_that_does_not_wait_for_its_reply_breaks_nothing(tmp_path):
    folder = write_main(tmp_path, "def handler(context, event): return 'x' * 50_000_000\n")
    with served(folder) as host:
        for _ in range(3):
            with socket.create_connection(host.address, timeout=10) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                connection.recv(1)
        assert len(requests.get(host.url, timeout=30).content) == 50_000_000
    assert "Traceback" not in host.log.read_text()


def test_header_values_of_a_reply_stay_on_one_line_and_in_utf8(tmp_path):
    folder = write_main(
        tmp_path,
        "def handler(context, event):\n"
        "    headers = {'X-A': 'é', 'X-B': 'b\\r\\nX-C: c', 'X-D': 5, 'Content-Length': '999'}\n"
        "    return context.Response(body='x', headers=headers)\n",
    )
    with served(folder) as host:
        headers = requests.get(host.url, timeout=10).headers
    assert headers["X-A"].encode("latin-1") == "é".encode()
    assert headers["X-B"] == "b  X-C: c"
    # The processor drops values that are not text, and knows the length itself.
    assert "X-C" not in headers
    assert "X-D" not in headers
    assert headers["Content-Length"] == "1"


def test_many_clients_at_once_are_handled_one_at_a_time(tmp_path):
    folder = write_main(
        tmp_path,
        "import time\n"
        "inside = 0\n"
        "def handler(context, event):\n"
        "    global inside\n"
        "    inside += 1\n"
        "    time.sleep(0.005)\n"
        "    seen, inside = inside, inside - 1\n"
        "    return str(seen)\n",
    )
    seen = []
    with served(folder) as host:

        def ask():
            seen.append(requests.get(host.url, timeout=30).text)

        threads = [threading.Thread(target=ask) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == ["1"] * 40
