"""The command line's frame: its commands, and what becomes of an error."""

import sys
from typing import Annotated

import typer

import cvat_sam
from cvat_sam.cli import (
    annotate,
    check,
    convert,
    demo,
    doctor,
    download,
    export,
    refine_boxes,
    sa1b,
    segment,
    serve,
    stage,
    upload,
    weights,
)
from cvat_sam.exceptions import CvatSamError
from rle import RleError

app = typer.Typer(
    name="cvat-sam",
    help="Segment Anything for CVAT.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("segment")(segment.segment)
app.command("serve")(serve.serve)
app.command("weights")(weights.weights)
app.command("export")(export.export)
app.command("stage")(stage.stage)
app.command("demo")(demo.demo)
app.command("upload")(upload.upload)
app.command("annotate")(annotate.annotate)
app.command("refine-boxes")(refine_boxes.refine_boxes)
app.command("download")(download.download)
app.command("convert")(convert.convert)
app.command("check")(check.check)
app.command("doctor")(doctor.doctor)
app.add_typer(sa1b.app, name="sa1b")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cvat-sam {cvat_sam.__version__}")
        raise typer.Exit


@app.callback()
def _frame(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which it is.")
    ] = False,
) -> None:
    """Segment Anything for CVAT."""


def main() -> None:
    """Run the command line; what is wrong with the input is one sentence and exit code 2."""
    try:
        app()
    except (CvatSamError, RleError) as error:
        typer.echo(f"cvat-sam: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("cvat-sam: interrupted", err=True)
        sys.exit(130)
