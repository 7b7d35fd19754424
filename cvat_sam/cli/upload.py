"""`cvat-sam upload`: masks from files into a task, all of them and once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich import progress as bars
from rich.console import Console

from cvat_sam.cli import outputs, server_options, source_options
from cvat_sam.cli.counted import count
from cvat_sam.cli.faults import SHOWN, list_faults
from cvat_sam.client.uploads.progress import Progress
from cvat_sam.client.uploads.report import Report
from cvat_sam.client.uploads.uploading import upload as upload_masks
from cvat_sam.exceptions import UnfitMasks


def upload(
    sources: source_options.Sources,
    task: Annotated[int, typer.Option("--task", min=1, help="The task's number.")],
    job: Annotated[
        int | None, typer.Option("--job", min=1, help="Only into this job of the task.")
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(
            "--label",
            metavar="[FROM=]TO",
            help="The task's label for a source's label, or for all of them; repeatable.",
        ),
    ] = None,
    format: source_options.Format = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and check everything; send nothing.")
    ] = False,
    skip_bad: Annotated[
        Path | None,
        typer.Option(
            "--skip-bad",
            metavar="FILE",
            help="Upload the rest; write what does not fit there, to be mended and uploaded.",
        ),
    ] = None,
    replace_own: Annotated[
        bool,
        typer.Option("--replace-own", help="First delete what an earlier upload of these put in."),
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Send all, those too that the task has, which doubles them."),
    ] = False,
    only_new: Annotated[
        bool, typer.Option("--only-new", help="Leave out masks that the task has already.")
    ] = False,
    journal: Annotated[
        Path | None, typer.Option("--journal", metavar="FILE", help="In place of the usual one.")
    ] = None,
    server_host: server_options.Host = server_options.DEFAULT_HOST,
    server_port: server_options.Port = None,
    auth: server_options.Auth = None,
    token_file: server_options.TokenFile = None,
    organization: server_options.Organization = None,
    insecure: server_options.Insecure = False,
) -> None:
    """Upload masks into a task; the same sources again go on where it ended.

    Everything is read and checked first: where one mask does not fit, nothing is sent.
    """
    if skip_bad is not None:
        outputs.prepare(sources, [skip_bad])
    labels = source_options.labels_of(label or [])
    try:
        with (
            server_options.connect(
                server_host=server_host,
                server_port=server_port,
                auth=auth,
                token_file=token_file,
                organization=organization,
                insecure=insecure,
            ) as connection,
            watched() as progress,
        ):
            report = upload_masks(
                connection,
                sources,
                task=task,
                job=job,
                labels=labels,
                format=format,
                dry_run=dry_run,
                skip_bad=skip_bad,
                replace_own=replace_own,
                again=again,
                only_new=only_new,
                journal=journal,
                progress=progress,
            )
    except KeyboardInterrupt:
        typer.echo("cvat-sam: interrupted; the same command again finishes the rest", err=True)
        raise typer.Exit(130) from None
    except UnfitMasks as error:
        list_faults(error.rejected)
        typer.echo(f"cvat-sam: {error.refusal}; --skip-bad FILE uploads the rest", err=True)
        raise typer.Exit(2) from None
    (_foretell if dry_run else _tell)(report, task, skip_bad)


@contextmanager
def watched() -> Iterator[Progress]:
    """A bar on a terminal, with masks a second and the time that is left; sentences anyway."""
    console = Console(stderr=True, soft_wrap=True)

    def say(sentence: str) -> None:
        console.print(f"cvat-sam: {sentence}", markup=False, highlight=False)

    if not console.is_terminal:
        yield Progress(say=say)
        return
    with bars.Progress(
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        _Speed(),
        bars.TimeRemainingColumn(),
        console=console,
        transient=True,
    ) as shown:
        bar = shown.add_task("Reading", total=None)
        yield Progress(
            say=say,
            read=lambda masks: shown.update(bar, completed=masks),
            planned=lambda masks: shown.reset(bar, total=masks, description="Sending"),
            stored=lambda masks: shown.advance(bar, masks),
        )


class _Speed(bars.ProgressColumn):
    def render(self, task: bars.Task) -> str:
        return f"{task.speed:,.0f} masks/s" if task.speed else ""


def _foretell(report: Report, task: int, skip_bad: Path | None) -> None:
    list_faults(report.rejected)
    if report.deleted:
        typer.echo(f"{count(report.deleted, 'mask')} of an earlier upload would be deleted first")
    todo = count(report.to_send, "mask")
    typer.echo(f"task {task}: {todo} would be sent, {report.before:,} stored already")
    if report.rejected:
        left = count(len(report.rejected), "mask")
        typer.echo(f"{left} would be left out, and written to {skip_bad}")
    _tell_more(report)


def _tell(report: Report, task: int, skip_bad: Path | None) -> None:
    list_faults(report.rejected)
    if report.rejected:
        left = count(len(report.rejected), "mask")
        typer.echo(f"left out, and written to {skip_bad}: {left}")
    if report.deleted or report.kept:
        typer.echo(f"task {task}: {count(report.deleted, 'mask')} of an earlier upload deleted")
    if report.kept:
        ids = ", ".join(map(str, report.kept[:SHOWN])) + ", …" * (len(report.kept) > SHOWN)
        typer.echo(f"changed by somebody since, and left alone: {ids}")
    stored = count(report.stored, "mask")
    typer.echo(f"task {task}: {stored} stored, {report.before:,} stored before")
    _tell_more(report)


def _tell_more(report: Report) -> None:
    if report.gone:
        typer.echo(
            f"of those, somebody has deleted or redrawn {report.gone:,} since, which stays so "
            "(--replace-own brings all of it back)"
        )
    if report.there:
        typer.echo(f"left out, because the task has them already: {count(report.there, 'mask')}")
    if report.left_over:
        typer.echo(
            f"uploaded earlier, not in the sources any more, and in the task still: "
            f"{count(report.left_over, 'mask')} (--replace-own takes them out)"
        )
