"""`cvat-sam weights`: have a model's weights here, and say where they are."""

from typing import Annotated

import typer

from cvat_sam.models import table
from cvat_sam.weights import checkpoints


def weights(
    model: Annotated[
        str, typer.Argument(help=f"One of {', '.join(table.MODELS)}.", show_default=True)
    ] = "vit_t",
) -> None:
    """Fetch a model's weights unless they are here, check them, and print the file's path."""
    path = checkpoints.find(table.spec(model).checkpoint)
    typer.echo(path)
