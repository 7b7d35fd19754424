"""Who asks: cvat-cli's names in cvat-cli's order, and secrets that nothing shows."""

import copy
import getpass
import json
import os
import pickle
import pty
import subprocess
import sys
import threading
import traceback

import pytest

from cvat_sam.client.http.connection import Connection, Doubtful
from cvat_sam.client.http.credentials import AccessToken, Password, Secret, find
from cvat_sam.client.http.server import Server
from cvat_sam.exceptions import InvalidSetting, NotAllowed, ServerUnreachable

URL = "http://localhost"
KEY = "0123456789abcdef" * 2 + "01234567"


def never(question):
    raise AssertionError(question)


# The order


def test_auth_is_before_the_token_of_the_environment():
    environment = {"CVAT_ACCESS_TOKEN": "xyzzy", "PASS": "pw"}
    assert find(URL, auth="me", environment=environment, ask=never) == Password("me", Secret("pw"))


def test_a_password_in_auth_is_before_pass_and_warns():
    said = []
    found = find(URL, auth="me:a:b", environment={"PASS": "pw"}, ask=never, report=said.append)
    assert found == Password("me", Secret("a:b"))
    assert len(said) == 1
    assert "can be read by others" in said[0]
    assert "a:b" not in said[0]


def test_the_token_of_the_environment_is_before_the_user():
    environment = {"CVAT_ACCESS_TOKEN": " xyzzy\n", "PASS": "pw"}
    assert find(URL, environment=environment, ask=never) == AccessToken(Secret("xyzzy"))


@pytest.mark.parametrize("environment", [{"PASS": "pw"}, {"PASS": "pw", "CVAT_ACCESS_TOKEN": ""}])
def test_last_is_this_machine_s_user(environment):
    found = find(URL, environment=environment, ask=never)
    assert found == Password(getpass.getuser(), Secret("pw"))


@pytest.mark.parametrize("environment", [{}, {"PASS": ""}])
def test_without_a_password_it_is_asked_for(environment):
    asked = []

    def ask(question):
        asked.append(question)
        return "typed"

    assert find(URL, auth="me:", environment=environment, ask=ask) == Password(
        "me", Secret("typed")
    )
    assert asked == ["Password for me at http://localhost: "]


def test_an_empty_password_is_refused():
    with pytest.raises(InvalidSetting, match="the password for me is empty"):
        find(URL, auth="me", environment={}, ask=lambda question: "")


def test_auth_without_a_user_is_refused():
    with pytest.raises(InvalidSetting, match="the user is missing"):
        find(URL, auth=":pw", environment={}, ask=never)


# A token file


@pytest.mark.parametrize(
    "text", ["xyzzy", "  xyzzy\r\n", "\ufeffxyzzy\n", json.dumps({"token": "xyzzy", "name": "ci"})]
)
def test_a_token_file_holds_a_token_alone_or_json(tmp_path, text):
    path = tmp_path / "token"
    path.write_text(text)
    path.chmod(0o600)
    environment = {"CVAT_ACCESS_TOKEN": "other"}
    found = find(URL, token_file=path, environment=environment, ask=never, report=never)
    assert found == AccessToken(Secret("xyzzy"))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "has no token in it"),
        (b" \n", "has no token in it"),
        (b'{"server": "x"}', "has no token in it"),
        (b'{"token": 3}', "has no token in it"),
        (b'{"token": ', "has no token in it"),
        (b"hush hush", "is not a token"),
        ("hüsh".encode(), "is not a token"),
        (b"hush\xff", "is not a token"),
        (b"hush\nhush", "is not a token"),
        (b"h" * 20_000, "is not a token"),
    ],
)
def test_a_token_file_without_a_token_is_refused_and_not_repeated(tmp_path, data, sentence):
    path = tmp_path / "token"
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(InvalidSetting, match=sentence) as caught:
        find(URL, token_file=path, environment={})
    shown = "".join(traceback.format_exception(caught.value))
    assert "hush" not in shown.replace("hush ", "")
    assert "hhh" not in shown
    assert caught.value.__cause__ is None


def test_a_token_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InvalidSetting, match="cannot be read: No such file"):
        find(URL, token_file=tmp_path / "no", environment={})


def test_a_token_file_that_others_can_read_warns(tmp_path):
    path = tmp_path / "token"
    path.write_text("xyzzy")
    path.chmod(0o644)
    said = []
    find(URL, token_file=path, environment={}, report=said.append)
    assert said == [f"{path} holds a token and can be read by others; `chmod 600 {path}` mends it"]


def test_auth_and_a_token_file_are_two_ways(tmp_path):
    with pytest.raises(InvalidSetting, match="give one"):
        find(URL, auth="me", token_file=tmp_path / "token", environment={})


# A prompt

PROMPT = """
from cvat_sam.client.http.credentials import find
print(find("http://localhost", auth="me", environment={}).secret.reveal()[::-1])
"""


def test_without_a_terminal_nobody_is_asked():
    run = subprocess.run(
        [sys.executable, "-c", PROMPT], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert "there is no terminal to ask on" in run.stderr
    assert "InvalidSetting" in run.stderr


def test_on_a_terminal_the_password_is_asked_for_and_not_shown():
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", PROMPT],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        shown = b""
        while not shown.endswith(b"http://localhost: "):
            shown += os.read(ours, 1024)
        os.write(ours, b"typed\n")
        out = process.stdout.read()
        process.wait()
        os.close(theirs)
        shown += os.read(ours, 1024)
        os.close(ours)
    assert out == b"depyt\n"
    assert b"typed" not in shown


# Token or Bearer


def asked_with(cvat):
    return [entry["authorization"] for entry in cvat.log()]


@pytest.mark.parametrize("scheme", ["Token", "Bearer"])
def test_a_token_of_either_kind_is_recognised_by_its_form(fake_cvat, scheme):
    token = fake_cvat.key if scheme == "Token" else fake_cvat.bearer
    with Connection(Server(fake_cvat.url, AccessToken(Secret(token)))) as connection:
        connection.get_json("/api/users/self")
    assert asked_with(fake_cvat) == [scheme]


class Odd(AccessToken):
    """A token whose form misleads."""

    @property
    def schemes(self):
        return super().schemes[::-1]


@pytest.mark.parametrize("scheme", ["Token", "Bearer"])
def test_a_token_whose_form_misleads_is_tried_the_other_way(fake_cvat, scheme):
    task = fake_cvat.add_task([("a.png", 8, 6)])
    other = "Bearer" if scheme == "Token" else "Token"
    token = fake_cvat.key if scheme == "Token" else fake_cvat.bearer
    with Connection(Server(fake_cvat.url, Odd(Secret(token)))) as connection:
        body = b'{"version":0,"tags":[],"tracks":[],"shapes":[]}'
        path = f"/api/tasks/{task}/annotations?action=create"
        assert connection.send("PATCH", path, body).status == 200
        connection.get_json(f"/api/tasks/{task}")
    assert asked_with(fake_cvat) == [other, scheme, scheme, scheme]


@pytest.mark.parametrize("token", [KEY, "pat_wrong"])
def test_a_token_that_is_wrong_is_said(fake_cvat, token):
    with (
        Connection(Server(fake_cvat.url, AccessToken(Secret(token)))) as connection,
        pytest.raises(NotAllowed, match="it does not know us") as caught,
    ):
        connection.get_json("/api/users/self")
    assert caught.value.status == 401
    assert token not in "".join(traceback.format_exception(caught.value))


def test_nobody_is_nobody(fake_cvat):
    with (
        Connection(Server(fake_cvat.url)) as connection,
        pytest.raises(NotAllowed, match="it does not know us"),
    ):
        connection.get_json("/api/users/self")
    assert asked_with(fake_cvat) == [""]


# Logging in


def password_of(cvat, password=None):
    return Server(cvat.url, Password(cvat.user, Secret(password or cvat.password)))


def test_a_password_is_exchanged_for_a_key_once(fake_cvat):
    with Connection(password_of(fake_cvat)) as connection:
        for _ in range(3):
            connection.get_json("/api/users/self")
    assert asked_with(fake_cvat) == ["", "Token", "Token", "Token"]


def test_a_wrong_password_is_said_in_cvat_s_words(fake_cvat):
    with (
        Connection(password_of(fake_cvat, "hushhush")) as connection,
        pytest.raises(
            NotAllowed, match=f"does not let {fake_cvat.user} in: .*credentials"
        ) as caught,
    ):
        connection.get_json("/api/users/self")
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in shown.stack if frame.filename != __file__]
    assert frames
    assert "hushhush" not in str(caught.value)
    assert not any("hushhush" in value for frame in frames for value in frame.locals.values())


@pytest.mark.parametrize("kind", ["502", "cut_before", "503", "html", "empty"])
def test_a_login_that_fails_on_the_way_is_tried_again(fake_cvat, kind):
    fake_cvat.faults([{"kind": kind, "match": "POST login"}])
    with Connection(password_of(fake_cvat), pause=0.01) as connection:
        connection.get_json("/api/users/self")
    assert len(fake_cvat.log("POST login")) == 2


def test_a_write_whose_login_fails_was_not_done(fake_cvat):
    fake_cvat.faults([{"kind": "cut_before", "match": "POST login"}])
    with (
        Connection(password_of(fake_cvat)) as connection,
        pytest.raises(ServerUnreachable) as caught,
    ):
        connection.send("PATCH", "/api/tasks/1/annotations", b"{}")
    assert not isinstance(caught.value, Doubtful)


def test_a_password_is_sent_to_no_other_host(fake_cvat):
    fake_cvat.faults([{"kind": "redirect", "match": "POST login"}])
    with (
        Connection(password_of(fake_cvat)) as connection,
        pytest.raises(ServerUnreachable, match="where no password of ours is sent"),
    ):
        connection.get_json("/api/users/self")
    assert len(fake_cvat.log()) == 1


# What nothing shows


def test_a_secret_is_in_no_form_of_print():
    secret = Secret("hushhush")
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!s:>20}", f"{[secret]}"]
    shown += [repr(AccessToken(secret)), repr(Password("me", secret)), str(AccessToken(secret))]
    shown += [repr(Server(URL, AccessToken(secret))), repr(vars(Server(URL, AccessToken(secret))))]
    assert not any("hushhush" in one for one in shown)


def test_a_secret_is_written_nowhere():
    for write in (pickle.dumps, json.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            write(Secret("hushhush"))


def test_secrets_are_compared_by_their_text():
    assert Secret("a") == Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2


def test_threads_that_log_in_at_once_are_all_answered(fake_cvat):
    answers = []
    with Connection(password_of(fake_cvat)) as connection:
        threads = [
            threading.Thread(
                target=lambda: answers.append(connection.get_json("/api/users/self")["username"])
            )
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [fake_cvat.user] * 4
