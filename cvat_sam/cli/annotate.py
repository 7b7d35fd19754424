"""`cvat-sam annotate`: a model looks at the frames of a task, its masks go into CVAT."""

import itertools
from pathlib import Path
from typing import Annotated

import typer

from cvat_sam.cli import asking, server_options
from cvat_sam.client.annotating.annotate import Annotated as Done
from cvat_sam.client.annotating.with_model import annotate_task
from cvat_sam.masks.counts import count


def annotate(
    task: Annotated[int, typer.Option("--task", min=1, help="The task's number.")],
    label: Annotated[str, typer.Option("--label", help="The label of all masks.")],
    function: asking.FunctionOption = None,
    dashboard: asking.DashboardOption = None,
    model: asking.ModelOption = None,
    device: asking.DeviceOption = None,
    frames: Annotated[
        str | None, typer.Option(metavar="0-99,120", help="These frames, counted from 0.")
    ] = None,
    all_frames: Annotated[
        bool, typer.Option("--all-frames", help="Frames too that others have put masks on.")
    ] = False,
    job: Annotated[int | None, typer.Option("--job", min=1, help="This job alone.")] = None,
    journal: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where is kept what was done; else the user's state."),
    ] = None,
    server_host: server_options.Host = server_options.DEFAULT_HOST,
    server_port: server_options.Port = None,
    auth: server_options.Auth = None,
    token_file: server_options.TokenFile = None,
    organization: server_options.Organization = None,
    insecure: server_options.Insecure = False,
) -> None:
    """Find every object on a task's frames and upload its mask.

    Frames that have masks are left alone, deleted ones are skipped. The same command again goes on
    where it ended. A frame that fails is listed, and the rest goes on; the exit code is 2 then.
    """
    ranges = None if frames is None else asking.frame_ranges(frames)
    asker = asking.choose(function=function, dashboard=dashboard, model=model, device=device)
    with (
        server_options.connect(
            server_host=server_host,
            server_port=server_port,
            auth=auth,
            token_file=token_file,
            organization=organization,
            insecure=insecure,
        ) as connection,
        asking.frame_progress("Annotating") as progress,
    ):
        done = annotate_task(
            connection,
            asker,
            task=task,
            label=label,
            frames=None if ranges is None else itertools.chain.from_iterable(ranges),
            all_frames=all_frames,
            job=job,
            journal=journal,
            progress=progress,
        )
    _tell(done, task)
    if done.faults:
        raise typer.Exit(2)


def _tell(done: Done, task: int) -> None:
    typer.echo(f"task {task}: {count(done.masks, 'mask')} on {count(done.frames, 'frame')}")
    if done.empty:
        typer.echo(f"nothing found on {count(done.empty, 'frame')}")
    if done.before:
        typer.echo(f"left alone, because they have masks or were done: {done.before:,}")
    if done.faults:
        typer.echo(f"failed: {count(len(done.faults), 'frame')}")
