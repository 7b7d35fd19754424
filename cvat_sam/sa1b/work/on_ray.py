"""Jobs as tasks of Ray, on this machine or on a cluster.

Ray is quiet here: it neither logs to the terminal nor tells its makers that it is used.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from cvat_sam.exceptions import InvalidSetting, ServerUnreachable, Unavailable, WorkerStopped
from cvat_sam.sa1b.work.doing import Step, step, work
from cvat_sam.sa1b.work.jobs import Job, Outcome

# How often a task is done again whose process was killed.
_RETRIES = 2

# Seconds that a cluster has to answer.
_PATIENCE = 30

_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


def run_on_ray(jobs: Sequence[Job], *, workers: int, address: str | None = None) -> Iterator[Step]:
    """Does jobs as tasks; see `running.run`.

    Args:
        jobs: what is to be done.
        workers: how many at a time, where Ray is started here.
        address: of a cluster. Sources and results must be in a place that all of it sees, under
            the same names, and cvat-sam must be installed there. It was tried with a cluster of
            one machine alone.
    """
    ray = _imported()
    try:
        _begin(ray, workers, address)
        task = ray.remote(max_retries=_RETRIES, num_cpus=1, num_returns="streaming")(_work)
        # A cluster's processes are in folders of their own.
        going = {task.remote(job if address is None else _absolute(job)): job for job in jobs}
        while going:
            [ready], _ = ray.wait(list(going), num_returns=1)
            job = going[ready]
            yield from _steps(ray, ready, job, going)
    finally:
        ray.shutdown()


def _steps(ray: Any, stream: Any, job: Job, going: dict[Any, Job]) -> Iterator[Step]:
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


def _imported() -> Any:
    os.environ.update({name: value for name, value in _QUIET.items() if name not in os.environ})
    try:
        import ray
    except ImportError:
        raise Unavailable(
            "several sources at a time need Ray: pip install 'cvat-sam[ray]', or '.[ray]' in a "
            "clone; --workers 1 does one after another without it"
        ) from None
    return ray


def _begin(ray: Any, workers: int, address: str | None) -> None:
    if address is not None:
        _check_cluster(address)
    before = signal.getsignal(signal.SIGTERM)
    logging.getLogger("ray").setLevel(logging.CRITICAL)
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
        # Ray puts its own in the place, which logs.
        signal.signal(signal.SIGTERM, before)


def _check_cluster(address: str) -> None:
    """Makes sure that a cluster answers: Ray itself would try for ever, and say so all the time.

    Raises:
        ServerUnreachable: none does.
    """
    if address != "auto":
        _check_port(address)
    program = "import ray, sys; ray.init(address=sys.argv[1], log_to_driver=False)"
    try:
        asked = subprocess.run(
            [sys.executable, "-c", program, address],
            timeout=_PATIENCE,
            capture_output=True,
            text=True,
        )
    except subprocess.TimeoutExpired:
        raise ServerUnreachable(
            f"no cluster of Ray answers at {address} within {_PATIENCE} s"
        ) from None
    if asked.returncode:
        reason = (asked.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ServerUnreachable(f"no cluster of Ray answers at {address}: {reason}")


def _check_port(address: str) -> None:
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        raise InvalidSetting(
            f"--ray-address is {address!r}; it should be host:port, ray://host:port or auto"
        )
    try:
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ServerUnreachable(f"no cluster of Ray answers at {address}: {reason}") from None
