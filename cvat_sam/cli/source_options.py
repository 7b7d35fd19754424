"""The options that say what masks are read from and written to, and how labels are called."""

from pathlib import Path
from typing import Annotated

import typer

from cvat_sam.exceptions import InvalidSetting
from cvat_sam.sources import FORMATS
from cvat_sam.targets import FORMATS as TARGETS

Sources = Annotated[
    list[Path], typer.Argument(metavar="SOURCE", help="Files and folders of masks.")
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help=f"Of the sources, where looking does not tell: {', '.join(FORMATS)}.",
    ),
]
To = Annotated[
    Path,
    typer.Option(
        "--to", help="coco.json, annotations.xml, masks.npz, or a folder masks/ or labels/."
    ),
]
TARGET_HELP = f"Of --to, where its name does not tell: {', '.join(TARGETS)}."


def labels_of(options: list[str]) -> dict[str, str]:
    """What `--label` says.

    Raises:
        InvalidSetting: two options say different things about one label.

    >>> labels_of(["object=Person", "a=b=c"])
    {'object': 'Person', 'a=b': 'c'}
    >>> labels_of(["Person"])
    {'': 'Person'}
    """
    labels: dict[str, str] = {}
    for option in options:
        name, _, target = option.rpartition("=")
        if not target:
            raise InvalidSetting(f"--label {option} names no label")
        if labels.setdefault(name, target) != target:
            both = f"{labels[name]} and {target}"
            raise InvalidSetting(f"--label gives {name or 'all masks'} two labels: {both}")
    return labels
