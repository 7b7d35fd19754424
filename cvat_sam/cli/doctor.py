"""`cvat-sam doctor`: what is right, what is wrong, and what to do next."""

from typing import Annotated

import typer

from cvat_sam.cli import server_options
from cvat_sam.client.annotating.function import Function
from cvat_sam.client.http.server import Server
from cvat_sam.doctor import function_url, here, server
from cvat_sam.doctor.report import Report
from cvat_sam.exceptions import InvalidSetting


def doctor(
    function: Annotated[
        str | None,
        typer.Option("--function", metavar="URL", help="Click through the function at this URL."),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", metavar="SECONDS", help="Given to each of its answers.", min=1, max=3600
        ),
    ] = function_url.CVAT_SECONDS,
    server_host: Annotated[
        str | None,
        typer.Option(
            "--server-host",
            "--server",
            metavar="URL",
            help="Ask this CVAT; a host alone means https.",
            rich_help_panel="Server",
        ),
    ] = None,
    server_port: server_options.Port = None,
    auth: server_options.Auth = None,
    token_file: server_options.TokenFile = None,
    organization: server_options.Organization = None,
    insecure: server_options.Insecure = False,
) -> None:
    """Check this machine, a deployed function and a CVAT server, and say the next step.

    Nothing is changed. The exit code is 2 if something is wrong.
    """
    if server_host is None and (server_port, auth, token_file, organization) != (None,) * 4:
        raise InvalidSetting("which server? --server-host URL says it")
    # What is mistyped is said before anything is looked at.
    if function is not None:
        with Function(function) as asked:
            function = asked.url
    cvat = None
    if server_host is not None:
        cvat = Server(server_host, port=server_port, organization=organization, verify=not insecure)
    report = Report()
    try:
        report.section("Here", here.look())
        if function is not None:
            seen = function_url.look(function, timeout=timeout)
            report.section(f"The function at {function}", seen)
        if cvat is not None:
            found = server.look(cvat, auth=auth, token_file=token_file, say=server_options.say)
            report.section(f"The CVAT at {cvat.url}", found, may_ask=True)
    except KeyboardInterrupt:
        typer.echo("cvat-sam: interrupted", err=True)
        raise typer.Exit(130) from None
    report.end()
    if report.wrong:
        raise typer.Exit(2)
