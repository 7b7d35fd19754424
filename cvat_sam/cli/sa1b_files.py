"""`cvat-sam sa1b convert` and `features`: each source as files."""

from collections.abc import Mapping
from pathlib import Path

import typer

from cvat_sam.cli import sa1b_options as options
from cvat_sam.cli import sa1b_run
from cvat_sam.masks.counts import count
from cvat_sam.sa1b.wanted import Wanted
from cvat_sam.sa1b.work import results
from cvat_sam.sa1b.work.jobs import Job, Outcome, jobs
from cvat_sam.sa1b.work.tables import check_pyarrow


def convert(
    tars: options.Tars,
    to: options.To,
    top_k: options.TopK = None,
    min_predicted_iou: options.MinPredictedIou = None,
    min_stability_score: options.MinStabilityScore = None,
    min_area: options.MinArea = None,
    max_area: options.MaxArea = None,
    workers: options.Workers = None,
    ray_address: options.RayAddress = None,
    again: options.Again = False,
) -> None:
    """Write COCO's JSON of each tar: FOLDER/coco/NAME.json, ids from 1 in each.

    Many tars are done at a time, and a run that was stopped goes on with those that are left.
    `cvat-sam convert` makes one file of all, and in other formats too.
    """
    wanted = Wanted(top_k, min_predicted_iou, min_stability_score, min_area, max_area)
    _files(jobs("convert", tars, wanted=wanted, folder=to), to, workers, ray_address, again)


def features(
    tars: options.Tars,
    to: options.To,
    top_k: options.TopK = None,
    min_predicted_iou: options.MinPredictedIou = None,
    min_stability_score: options.MinStabilityScore = None,
    min_area: options.MinArea = None,
    max_area: options.MaxArea = None,
    workers: options.Workers = None,
    ray_address: options.RayAddress = None,
    again: options.Again = False,
) -> None:
    """Write two tables of each tar in Parquet: of its masks, and of those that share pixels.

    FOLDER/masks/NAME.parquet has a row for each mask: sizes, scores, box, centroid, runs.
    FOLDER/pairs/NAME.parquet has a row for each two masks of an image that share a pixel: their
    IoU, and the share of each that lies in the other. A run that was stopped goes on with the
    tars that are left.
    """
    check_pyarrow()
    wanted = Wanted(top_k, min_predicted_iou, min_stability_score, min_area, max_area)
    _files(jobs("features", tars, wanted=wanted, folder=to), to, workers, ray_address, again)


def _files(
    wanted: list[Job], to: Path, workers: int | None, ray_address: str | None, again: bool
) -> None:
    with results.opened(to, wanted, again=again) as before:
        outcomes = sa1b_run.done(
            wanted, before, workers=workers, ray_address=ray_address, title="Reading"
        )
    typer.echo(f"{to}: {_counted(outcomes)}")
    sa1b_run.end(outcomes)


def _counted(outcomes: Mapping[str, Outcome]) -> str:
    whole = [outcome for outcome in outcomes.values() if outcome.failed is None]
    numbers = {
        "source": len(whole),
        "image": sum(one.images for one in whole),
        "mask": sum(one.masks for one in whole),
        "pair": sum(one.pairs for one in whole),
    }
    words = [count(number, noun) for noun, number in numbers.items() if number or noun != "pair"]
    skipped = sum(one.skipped for one in whole)
    return ", ".join(words) + (f"; skipped: {count(skipped, 'fault')}" if skipped else "")
