"""`cvat-sam download`: a task's masks out of CVAT."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from cvat_sam.cli import outputs, server_options, source_options
from cvat_sam.cli.counted import count
from cvat_sam.cli.faults import list_faults
from cvat_sam.cli.progress import tracked
from cvat_sam.client.download import Downloaded
from cvat_sam.client.download import download as download_masks
from cvat_sam.exceptions import DamagedMasks


def download(
    task: Annotated[int, typer.Option("--task", min=1, help="The task's number.")],
    to: source_options.To,
    format: Annotated[
        str | None,
        typer.Option("--format", "--to-format", metavar="FORMAT", help=source_options.TARGET_HELP),
    ] = None,
    skip_bad: Annotated[
        Path | None,
        typer.Option(
            "--skip-bad",
            metavar="FILE",
            help="Leave out masks that cannot be read, and write them there.",
        ),
    ] = None,
    server_host: server_options.Host = server_options.DEFAULT_HOST,
    server_port: server_options.Port = None,
    auth: server_options.Auth = None,
    token_file: server_options.TokenFile = None,
    organization: server_options.Organization = None,
    insecure: server_options.Insecure = False,
) -> None:
    """Write all masks of a task to a file or a folder, bit-equal to what CVAT has."""
    if skip_bad is not None:
        outputs.prepare([to], [skip_bad])
    with server_options.connect(
        server_host=server_host,
        server_port=server_port,
        auth=auth,
        token_file=token_file,
        organization=organization,
        insecure=insecure,
    ) as connection:
        try:
            done = download_masks(
                connection,
                task,
                to,
                format=format,
                skip_bad=skip_bad,
                watched=lambda frames: tracked(frames, "Writing"),
            )
        except DamagedMasks as error:
            list_faults(error.rejected)
            raise
    list_faults(done.rejected)
    _tell(done, to, skip_bad)


def _tell(done: Downloaded, to: Path, skip_bad: Path | None) -> None:
    typer.echo(f"{to}: {count(done.masks, 'mask')} on {count(done.images, 'image')}")
    if done.rejected:
        typer.echo(f"left out, and written to {skip_bad}: {count(len(done.rejected), 'mask')}")
    if done.deleted:
        typer.echo(f"left out, on deleted frames: {count(done.deleted, 'mask')}")
    if done.others:
        typer.echo(f"left out, no masks: {_listed(done.others)}")
    for note in done.notes:
        typer.echo(note)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(count(number, name) for name, number in sorted(counts.items()))
