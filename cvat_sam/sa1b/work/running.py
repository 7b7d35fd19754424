"""Jobs done, one after another here or many at a time by Ray."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cvat_sam.exceptions import CvatSamError
from cvat_sam.sa1b.work.coco_files import convert
from cvat_sam.sa1b.work.jobs import Job, Outcome
from cvat_sam.sa1b.work.results import write_down
from cvat_sam.sa1b.work.stats import stats
from cvat_sam.sa1b.work.tables import features
from rle import RleError

KINDS: dict[str, Callable[[Job], Iterator[int | Outcome]]] = {
    "stats": stats,
    "convert": convert,
    "features": features,
}


@dataclass(frozen=True, slots=True)
class Step:
    """How far a job is.

    Attributes:
        job: which.
        images: read so far.
        outcome: what became of it, at its end.
    """

    job: Job
    images: int
    outcome: Outcome | None = None


def run(
    jobs: Sequence[Job], *, workers: int | None = None, ray_address: str | None = None
) -> Iterator[Step]:
    """Does jobs.

    Args:
        jobs: what is to be done. One alone is done in this process unless there is an address.
        workers: how many at a time on this machine; None is as many as it has cores.
        ray_address: of a cluster of Ray's that does them.

    Yields:
        Steps; one of each job has an outcome.

    Raises:
        Unavailable: there is no Ray here, and several jobs.
        ServerUnreachable: there is no cluster at the address.
    """
    workers = workers or len(os.sched_getaffinity(0))
    if ray_address is None and min(workers, len(jobs)) < 2:
        for job in jobs:
            for one in work(job):
                yield step(job, one)
        return
    from cvat_sam.sa1b.work.on_ray import run_on_ray

    yield from run_on_ray(jobs, workers=min(workers, len(jobs)), address=ray_address)


def step(job: Job, found: int | Outcome) -> Step:
    """A step of what `work` yields."""
    return Step(job, found) if isinstance(found, int) else Step(job, found.images, found)


def work(job: Job) -> Iterator[int | Outcome]:
    """Does a job: how many images so far, now and then, and at last what came of it.

    What cannot be read or written is an outcome too, so that other jobs are still done.
    """
    outcome = Outcome()
    try:
        for found in KINDS[job.kind](job):
            if isinstance(found, int):
                yield found
            else:
                outcome = found
        write_down(job, outcome)
    except (CvatSamError, RleError) as error:
        outcome = Outcome(failed=str(error))
    yield outcome
