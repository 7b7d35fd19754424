"""Jobs done, one after another here or many at a time by Ray."""

import os
from collections.abc import Iterator, Sequence

from cvat_sam.sa1b.work.doing import Step, step, work
from cvat_sam.sa1b.work.jobs import Job


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
