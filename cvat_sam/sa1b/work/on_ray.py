"""Jobs as tasks of Ray, on this machine or on a cluster.

Ray is quiet here. What it says, and how it ends when it is stopped, would be on the terminal and in
the exit code of whoever drives it; so a process of its own does, `ray_driver`.
"""

import importlib.util
import pickle
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Any, cast

from cvat_sam.exceptions import InvalidSetting, ServerUnreachable, Unavailable, WorkerStopped
from cvat_sam.sa1b.own_process import DONE, Failed, start
from cvat_sam.sa1b.work.doing import Step
from cvat_sam.sa1b.work.jobs import Job

# Seconds that a cluster has to answer.
_PATIENCE = 30

# Seconds that Ray has to end before it is killed.
_ENDING = 5


def run_on_ray(jobs: Sequence[Job], *, workers: int, address: str | None = None) -> Iterator[Step]:
    """Does jobs as tasks; see `running.run`.

    Args:
        jobs: what is to be done.
        workers: how many at a time, where Ray is started here.
        address: of a cluster. Sources and results must be in a place that all of it sees, under
            the same names, and cvat-sam must be installed there. It was tried with a cluster of
            one machine alone.
    """
    _require_ray()
    if address is not None:
        _check_cluster(address)
    driver = start(
        "cvat_sam.sa1b.work.ray_driver",
        stderr=subprocess.DEVNULL,
        # Ctrl-C is for this process, which ends that one.
        start_new_session=True,
    )
    try:
        yield from _steps(driver, (list(jobs), workers, address))
    finally:
        _end(driver)


def _steps(driver: subprocess.Popen[bytes], wish: Any) -> Iterator[Step]:
    try:
        # It stays open: the driver ends when there is nobody at its other end.
        pickle.dump(wish, cast(IO[bytes], driver.stdin))
        cast(IO[bytes], driver.stdin).flush()
        while (message := pickle.load(cast(IO[bytes], driver.stdout))) != DONE:  # noqa: S301  ours
            if isinstance(message, Exception):
                raise message
            if isinstance(message, Failed):
                raise RuntimeError(f"the process that drives Ray failed:\n{message}")
            yield message
    except (EOFError, BrokenPipeError, pickle.UnpicklingError):
        code = driver.wait()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise WorkerStopped(
            f"the process that drives Ray ended in the middle of the work: {how}"
        ) from None


def _end(driver: subprocess.Popen[bytes]) -> None:
    """End Ray, in order if that is soon, and let go of it."""
    try:
        driver.terminate()
        driver.wait(_ENDING)
    except subprocess.TimeoutExpired:
        pass
    finally:
        # What Ray has started here ends with the process that started it.
        driver.kill()
        driver.wait()
        for pipe in (driver.stdin, driver.stdout):
            cast(IO[bytes], pipe).close()


def _require_ray() -> None:
    if importlib.util.find_spec("ray") is None:
        raise Unavailable(
            "several sources at a time need Ray: pip install 'cvat-sam[ray]', or '.[ray]' in a "
            "clone; --workers 1 does one after another without it"
        )


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
