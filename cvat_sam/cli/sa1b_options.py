"""The options that the commands of `cvat-sam sa1b` share."""

from pathlib import Path
from typing import Annotated

import typer

Tars = Annotated[
    list[str],
    typer.Argument(
        metavar="TAR...", help="Tars (.tar, .tar.gz, .tgz), folders of them or of JSONs, patterns."
    ),
]
TopK = Annotated[
    int | None,
    typer.Option(metavar="N", help="Of each image only N masks, of the highest predicted IoU."),
]
MinPredictedIou = Annotated[
    float | None, typer.Option(metavar="SHARE", help="Only masks of this predicted IoU, 0 to 1.")
]
MinStabilityScore = Annotated[
    float | None, typer.Option(metavar="SHARE", help="Only masks as stable as this, 0 to 1.")
]
MinArea = Annotated[
    float | None, typer.Option(metavar="PIXELS", help="Only masks of so many pixels, or more.")
]
MaxArea = Annotated[
    float | None, typer.Option(metavar="PIXELS", help="Only masks of so many pixels, or fewer.")
]
To = Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where results go.")]
Workers = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="So many sources at a time; else one for each core."),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="A cluster of Ray that does the work: cvat-sam, the sources and the folder must be "
        "there too, under the same names (tried on one machine only). Without, several sources "
        "start a Ray on this machine.",
    ),
]
Again = Annotated[bool, typer.Option("--again", help="Do what is done already anew.")]
