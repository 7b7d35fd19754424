"""What a CVAT server says of itself, of who asks, and of the functions that it lists."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cvat_sam.client.http.account import Account
from cvat_sam.client.http.credentials import find
from cvat_sam.client.http.exchange import Failed, Received
from cvat_sam.client.http.server import Server
from cvat_sam.client.http.verdicts import refuse, said_in
from cvat_sam.doctor.finding import Finding, note, ok, one_line, wrong
from cvat_sam.doctor.listed import judge_list
from cvat_sam.exceptions import InvalidSetting, NotAllowed, ServerRefused

SECONDS = 60.0

_RIGHT_ADDRESS = "give the address that CVAT has in the browser"
_SERVERLESS = (
    "start CVAT's serverless part beside it (its docker-compose.serverless.yml, or nuclio in its "
    "Helm chart), and see whether the container nuclio runs"
)


@dataclass(frozen=True)
class _Told:
    """What came of a GET: a status and the JSON behind it, or a sentence in place of both."""

    status: int | None
    json: Any
    said: str


def look(
    server: Server, *, auth: str | None, token_file: Path | None, say: Callable[[str], None]
) -> Iterator[Finding]:
    """Look at the server, the account, and the list of functions.

    Args:
        server: which one; nobody asks yet.
        auth: what `--auth` says.
        token_file: what `--token-file` says.
        say: hears of what makes a secret readable for others.
    """
    with closing(Account(server)) as nobody:
        version = _version(nobody, server)
    yield version
    if version.level == "wrong":
        return
    if server.in_the_clear:
        yield note("connection", "plain http: others on the way can read the token and the masks")
    try:
        credentials = find(server.url, auth=auth, token_file=token_file, report=say)
    except InvalidSetting as error:
        yield wrong("account", str(error), "say who asks: with CVAT_ACCESS_TOKEN, or --token-file")
        return
    with closing(Account(replace(server, credentials=credentials))) as account:
        who = _who(account, server)
        yield who
        if who.level == "wrong":
            return
        yield from _interface(account)
        yield from _functions(account)


def _version(account: Account, server: Server) -> Finding:
    told = _get(account, server, "/api/server/about")
    if told.status is None:
        return wrong("server", told.said, f"see whether CVAT runs; {_RIGHT_ADDRESS}")
    version = told.json.get("version") if isinstance(told.json, dict) else None
    if told.status == 200 and isinstance(version, str):
        return ok("server", f"CVAT {one_line(version)}")
    if told.status >= 500:
        sentence = f"it answers {told.status}{told.said}"
        return wrong("server", sentence, "wait until CVAT has started, or look into its log")
    sentence = told.said if told.status != 200 else "it answers, but not as a CVAT does"
    return wrong("server", sentence, _RIGHT_ADDRESS)


def _who(account: Account, server: Server) -> Finding:
    step = (
        "make a new token on CVAT's page of your account, or give --auth USER, which asks for the "
        "password"
    )
    try:
        told = _get(account, server, "/api/users/self")
    except NotAllowed as error:
        return wrong("account", str(error), step)
    if told.status == 200 and isinstance(told.json, dict) and "username" in told.json:
        whose = f", in the organization {server.organization}" if server.organization else ""
        return ok("account", f"{one_line(str(told.json['username']))}{whose}")
    if told.status == 404 and server.organization:
        step = "give its short name as --organization, or leave that out"
    if told.status is None or told.status >= 500:
        step = "look into CVAT's log (docker logs cvat_server)"
    return wrong("account", told.said or "its answer names nobody", step)


def _interface(account: Account) -> Iterator[Finding]:
    """Whether CVAT's pages show models at all; which it tells is no part of the documented API."""
    told = _get(account, None, "/api/server/plugins")
    if told.status == 200 and isinstance(told.json, dict) and told.json.get("MODELS") is False:
        yield wrong(
            "models page",
            "CVAT's pages hide AI tools and models, whatever is deployed",
            f"{_SERVERLESS}; that sets CVAT_SERVERLESS for cvat_server",
        )


def _functions(account: Account) -> Iterator[Finding]:
    told = _get(account, None, "/api/lambda/functions")
    if told.status == 200 and isinstance(told.json, list):
        yield from judge_list(told.json)
        return
    if told.status in (500, 502, 503, 504):
        slow = "does not answer it in time" if told.status == 504 else "cannot be reached by it"
        yield wrong("functions", f"Nuclio {slow} ({told.status}{told.said})", _SERVERLESS)
    elif told.status == 403:
        sentence = "this account may not use functions"
        yield wrong("functions", sentence, "an administrator gives it the role of a worker or more")
    else:
        sentence = told.said or "what it lists is no list of functions"
        yield wrong("functions", sentence, "look into CVAT's log (docker logs cvat_server)")


def _get(account: Account, server: Server | None, path: str) -> _Told:
    """Ask once: who waits for a diagnosis wants to see what goes wrong."""
    received = account.ask("GET", path, seconds=SECONDS)
    if isinstance(received, Failed):
        return _Told(None, None, one_line(account.redacted(received.reason)))
    status = received.status
    if status >= 500:
        return _Told(status, None, one_line(said_in(received, account.redacted)))
    if not 200 <= status < 300:
        try:
            refuse(f"GET {path}" if server is None else server.url, received, account.redacted)
        except ServerRefused as error:
            return _Told(status, None, one_line(str(error)))
    return _Told(status, _json(received), received.broken or "")


def _json(received: Received) -> Any:
    with received.body:
        try:
            return json.loads(received.body.read())
        except (ValueError, RecursionError):
            return None
