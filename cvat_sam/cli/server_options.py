"""The options that say which CVAT it is and who asks; named as cvat-cli 2.80 names them."""

from pathlib import Path
from typing import Annotated

import typer

from cvat_sam.client.http.connection import Connection
from cvat_sam.client.http.credentials import find
from cvat_sam.client.http.server import DEFAULT_HOST, Server

_PANEL = "Server"

Host = Annotated[
    str,
    typer.Option(
        "--server-host",
        help="Host or address; a host alone means https.",
        rich_help_panel=_PANEL,
    ),
]
Port = Annotated[
    int | None,
    typer.Option("--server-port", help="Its port.", min=1, max=65535, rich_help_panel=_PANEL),
]
Auth = Annotated[
    str | None,
    typer.Option(
        "--auth",
        metavar="USER[:PASS]",
        help="User, and password; better in PASS, or asked for. Without it: CVAT_ACCESS_TOKEN.",
        rich_help_panel=_PANEL,
    ),
]
TokenFile = Annotated[
    Path | None,
    typer.Option("--token-file", help="File that holds an access token.", rich_help_panel=_PANEL),
]
Organization = Annotated[
    str | None,
    typer.Option(
        "--organization",
        "--org",
        metavar="SLUG",
        help='Short name of the organisation; "" is the personal workspace.',
        rich_help_panel=_PANEL,
    ),
]
Insecure = Annotated[
    bool,
    typer.Option("--insecure", help="Do not check the certificate.", rich_help_panel=_PANEL),
]

__all__ = [
    "DEFAULT_HOST",
    "Auth",
    "Host",
    "Insecure",
    "Organization",
    "Port",
    "TokenFile",
    "connect",
    "say",
]


def say(sentence: str) -> None:
    """One line on standard error."""
    typer.echo(f"cvat-sam: {sentence}", err=True)


def connect(
    *,
    server_host: str,
    server_port: int | None,
    auth: str | None,
    token_file: Path | None,
    organization: str | None,
    insecure: bool,
) -> Connection:
    """The connection that a command's options ask for; nothing is sent yet.

    Raises:
        InvalidSetting: an option cannot be used, or nothing says who asks.
    """
    server = Server(server_host, port=server_port, organization=organization, verify=not insecure)
    credentials = find(server.url, auth=auth, token_file=token_file, report=say)
    return Connection(
        Server(server.url, credentials, organization=organization, verify=not insecure),
        report=say,
    )
