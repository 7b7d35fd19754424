"""`cvat-sam export`: have a model's networks here as ONNX files, and say where they are."""

from pathlib import Path
from typing import Annotated

import typer

from cvat_sam.exceptions import Unavailable
from cvat_sam.models import table
from cvat_sam.models.weights import ChosenWeights
from cvat_sam.reporting import StandardError


def export(
    model: Annotated[
        str, typer.Argument(help=f"One of {', '.join(table.MODELS)}.", show_default=True)
    ] = "vit_t",
    checkpoint: Annotated[
        Path | None, typer.Option(help="Your own weights for that model; SAM_CHECKPOINT likewise.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Even if it is there.")] = False,
) -> None:
    """Export a model so that it runs without PyTorch, check it, and print the folder's path.

    The largest differences to PyTorch's answers are said; above a bound nothing is kept.
    """
    entry = table.spec(model)
    weights = ChosenWeights.of(entry.checkpoint, checkpoint)
    try:
        import onnx as _  # noqa: F401  # PyTorch's exporter needs it, and would say so later

        from cvat_sam.models.backends import exporting
    except ImportError as error:
        raise Unavailable(
            f"to export a model PyTorch and onnx are needed ({error}): "
            "pip install '.[torch,cpu]' in a clone of cvat-sam"
        ) from None
    done = exporting.export(model, entry, weights, again=again, report=StandardError())
    typer.echo(done.folder)
