"""`cvat-sam sa1b stats`: what is in tars, as a table."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from cvat_sam.cli import outputs, sa1b_run
from cvat_sam.cli import sa1b_options as options
from cvat_sam.files import write_atomically
from cvat_sam.sa1b.wanted import Wanted
from cvat_sam.sa1b.work import results
from cvat_sam.sa1b.work.jobs import Outcome, jobs
from cvat_sam.sa1b.work.stats import Stats

_HEADINGS = ("", "images", "masks", "an image", "area", "IoU", "stability", "skipped")


def stats(
    tars: options.Tars,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", metavar="FOLDER", help="Keep each tar's figures there, to go on from."
        ),
    ] = None,
    json_path: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures there too.")
    ] = None,
    top_k: options.TopK = None,
    min_predicted_iou: options.MinPredictedIou = None,
    min_stability_score: options.MinStabilityScore = None,
    min_area: options.MinArea = None,
    max_area: options.MaxArea = None,
    workers: options.Workers = None,
    ray_address: options.RayAddress = None,
    again: options.Again = False,
) -> None:
    """Count images and masks of each tar, and of all.

    Beside the counts stand medians: of the masks an image has, of the share of the image that a
    mask covers, of the predicted IoU and of the stability score. --json has the 5 % and the 95 %
    quantiles too.
    """
    wanted = Wanted(top_k, min_predicted_iou, min_stability_score, min_area, max_area)
    if json_path is not None:
        outputs.prepare([], [json_path])
    found = jobs("stats", tars, wanted=wanted, folder=to)
    kept: AbstractContextManager[dict[str, Outcome]] = nullcontext({})
    if to is not None:
        kept = results.opened(to, found, again=again)
    with kept as before:
        outcomes = sa1b_run.done(
            found, before, workers=workers, ray_address=ray_address, title="Reading"
        )
    rows = [_row(name, [outcome]) for name, outcome in outcomes.items()]
    if len(rows) > 1:
        rows.append(_row("all", list(outcomes.values())))
    _print(rows)
    if json_path is not None:
        write_atomically(json_path, (json.dumps(rows, indent=1) + "\n").encode())
    sa1b_run.end(outcomes)


def _row(name: str, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures of sources, together."""
    found = Stats()
    for outcome in outcomes:
        if outcome.stats is not None:
            found.join(Stats.from_json(outcome.stats))
    return {
        "name": name,
        "images": found.images,
        "masks": found.masks,
        "skipped": sum(outcome.skipped for outcome in outcomes),
        **found.figures(),
    }


def _print(rows: Sequence[Mapping[str, Any]]) -> None:
    cells = [_HEADINGS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for name, *numbers in cells:
        aligned = map(str.rjust, numbers, widths[1:])
        typer.echo("  ".join([name.ljust(widths[0]), *aligned]))


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    medians = [
        (row["masks_per_image"], "{:g}"),
        (row["area_share"], "{:.2%}"),
        (row["predicted_iou"], "{:.3f}"),
        (row["stability_score"], "{:.3f}"),
    ]
    shown = ["–" if one is None else form.format(one["50%"]) for one, form in medians]
    counts = [f"{row[name]:,}" for name in ("images", "masks")]
    return (row["name"], *counts, *shown, f"{row['skipped']:,}")
