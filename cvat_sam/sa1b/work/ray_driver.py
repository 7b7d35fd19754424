"""A process that drives Ray for `on_ray`: `python -m cvat_sam.sa1b.work.ray_driver`.

What is to be done comes as a pickle on standard input, steps go as pickles to standard output, then
`DONE`; in their place what went wrong. Whatever Ray prints goes where standard error goes, nowhere.
"""

import logging
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from cvat_sam.exceptions import CvatSamError, ServerUnreachable, WorkerStopped
from cvat_sam.sa1b.own_process import DONE, Failed, own_output, send
from cvat_sam.sa1b.work.doing import Step, step, work
from cvat_sam.sa1b.work.jobs import Job, Outcome

# How often a task is done again whose process was killed.
_RETRIES = 2

# Ray does not tell its makers that it is used, nor warn of what it will do with GPUs some day.
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


def main() -> None:
    """Work until all is done, or nobody listens any more."""
    signal.signal(signal.SIGTERM, _leave)
    with own_output() as output:
        try:
            jobs, workers, address = pickle.load(sys.stdin.buffer)  # noqa: S301  it is our own
            threading.Thread(target=_end_with_parent, daemon=True).start()
            for found in _driven(jobs, workers, address):
                send(found, output)
            send(DONE, output)
        except BrokenPipeError:
            os._exit(1)  # the other end is gone, and closing the file would try once more
        except CvatSamError as error:
            send(error, output)
        except Exception:
            send(Failed(traceback.format_exc()), output)


def _leave(number: int, frame: object) -> NoReturn:
    sys.exit(128 + number)


def _end_with_parent() -> None:
    # Nothing more is sent; the end comes when the other process has ended, however it did.
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGKILL)


def _driven(jobs: Sequence[Job], workers: int, address: str | None) -> Iterator[Step]:
    os.environ.update({name: value for name, value in _QUIET.items() if name not in os.environ})
    import ray

    try:
        _begin(ray, workers, address)
        task = ray.remote(max_retries=_RETRIES, num_cpus=1, num_returns="streaming")(_work)
        # A cluster's processes are in folders of their own.
        going = {task.remote(job if address is None else _absolute(job)): job for job in jobs}
        while going:
            [ready], _ = ray.wait(list(going), num_returns=1)
            yield from _steps(ray, ready, going)
    finally:
        ray.shutdown()


def _begin(ray: Any, workers: int, address: str | None) -> None:
    options: dict[str, Any] = {"logging_level": logging.CRITICAL, "log_to_driver": False}
    try:
        if address is None:
            # "local" starts one of its own, also where RAY_ADDRESS names a cluster.
            ray.init(address="local", num_cpus=workers, include_dashboard=False, **options)
        else:
            ray.init(address=address, **options)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError, OSError) as error:
        reason = str(error).strip().partition("\n")[0]
        if address is None:
            raise WorkerStopped(f"Ray did not start on this machine: {reason}") from None
        raise ServerUnreachable(f"no cluster of Ray answers at {address}: {reason}") from None
    finally:
        signal.signal(signal.SIGTERM, _leave)  # Ray has put its own in the place


def _steps(ray: Any, stream: Any, going: dict[Any, Job]) -> Iterator[Step]:
    job = going[stream]
    try:
        found = step(job, ray.get(next(stream)))
    except StopIteration:  # the end behind the outcome
        del going[stream]
        return
    except ray.exceptions.RayError as error:
        del going[stream]
        reason = str(error).strip().splitlines()[-1]
        yield Step(
            job, 0, Outcome(failed=f"{job.piece.paths[0]}: the task of Ray failed: {reason}")
        )
        return
    if found.outcome is not None:
        del going[stream]
    yield found


def _absolute(job: Job) -> Job:
    piece = replace(job.piece, paths=tuple(path.absolute() for path in job.piece.paths))
    return replace(job, piece=piece, folder=job.folder and job.folder.absolute())


def _work(job: Job) -> Iterator[int | Outcome]:
    yield from work(job)


if __name__ == "__main__":
    main()
