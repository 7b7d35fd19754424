"""Who asks: a token, or a user and a password; the secret is kept where nothing prints it."""

import getpass
import json
import os
import re
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from cvat_sam.exceptions import InvalidSetting

TOKEN_VARIABLE = "CVAT_ACCESS_TOKEN"  # noqa: S105  a variable's name
PASSWORD_VARIABLE = "PASS"  # noqa: S105  likewise
LARGEST_TOKEN_FILE = 16_384


class Secret:
    """Text that is shown by nothing: no repr, no format, no pickle.

    >>> f"{Secret('xyzzy')} {Secret('xyzzy')!r}"
    '*** Secret(***)'
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True)
class AccessToken:
    """A token: the key of a login, or a personal access token.

    Attributes:
        secret: the token.
    """

    secret: Secret

    @property
    def schemes(self) -> tuple[str, str]:
        """How it may be sent, the likelier way first.

        A login's key is forty hexadecimal digits; a personal access token is not.

        >>> AccessToken(Secret("pre.fixed")).schemes
        ('Bearer', 'Token')
        """
        is_key = re.fullmatch("[0-9a-f]{40}", self.secret.reveal()) is not None
        return ("Token", "Bearer") if is_key else ("Bearer", "Token")


@dataclass(frozen=True)
class Password:
    """A user and a password, which are exchanged for a key at the first request.

    Attributes:
        user: the name at the server.
        secret: the password.
    """

    user: str
    secret: Secret


Credentials = AccessToken | Password


def _ask(question: str) -> str:
    if not (sys.stdin and sys.stdin.isatty()):
        raise InvalidSetting(
            f"no token and no password: set {TOKEN_VARIABLE} or {PASSWORD_VARIABLE}, or give "
            "--token-file; there is no terminal to ask on"
        )
    try:
        return getpass.getpass(question)
    except EOFError:
        raise InvalidSetting("no password was given") from None


def find(
    url: str,
    *,
    auth: str | None = None,
    token_file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    ask: Callable[[str], str] = _ask,
    report: Callable[[str], None] = lambda sentence: None,
) -> Credentials:
    """Find out who asks, in cvat-cli's order; an empty variable counts as not set.

    `--auth` is first (its password, else `PASS`, else a prompt), or `--token-file`; then
    `CVAT_ACCESS_TOKEN`; then this machine's user with `PASS` or a prompt.

    Args:
        url: the server, for the prompt.
        auth: `USER` or `USER:PASS`.
        token_file: a file with nothing but a token, or JSON with a `token`.
        environment: in place of the process's own.
        ask: in place of a prompt on the terminal.
        report: hears of what makes a secret readable for others.

    Raises:
        InvalidSetting: two ways at once, none, or a token that cannot be one.

    >>> find("http://localhost", environment={"CVAT_ACCESS_TOKEN": "xyzzy"})
    AccessToken(secret=Secret(***))
    """
    environment = os.environ if environment is None else environment
    if auth is not None and token_file is not None:
        raise InvalidSetting("--auth and --token-file are two ways to say who you are; give one")
    if token_file is not None:
        return _from_file(token_file, report)
    if auth is None and environment.get(TOKEN_VARIABLE):
        return AccessToken(_token(environment[TOKEN_VARIABLE], TOKEN_VARIABLE))
    user, _, given = (_this_user() if auth is None else auth).partition(":")
    if not user:
        raise InvalidSetting("--auth should be USER or USER:PASS, and the user is missing")
    if given:
        report(
            "--auth USER:PASS can be read by others on this machine and stays in the shell's "
            f"history; {PASSWORD_VARIABLE}, {TOKEN_VARIABLE} or --token-file cannot"
        )
    password = Secret(given or environment.get(PASSWORD_VARIABLE) or "")
    if password == Secret(""):
        password = Secret(ask(f"Password for {user} at {url}: "))
    if password == Secret(""):
        raise InvalidSetting(f"the password for {user} is empty")
    return Password(user, password)


def _this_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container whose user has no name
        raise InvalidSetting(
            f"no token and no user: set {TOKEN_VARIABLE}, or give --auth or --token-file"
        ) from None


def _from_file(path: Path, report: Callable[[str], None]) -> AccessToken:
    try:
        with path.open("rb") as file:
            read = Secret(file.read(LARGEST_TOKEN_FILE + 1).decode())
            mode = os.fstat(file.fileno()).st_mode
    except OSError as error:
        raise InvalidSetting(f"--token-file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        # Outside: the error holds the file's bytes.
        read = Secret("\0")
        mode = 0
    if stat.S_ISREG(mode) and mode & (stat.S_IRGRP | stat.S_IROTH):
        report(f"{path} holds a token and can be read by others; `chmod 600 {path}` mends it")
    return AccessToken(_token(_inside(read), f"--token-file {path}"))


def _inside(read: Secret) -> str:
    """The token of a file that is JSON with a `token`, as newer tools write it; else all of it."""
    text = read.reveal().removeprefix("\ufeff").strip()
    if not text.startswith("{"):
        return text
    try:
        document: Any = json.loads(text)
    except ValueError:
        return ""
    token = document.get("token")
    return token if isinstance(token, str) else ""


def _token(text: str, name: str) -> Secret:
    text = text.strip()
    if not text:
        raise InvalidSetting(f"{name} has no token in it")
    if not (text.isascii() and text.isprintable() and " " not in text):
        raise InvalidSetting(f"{name} is not a token: it has spaces, or characters no token has")
    if len(text) > LARGEST_TOKEN_FILE:
        raise InvalidSetting(f"{name} is not a token: it is longer than {LARGEST_TOKEN_FILE:,}")
    return Secret(text)
