"""One connection: what is tried again, what is never, and what each way to fail means."""

import http.server
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import traceback

import pytest

from cvat_sam.client.http.answers import seconds_to_wait, sentence_of
from cvat_sam.client.http.connection import (
    Connection,
    CutWhileSending,
    Doubtful,
    TooLarge,
    Wait,
)
from cvat_sam.client.http.credentials import AccessToken, Password, Secret
from cvat_sam.client.http.server import Server
from cvat_sam.exceptions import InvalidSetting, NotAllowed, ServerRefused, ServerUnreachable

EMPTY = b'{"version":0,"tags":[],"tracks":[],"shapes":[]}'


def server_of(cvat, **options):
    options.setdefault("credentials", AccessToken(Secret(cvat.token)))
    return Server(cvat.url, **options)


@pytest.fixture
def said():
    return []


@pytest.fixture
def connection(fake_cvat, said):
    with Connection(server_of(fake_cvat), report=said.append, pause=0.01) as connection:
        yield connection


@pytest.fixture
def task(fake_cvat):
    return fake_cvat.add_task([("a.png", 8, 6)], labels=["object"])


def mask(cvat, task, **more):
    shape = {
        "type": "mask",
        "frame": 0,
        "label_id": cvat.labels(task)["object"],
        "points": [0, 1, 2, 3, 2, 3],
        "attributes": [],
    }
    return json.dumps({"version": 0, "tags": [], "tracks": [], "shapes": [shape | more]}).encode()


def create(connection, task, body, **options):
    return connection.send("PATCH", f"/api/tasks/{task}/annotations?action=create", body, **options)


# Reads


def test_what_is_read_is_the_json_and_the_connection_is_kept(fake_cvat, connection, task):
    for _ in range(3):
        assert connection.get_json(f"/api/tasks/{task}")["id"] == task
    list(connection.pages("/api/jobs", task_id=task))
    create(connection, task, mask(fake_cvat, task))
    log = [entry for entry in fake_cvat.log() if entry["authorization"]]
    ours = {entry["connection"] for entry in log if "labels" not in entry["path"]}
    assert len(ours) == 1


@pytest.mark.parametrize(
    "kind",
    ["429", "500", "502", "503", "504", "cut_before", "cut_after", "cut_reply", "empty", "html"],
)
@pytest.mark.parametrize("reset", [False, True])
def test_a_read_is_tried_again_and_says_so(fake_cvat, connection, task, said, kind, reset):
    fake_cvat.faults([{"kind": kind, "match": "GET tasks", "times": 2, "reset": reset}])
    assert connection.get_json(f"/api/tasks/{task}")["id"] == task
    assert len(said) == 2
    assert all("trying again" in sentence for sentence in said)


def test_a_read_that_never_succeeds_ends_with_a_sentence(fake_cvat, connection, task):
    fake_cvat.faults([{"kind": "502", "match": "GET tasks", "times": 99}])
    with pytest.raises(ServerUnreachable, match="it answers 502, 6 times$"):
        connection.get_json(f"/api/tasks/{task}")
    assert len(fake_cvat.log("GET tasks")) == 6


def test_a_server_that_is_slow_is_given_up_in_time(fake_cvat, task):
    fake_cvat.faults([{"kind": "slow_before", "match": "GET tasks", "seconds": 2}])
    with (
        Connection(server_of(fake_cvat), read_seconds=0.2, tries=1) as connection,
        pytest.raises(ServerUnreachable, match=r"nothing was received for 0.2 s, 1 times"),
    ):
        connection.get_json(f"/api/tasks/{task}")


def test_a_read_waits_as_told_up_to_a_limit(fake_cvat, connection, task):
    fake_cvat.faults([{"kind": "429", "match": "GET tasks", "retry_after": 600}])
    with pytest.raises(ServerUnreachable, match="asks to come again in 600 s"):
        connection.get_json(f"/api/tasks/{task}")


@pytest.mark.parametrize("kind", ["401", "403", "404"])
def test_a_read_that_is_refused_is_asked_once(fake_cvat, connection, task, kind):
    connection.get_json(f"/api/tasks/{task}")
    fake_cvat.faults([{"kind": kind, "match": "GET tasks"}])
    with pytest.raises(ServerRefused, match=kind) as caught:
        connection.get_json(f"/api/tasks/{task}")
    assert caught.value.status == int(kind)
    assert isinstance(caught.value, NotAllowed) == (kind != "404")
    assert len(fake_cvat.log("GET tasks")) == 2


def test_cvat_s_own_sentence_is_passed_on(connection):
    with pytest.raises(ServerRefused, match=r"GET /api/tasks/999999: it answers 404: .*[Nn]o"):
        connection.get_json("/api/tasks/999999")


def test_pages_are_followed_to_the_end(fake_cvat, connection):
    many = fake_cvat.add_task([("v.mp4", 4, 4)], size=1101, segment_size=1)
    jobs = list(connection.pages("/api/jobs", task_id=many))
    assert len(jobs) == len({job["id"] for job in jobs}) == 1101
    pages = [entry for entry in fake_cvat.log("GET jobs") if "page_size=500" in entry["path"]]
    assert len(pages) == 3


def test_an_organization_is_named(fake_cvat, task):
    for slug in (fake_cvat.organization, "", None):
        with Connection(server_of(fake_cvat, organization=slug)) as connection:
            connection.get_json("/api/users/self")
        assert fake_cvat.log("GET users")[-1]["organization"] == slug


# Writes


def test_a_write_that_is_done_has_an_answer(fake_cvat, connection, task):
    answer = create(connection, task, mask(fake_cvat, task))
    assert answer.status == 200
    assert len(answer.json["shapes"]) == 1


@pytest.mark.parametrize(
    ("kind", "error", "stored"),
    [
        ("cut_before", Doubtful, 0),
        ("cut_after", Doubtful, 1),
        ("cut_reply", Doubtful, 1),
        ("500", Doubtful, 0),
        ("500_after", Doubtful, 1),
        ("502", Doubtful, 0),
        ("502_after", Doubtful, 1),
        ("503", Doubtful, 0),
        ("503_after", Doubtful, 1),  # as proxies do that lose the server behind them
        ("504", Doubtful, 0),
        ("504_after", Doubtful, 1),
        ("empty", Doubtful, 1),
        ("html", Doubtful, 1),
        ("401", NotAllowed, 0),
        ("403", NotAllowed, 0),
        ("404", ServerRefused, 0),
        ("413", TooLarge, 0),
        ("429", Wait, 0),
    ],
)
@pytest.mark.parametrize("reset", [False, True])
def test_a_write_is_sent_once_and_what_it_means_is_told_apart(
    fake_cvat, connection, task, kind, error, stored, reset
):
    body = mask(fake_cvat, task)
    fake_cvat.faults([{"kind": kind, "match": "PATCH annotations", "reset": reset}])
    with pytest.raises(error) as caught:
        create(connection, task, body)
    assert type(caught.value) is error
    assert len(fake_cvat.log("PATCH annotations")) == 1
    assert len(fake_cvat.shapes(task)) == stored
    if kind[:3].isdigit() and not isinstance(caught.value, Wait):
        assert caught.value.status == int(kind[:3])


def test_a_write_that_takes_too_long_is_doubtful(fake_cvat, connection, task):
    body = mask(fake_cvat, task)
    fake_cvat.faults([{"kind": "slow_after", "match": "PATCH annotations", "seconds": 1}])
    with pytest.raises(Doubtful, match="nothing was received for 0.2 s"):
        create(connection, task, body, timeout=0.2)
    assert len(fake_cvat.shapes(task)) == 1


@pytest.mark.parametrize(("kind", "error"), [("429", Wait), ("503", Doubtful)])
def test_how_long_to_wait_is_told(fake_cvat, connection, task, kind, error):
    body = mask(fake_cvat, task)
    fault = {"kind": kind, "match": "PATCH annotations"}
    fake_cvat.faults([fault | {"retry_after": 7}, fault | {"retry_after": None}])
    for seconds in (7.0, 0.5):
        with pytest.raises(error) as caught:
            create(connection, task, body)
        assert caught.value.seconds == seconds


def test_a_large_write_that_is_cut_while_it_is_sent_was_not_done(fake_cvat, connection, task):
    body = EMPTY + b" " * (64 << 20)
    fake_cvat.faults([{"kind": "cut_body", "match": "PATCH annotations"}])
    with pytest.raises(CutWhileSending, match=r"after [\d,]+ of 67,108,911 bytes"):
        create(connection, task, body)


def test_a_server_that_takes_no_large_body_says_so(fake_cvat, connection, task):
    fake_cvat.settings(max_body=1000)
    with pytest.raises((TooLarge, CutWhileSending)):
        create(connection, task, EMPTY + b" " * (32 << 20))
    with pytest.raises(TooLarge):
        create(connection, task, EMPTY + b" " * 2000)


def test_bodies_are_not_compressed(fake_cvat, connection, task):
    body = mask(fake_cvat, task) + b" " * 100_000
    create(connection, task, body)
    assert fake_cvat.log("PATCH annotations")[-1]["bytes"] == len(body)


def test_cvat_s_own_sentence_says_what_is_wrong_with_a_write(fake_cvat, connection, task):
    with pytest.raises(ServerRefused, match="it answers 400: ") as caught:
        create(connection, task, mask(fake_cvat, task, label_id=999_999))
    assert caught.value.status == 400
    assert len(str(caught.value)) < 400


def test_a_server_that_is_not_there_did_nothing(said):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets it
        server = Server(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with Connection(server, report=said.append) as connection:
            with pytest.raises(ServerUnreachable, match="the connection is refused$"):
                connection.get_json("/api/server/about")
            assert said == []
            with pytest.raises(ServerUnreachable, match="the connection is refused") as caught:
                connection.send("PATCH", "/api/tasks/1/annotations", EMPTY)
    assert type(caught.value) is ServerUnreachable


def test_a_name_that_is_none_is_said_at_once(said):
    with (
        Connection(Server("http://no.such.host.invalid"), report=said.append) as connection,
        pytest.raises(ServerUnreachable, match="its name cannot be resolved here$"),
    ):
        connection.get_json("/api/server/about")
    assert not any("trying again" in sentence for sentence in said)


def test_a_server_that_speaks_no_tls_is_said_at_once():
    with Listener(as_json({})) as cvat:
        server = Server(cvat.url.replace("http://", "https://"))
        said = []
        with Connection(server, report=said.append) as connection:
            with pytest.raises(ServerUnreachable, match="should it be http://"):
                connection.get_json("/api/tasks/1")
            with pytest.raises(ServerUnreachable, match="should it be http://") as caught:
                connection.send("PATCH", "/api/tasks/1/annotations", EMPTY)
    assert type(caught.value) is ServerUnreachable
    assert said == []


def test_a_connection_that_was_closed_while_idle_is_made_anew(fake_cvat, connection, task):
    body = mask(fake_cvat, task)
    fake_cvat.faults([{"kind": "drop_idle", "match": "PATCH annotations", "times": 2}])
    assert create(connection, task, body).status == 200
    threading.Event().wait(0.1)  # so that the server's goodbye is here
    assert create(connection, task, body).status == 200
    assert len(fake_cvat.shapes(task)) == 2


# Other hosts


class Listener:
    """A server of a few lines: answers what it is told, and keeps what it was sent."""

    def __init__(self, answer):
        seen = self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                length = int(self.headers.get("Content-Length", 0))
                seen.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
                status, headers, body = answer(self)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PATCH = do_GET  # noqa: N815

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def as_json(value):
    return lambda request: (200, {"Content-Type": "application/json"}, json.dumps(value).encode())


def test_a_redirect_to_another_host_or_port_is_not_followed():
    with Listener(as_json({})) as other:
        for target in (other.url, f"http://localhost:{other.port}", "https://127.0.0.1"):
            with (
                Listener(lambda request, to=target: (307, {"Location": f"{to}/x"}, b"")) as cvat,
                Connection(Server(cvat.url, AccessToken(Secret("xyzzy")))) as connection,
            ):
                with pytest.raises(ServerRefused, match=f"redirects to {target}, where nothing"):
                    connection.get_json("/api/tasks/1")
                with pytest.raises(ServerRefused, match=f"redirects to {target}, where nothing"):
                    connection.send("PATCH", "/api/tasks/1/annotations", EMPTY)
        assert other.seen == []


def test_a_read_follows_a_redirect_on_the_same_server_and_a_write_does_not():
    def answer(request):
        path, _, query = request.path.partition("?")
        if path.endswith("/"):
            return as_json({"path": request.path})(request)
        return 301, {"Location": f"{path}/?{query}"}, b""

    with (
        Listener(answer) as cvat,
        Connection(Server(cvat.url, AccessToken(Secret("xyzzy")))) as connection,
    ):
        assert connection.get_json("/api/tasks", a=1) == {"path": "/api/tasks/?a=1"}
        with pytest.raises(ServerRefused, match="redirects to another path"):
            connection.send("PATCH", "/api/tasks", EMPTY)
        assert [method for method, *_ in cvat.seen] == ["GET", "GET", "PATCH"]
        assert cvat.seen[1][2]["Authorization"] == "Bearer xyzzy"


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("http://[", "an address that is none"),
        ("http://example.org:port/", "an address that is none"),
        ("//example.org/x", "https://example.org"),
        ("", "another path"),
    ],
)
def test_a_redirect_to_anywhere_is_said(location, place):
    with (
        Listener(lambda request: (308, {"Location": location}, b"")) as cvat,
        Connection(Server(cvat.url)) as connection,
        pytest.raises(ServerRefused, match=f"redirects to {place}, where") as caught,
    ):
        connection.send("PATCH", "/api/tasks/1", EMPTY)
    assert caught.value.status == 308


def test_redirects_in_a_circle_end():
    with (
        Listener(lambda request: (302, {"Location": "/api/again"}, b"")) as cvat,
        Connection(Server(cvat.url)) as connection,
        pytest.raises(ServerUnreachable, match="redirects in a circle"),
    ):
        connection.get_json("/api/tasks/1")


def test_the_next_page_is_asked_of_our_server_whatever_host_the_link_names():
    with Listener(as_json({})) as other:

        def answer(request):
            after = None if "page=2" in request.path else f"{other.url}/api/jobs?page=2"
            return as_json({"count": 2, "next": after, "results": [{"path": request.path}]})(
                request
            )

        with Listener(answer) as cvat, Connection(Server(cvat.url)) as connection:
            found = [item["path"] for item in connection.pages("/api/jobs", task_id=7)]
        assert found == [
            "/api/jobs?page_size=500&task_id=7",
            "/api/jobs?page_size=500&task_id=7&page=2",
        ]
        assert other.seen == []


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ({"count": 3, "next": None, "results": [{}]}, "there are 3 items, and lists 1"),
        ({"count": 3, "next": "/?page=2", "results": []}, "there are 3 items, and lists 0"),
        ({"count": 1, "next": "/?page=2", "results": [{}]}, "there are 1 items, and lists 2"),
        ({"count": "1", "results": []}, "something else than a page"),
        ({"count": 0, "results": None}, "without its results"),
        ({"count": 0, "next": 3, "results": []}, "whose next page is no address"),
        ([], "something else than a page"),
    ],
)
def test_a_list_that_is_not_whole_is_said(page, sentence):
    with (
        Listener(as_json(page)) as cvat,
        Connection(Server(cvat.url), tries=1) as connection,
        pytest.raises(ServerUnreachable, match=sentence),
    ):
        list(connection.pages("/api/labels"))


@pytest.mark.parametrize("body", [b'{"a": ', b'{"a": NaN}', b"[" * 100_000, b"\xff", b" "])
def test_json_that_is_none_is_said(body):
    with (
        Listener(lambda request: (200, {}, body)) as cvat,
        Connection(Server(cvat.url), tries=1) as connection,
    ):
        with pytest.raises(ServerUnreachable, match="it answers 200 with"):
            connection.get_json("/api/tasks/1")
        with pytest.raises(Doubtful, match="it answers 200 with"):
            connection.send("PATCH", "/api/tasks/1/annotations", EMPTY)


# What is kept to ourselves


def test_netrc_does_not_replace_the_token_and_is_not_sent(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with Listener(as_json({"key": "f" * 40})) as cvat:
        for credentials in (AccessToken(Secret("a" * 40)), Password("me", Secret("pw")), None):
            with Connection(Server(cvat.url, credentials)) as connection:
                connection.get_json("/api/tasks/1")
    sent = [(path, headers.get("Authorization")) for _, path, headers, _ in cvat.seen]
    assert sent == [
        ("/api/tasks/1", f"Token {'a' * 40}"),
        ("/api/auth/login", None),
        ("/api/tasks/1", f"Token {'f' * 40}"),
        ("/api/tasks/1", None),
    ]


def test_a_proxy_of_the_environment_is_used(monkeypatch):
    with Listener(as_json({"by": "proxy"})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        with Connection(Server("http://cvat.invalid")) as connection:
            assert connection.get_json("/api/tasks/1") == {"by": "proxy"}
        assert proxy.seen[0][1] == "http://cvat.invalid/api/tasks/1"


def test_a_proxy_s_password_is_in_no_sentence(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        monkeypatch.setenv("http_proxy", f"http://user:hushhush@127.0.0.1:{port}")
        with Connection(Server("http://cvat.invalid"), tries=1) as connection:
            with pytest.raises(ServerUnreachable) as caught:
                connection.get_json("/api/tasks/1")
            with pytest.raises(ServerUnreachable, match="the proxy") as written:
                connection.send("PATCH", "/api/tasks/1/annotations", EMPTY)
    assert "hushhush" not in "".join(traceback.format_exception(caught.value))
    assert type(written.value) is ServerUnreachable


def everything_about(error):
    """All that a report of the error could show: its text, and the locals of frames not ours."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown.stack = traceback.StackSummary.from_list(
        [frame for frame in shown.stack if frame.filename != __file__]
    )
    assert shown.stack
    return "".join(shown.format())


@pytest.mark.parametrize("where", ["detail", "html", "location", "redirect", "json"])
def test_a_token_that_the_server_repeats_is_not_shown(where, caplog):
    token = "s3cret/t0ken+" + "q" * 30

    def answer(request):
        sent = request.headers["Authorization"]
        return {
            "detail": (404, {}, json.dumps({"detail": f"{'x' * 180} {sent}"}).encode()),
            "html": (404, {}, f"plain {sent}".encode()),
            "location": (301, {"Location": f"http://{token}.example/"}, b""),
            "redirect": (301, {"Location": f"https://user:{token}@example.org/{token}"}, b""),
            "json": (500, {}, json.dumps([sent]).encode()),
        }[where]

    caplog.set_level(logging.DEBUG)
    said = []
    with (
        Listener(answer) as cvat,
        Connection(
            Server(cvat.url, AccessToken(Secret(token))), report=said.append, tries=2, pause=0.01
        ) as connection,
    ):
        for call in (
            lambda: connection.get_json("/api/tasks/1"),
            lambda: connection.send("PATCH", "/api/tasks/1/annotations", EMPTY),
        ):
            with pytest.raises((ServerRefused, ServerUnreachable, Doubtful)) as caught:
                call()
            shown = everything_about(caught.value) + "".join(said) + caplog.text
            assert "s3cret" not in shown
            assert caught.value.__cause__ is None


@pytest.mark.parametrize("kind", ["cut_before", "502", "401"])
def test_an_error_carries_no_request_along(fake_cvat, connection, task, kind):
    connection.get_json(f"/api/tasks/{task}")
    fake_cvat.faults([{"kind": kind, "match": "PATCH annotations"}])
    with pytest.raises((Doubtful, ServerRefused)) as caught:
        create(connection, task, EMPTY)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert fake_cvat.token not in everything_about(caught.value)


def test_an_interrupted_request_shows_no_token(fake_cvat, task):
    """Ctrl-C lands in requests' own frames, where the headers are."""
    program = """
import os, signal, sys, threading, traceback
from cvat_sam.client import AccessToken, Client, Secret, Server
server = Server(sys.argv[1], AccessToken(Secret(os.environ["TOKEN"])))
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    Client(server).task(int(sys.argv[2]))
except KeyboardInterrupt as error:
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    print("".join(shown.format()))
"""
    fake_cvat.faults([{"kind": "slow_before", "match": "GET tasks", "seconds": 3}])
    run = subprocess.run(
        [sys.executable, "-c", program, fake_cvat.url, str(task)],
        env=os.environ | {"TOKEN": fake_cvat.token},
        capture_output=True,
        text=True,
    )
    assert "urllib3" in run.stdout
    assert fake_cvat.token not in run.stdout + run.stderr


def test_plain_http_to_another_machine_warns_once_and_a_local_one_does_not():
    said = []
    Connection(Server("http://cvat.example.org"), report=said.append).close()
    assert said == [
        "http://cvat.example.org is plain http: others on the way can read the token and the masks"
    ]
    for url in ("http://localhost", "http://127.0.0.1:8080", "http://[::1]", "https://example.org"):
        Connection(Server(url), report=said.append).close()
    assert len(said) == 1


def test_a_certificate_that_is_not_checked_is_said():
    said = []
    Connection(Server("https://example.org", verify=False), report=said.append).close()
    assert said == ["the certificate of https://example.org is not checked"]


def test_a_repr_shows_no_secret(fake_cvat, connection):
    assert fake_cvat.token not in repr(connection) + repr(connection.server)


# Addresses


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("http://localhost", None, "http://localhost"),
        ("localhost", 8080, "https://localhost:8080"),
        ("cvat.example.org", None, "https://cvat.example.org"),
        ("HTTPS://Example.org:443/", None, "https://example.org"),
        ("http://example.org/cvat/", 81, "http://example.org:81/cvat"),
        ("https://example.org/api/", None, "https://example.org"),
        ("http://[::1]:8080", None, "http://[::1]:8080"),
        (" http://10.0.0.1 ", None, "http://10.0.0.1"),
    ],
)
def test_an_address_is_taken_as_people_write_it(host, port, url):
    assert Server(host, port=port).url == url


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [
        ("ftp://example.org", None, "should be http:// or https://, not ftp://"),
        ("", None, "should be a host"),
        ("http://", None, "should be a host"),
        ("http://a b", None, "should be a host"),
        ("http://example.org:99999", None, "cannot be read"),
        ("http://example.org:80", 81, "given twice: 80 in"),
        ("example.org", 70000, "should be 1 to 65535, not 70000"),
        ("http://example.org/?a=1", None, "should be a host"),
    ],
)
def test_an_address_that_is_none_is_refused(host, port, sentence):
    with pytest.raises(InvalidSetting, match=sentence):
        Server(host, port=port)


def test_a_password_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(InvalidSetting, match="should have no user in it") as caught:
        Server("https://me:hushhush@example.org")
    assert "hushhush" not in str(caught.value)


@pytest.mark.parametrize("slug", ["a b", "a\nb", "ä", "x" * 300])
def test_an_organization_that_no_header_holds_is_refused(slug):
    with pytest.raises(InvalidSetting, match="organization"):
        Server("http://localhost", organization=slug)


# What stands in answers


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"detail": "Not found."}', "Not found."),
        (b'["Invalid data"]', "Invalid data"),
        (b'{"non_field_errors": ["Unable to log in."]}', "Unable to log in."),
        (b'{"shapes": [{"points": ["A valid number."]}]}', "shapes[0].points: A valid number."),
        (b"plain\n text", "plain text"),
        (b"<html>x</html>", ""),
        (b"", ""),
        (b"{}", ""),
        (b'{"a": {"b": [1, null]}}', ""),
        (b"\x1b[31mred", "?[31mred"),
        (b"[" * 100_000, "[" * 200 + "…"),
    ],
)
def test_the_sentence_of_a_refusal(body, sentence):
    assert sentence_of(body) == sentence


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-1", None),
        ("9" * 400, None),
    ],
)
def test_when_to_come_again(text, seconds):
    assert seconds_to_wait({"Retry-After": text}) == seconds
