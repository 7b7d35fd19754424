"""The options that say which model is asked, and what is shown while it works."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from cvat_sam.cli.server_options import say
from cvat_sam.client.annotating.found import Asker
from cvat_sam.client.annotating.frame_work import Fault, FrameProgress
from cvat_sam.client.annotating.function import DashboardFunction, Function
from cvat_sam.client.annotating.local_model import LocalModel
from cvat_sam.exceptions import InvalidSetting
from cvat_sam.models.backends.malloc import keep_freed_pages

_PANEL = "Model"

FunctionOption = Annotated[
    str | None,
    typer.Option(
        "--function",
        metavar="URL|NAME",
        help="Address of a deployed function; with --dashboard its name.",
        rich_help_panel=_PANEL,
    ),
]
DashboardOption = Annotated[
    str | None,
    typer.Option(
        "--dashboard",
        metavar="URL",
        help="Nuclio's dashboard, which asks the function for us.",
        rich_help_panel=_PANEL,
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="Run this model here, as vit_t.", rich_help_panel=_PANEL),
]
DeviceOption = Annotated[
    str | None,
    typer.Option("--device", help="For --model, in place of SAM_DEVICE.", rich_help_panel=_PANEL),
]


def choose(
    *,
    function: str | None,
    dashboard: str | None,
    model: str | None,
    device: str | None,
) -> Asker:
    """The model that a command's options ask for.

    Raises:
        InvalidSetting: they ask for none, for several, or for one that cannot be.
    """
    if (function is None) == (model is None):
        raise InvalidSetting(
            "which model? give --function URL, --dashboard URL --function NAME, or --model NAME; "
            "one of them"
        )
    if function is None:
        if dashboard is not None:
            raise InvalidSetting("--dashboard needs --function NAME, and takes no --model")
        keep_freed_pages()
        return LocalModel(model, device=device)
    if device is not None:
        raise InvalidSetting("--device is for --model; a function runs where it is deployed")
    if dashboard is not None:
        return DashboardFunction(dashboard, function, report=say)
    return Function(function, report=say)


def frame_ranges(text: str) -> list[range]:
    """Numbers and ranges with commas between them.

    Raises:
        InvalidSetting: something else.

    >>> frame_ranges("0-99,120")
    [range(0, 100), range(120, 121)]
    """
    ranges = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        last = last if dash else first
        # A frame's number has no nine digits.
        if not all(end.isascii() and end.isdecimal() and len(end) < 9 for end in (first, last)):
            raise InvalidSetting(f"--frames should be as 0-99,120, not {text!r}")
        if int(last) < int(first):
            raise InvalidSetting(f"--frames should go upwards, not {part.strip()}")
        ranges.append(range(int(first), int(last) + 1))
    return ranges


@contextmanager
def frame_progress(title: str) -> Iterator[FrameProgress]:
    """A bar on a terminal; faults and what is tried again as lines, in a pipe too."""
    console = Console(stderr=True, soft_wrap=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("frames · {task.fields[masks]:,} masks"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    masks = 0

    def line(sentence: str) -> None:
        console.print(f"cvat-sam: {sentence}", markup=False, highlight=False)

    def frame(found: int) -> None:
        nonlocal masks
        masks += found
        bar.update(task, advance=1, masks=masks)

    def fault(fault: Fault) -> None:
        line(fault.sentence)

    try:
        with bar:
            task = bar.add_task(title, total=None, masks=0)
            yield FrameProgress(
                say=line,
                begin=lambda frames: bar.update(task, total=frames),
                frame=frame,
                fault=fault,
            )
    except KeyboardInterrupt:
        line("interrupted; the same command again finishes the rest")
        raise typer.Exit(130) from None
