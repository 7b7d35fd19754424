"""`cvat-sam serve`: the function on a local port, without Nuclio."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cvat_sam.settings import FunctionKind


def serve(
    port: Annotated[
        int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)
    ] = 0,
    function: Annotated[
        FunctionKind | None, typer.Option(help="Which kind; in place of SAM_FUNCTION.")
    ] = None,
    path: Annotated[
        Path | None,
        typer.Option(help="The folder with main.py; else this one, else the checkout."),
    ] = None,
) -> None:
    """Host main.py's hooks on 127.0.0.1 as Nuclio's Python wrapper does.

    For trying things and for tests: one worker, no TLS, nothing of Nuclio's but its manners. The
    URL is printed once requests are taken.
    """
    if function is not None:
        os.environ["SAM_FUNCTION"] = function
    from cvat_sam.serve import serve as host

    host(port=port, path=path, ready=typer.echo)
