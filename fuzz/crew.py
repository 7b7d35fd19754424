"""The processes that try inputs, and the watch over them: one that hangs or dies is a finding too.

Each process does every so-many-th input and leaves the number it is at in shared memory, where it
can be read even after the process has died.
"""

import contextlib
import ctypes
import faulthandler
import multiprocessing
import os
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from fuzz import case
from fuzz.case import Found

Try = Callable[[int, int], Found | None]

HANGS_AFTER = 20.0  # seconds for one input
STARTS_WITHIN = 120.0  # seconds
MEMORY = 2 << 30  # bytes a process may have, beside what it has when it begins

_SPAWN = multiprocessing.get_context("spawn")


class Worker:
    """A process that tries the inputs first, first + step, … below count."""

    def __init__(self, trying: Try, seed: int, first: int, step: int, count: int) -> None:
        self.first = first
        self.at = _SPAWN.RawValue(ctypes.c_int64, -1)
        self.reports, sending = _SPAWN.Pipe(duplex=False)
        self.changed = time.monotonic()
        self.seen = -1
        self.log = Path(tempfile.mkstemp(prefix="fuzz-", suffix=".log")[1])
        arguments = (trying, seed, first, step, count, self.at, sending, str(self.log))
        self.process = _SPAWN.Process(target=_work, args=arguments, daemon=True)
        self.process.start()
        sending.close()

    def hangs(self) -> bool:
        """Whether it has been at one input for too long."""
        if self.at.value != self.seen:
            self.seen, self.changed = self.at.value, time.monotonic()
        allowed = STARTS_WITHIN if self.seen < 0 else HANGS_AFTER
        return time.monotonic() - self.changed > allowed

    def end(self) -> str:
        """Ends it; gives what it left behind: the traceback of a crash or of a hang."""
        self.process.join(0.5)  # what is dying is given the time to
        if self.process.is_alive():
            os.kill(self.process.pid or 0, signal.SIGUSR1)  # it writes where it is
            time.sleep(0.2)
            self.process.kill()
        self.process.join()
        text = self.log.read_text(errors="replace")
        self.log.unlink()
        return text


def run(
    seed: int,
    count: int,
    *,
    processes: int,
    trying: Try = case.try_one,
    progress: Callable[[int], Any] = lambda done: None,
) -> Iterator[Found]:
    """Tries inputs 0 to count - 1.

    Args:
        seed: Where all inputs come from.
        count: How many.
        processes: How many at a time.
        trying: Tries one; a name that another process can import.
        progress: Is called now and then with the number of inputs done.

    Yields:
        Findings, as they come.
    """
    workers = {
        index: Worker(trying, seed, index, processes, count)
        for index in range(min(processes, count))
    }
    while workers:
        ready = wait([worker.reports for worker in workers.values()], timeout=0.2)
        for index, worker in list(workers.items()):
            ended = False
            if worker.reports in ready:
                try:
                    report = worker.reports.recv()
                    if isinstance(report, Found):
                        yield report
                        continue
                    ended = True
                except EOFError:
                    pass
            at = max(worker.at.value, worker.first)
            died = worker.reports in ready and not ended
            if ended:
                worker.end()
                del workers[index]
            elif died or worker.hangs():
                how = "the process died" if died else "the process hangs"
                trace = worker.end()
                code = worker.process.exitcode
                yield Found(at, "", f"{how} (status {code})", "", trace[-3000:])
                del workers[index]
                if at + processes < count:
                    workers[index] = Worker(trying, seed, at + processes, processes, count)
        progress(min((worker.at.value for worker in workers.values()), default=count))


def _work(
    trying: Try,
    seed: int,
    first: int,
    step: int,
    count: int,
    at: Any,
    reports: Connection,
    log: str,
) -> None:
    with open(log, "w") as file:  # noqa: PTH123  its descriptor is what is needed
        faulthandler.enable(file)
        faulthandler.register(signal.SIGUSR1, file)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _limit_memory()
        case.prepare()
        for number in range(first, count, step):
            at.value = number
            if found := trying(seed, number):
                reports.send(found)
        reports.send("done")


def _limit_memory() -> None:
    # Where there is no such file, there is no such limit either; the targets measure as well.
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
