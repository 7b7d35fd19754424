"""`cvat-sam refine-boxes`: rectangles of a task become masks."""

from pathlib import Path
from typing import Annotated

import typer

from cvat_sam.cli import asking, server_options
from cvat_sam.client.annotating.refine_boxes import Refined
from cvat_sam.client.annotating.with_model import refine_boxes_of_task
from cvat_sam.masks.counts import count


def refine_boxes(
    task: Annotated[int, typer.Option("--task", min=1, help="The task's number.")],
    label: Annotated[
        list[str] | None, typer.Option("--label", help="Rectangles of this label; repeatable.")
    ] = None,
    keep_boxes: Annotated[
        bool, typer.Option("--keep-boxes", help="Leave the rectangles beside their masks.")
    ] = False,
    function: asking.FunctionOption = None,
    dashboard: asking.DashboardOption = None,
    model: asking.ModelOption = None,
    device: asking.DeviceOption = None,
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
    """Turn rectangles into masks of the same label and attributes, and delete the rectangles.

    A rectangle goes only after CVAT has confirmed its mask; one that no object is found in stays
    and is listed, and the exit code is 2 then. A rotated one is asked for as the upright box around
    it. Tracks are left alone. The same command again goes on where it ended.
    """
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
        asking.frame_progress("Refining") as progress,
    ):
        done = refine_boxes_of_task(
            connection,
            asker,
            task=task,
            labels=label or [],
            keep_boxes=keep_boxes,
            job=job,
            journal=journal,
            progress=progress,
        )
    _tell(done, task)
    if done.faults or done.changed:
        raise typer.Exit(2)


def _tell(done: Refined, task: int) -> None:
    typer.echo(
        f"task {task}: {count(done.masks, 'mask')} for {count(done.boxes, 'box')}, "
        f"{count(done.deleted, 'box')} deleted"
    )
    if done.rotated:
        typer.echo(f"rotated, and asked for as the box around them: {done.rotated:,}")
    if done.before:
        typer.echo(f"had their masks from an earlier run: {done.before:,}")
    if done.changed:
        listed = ", ".join(map(str, done.changed[:20])) + ", …" * (len(done.changed) > 20)
        typer.echo(f"have their masks, but were changed meanwhile and stay: {listed}")
    if done.faults:
        typer.echo(f"without a mask: {count(len(done.faults), 'fault')} listed above")
