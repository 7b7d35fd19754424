"""A job done, step by step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cvat_sam.exceptions import CvatSamError
from cvat_sam.sa1b.work.coco_files import convert
from cvat_sam.sa1b.work.jobs import Job, Outcome
from cvat_sam.sa1b.work.results import begin, write_down
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


def step(job: Job, found: int | Outcome) -> Step:
    """A step of what `work` yields."""
    return Step(job, found) if isinstance(found, int) else Step(job, found.images, found)


def work(job: Job) -> Iterator[int | Outcome]:
    """Does a job: how many images so far, now and then, and at last what came of it.

    What cannot be read or written is an outcome too, so that other jobs are still done.
    """
    outcome = Outcome()
    try:
        begin(job)
        # From before it is read: what is put in its place meanwhile is not what was done.
        identity = job.identity()
        for found in KINDS[job.kind](job):
            if isinstance(found, int):
                yield found
            else:
                outcome = found
        write_down(job, outcome, identity)
    except (CvatSamError, RleError) as error:
        outcome = Outcome(failed=str(error))
    yield outcome
