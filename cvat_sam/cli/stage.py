"""`cvat-sam stage`: a folder for nuctl, with just what the function needs."""

from pathlib import Path
from typing import Annotated

import typer

from cvat_sam.models import table
from cvat_sam.settings import FunctionKind


def stage(
    kind: Annotated[FunctionKind, typer.Argument(help="Which function.", show_default=False)],
    folder: Annotated[
        Path, typer.Argument(help="Made; it may be there if it is empty.", show_default=False)
    ],
    gpu: Annotated[bool, typer.Option("--gpu", help="For a GPU, with PyTorch.")] = False,
    model: Annotated[
        str, typer.Option(envvar="SAM_MODEL", help=f"One of {', '.join(table.MODELS)}.")
    ] = "vit_t",
    replicas: Annotated[
        int | None, typer.Option(help="For Kubernetes: so many of it.", show_default=False)
    ] = None,
    claim: Annotated[
        str | None,
        typer.Option(
            help="For Kubernetes: the PersistentVolumeClaim where replicas share embeddings.",
            show_default=False,
        ),
    ] = None,
    no_port: Annotated[
        bool, typer.Option("--no-port", help="No port on the host: CVAT calls the dashboard.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(help="The port on the host; else the one of its kind.", show_default=False),
    ] = None,
) -> None:
    """Stage a function for `nuctl deploy --path FOLDER --file FOLDER/function.yaml`.

    Weights are fetched and checked, the model is exported for a CPU, and all is copied with the
    requirements, so that the image is built from them alone and starts without network. Your own
    weights are what SAM_CHECKPOINT names. The folder's path is printed.
    """
    from cvat_sam.staging import Wish
    from cvat_sam.staging import stage as put_together

    wish = Wish(
        kind=kind,
        gpu=gpu,
        model=model,
        replicas=replicas,
        claim=claim,
        publish_port=not no_port,
        port=port,
    )
    typer.echo(put_together(wish, folder))
