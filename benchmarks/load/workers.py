"""Processes of `cvat-sam serve`, each on its own cores."""

import contextlib
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from benchmarks.load import cores
from cvat_sam.serve.process import ServeProcess

ROOT = Path(__file__).parent.parent.parent


class Worker(NamedTuple):
    """One that is ready.

    Attributes:
        url: where it listens.
        process: its number.
    """

    url: str
    process: int

    def cpu_seconds(self) -> float | None:
        """What it has had of processors so far; None where the system does not say (proc(5))."""
        try:
            _, _, fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")
        except OSError:
            return None
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def started(
    count: int,
    logs: Path,
    settings: Mapping[str, str],
    *,
    of: int | None = None,
    function: Path = ROOT,
) -> Iterator[list[Worker]]:
    """Workers that are ready; they end with the block.

    Args:
        count: how many.
        logs: a folder for their logs.
        settings: environment variables of ours; no other `SAM_` variable counts.
        of: each has the cores that it would have among so many; `count` by default.
        function: the folder with main.py.

    Raises:
        ServerStopped: one does not start.
    """
    # To the function an empty variable is none.
    emptied = {name: "" for name in os.environ if name.startswith("SAM_")}
    shares = cores.shares(cores.available(), of or count)
    with ExitStack() as stack:
        processes = []
        for number, share in enumerate(shares[:count], start=1):
            # A process that was started and is not in the stack would be left behind.
            with _signals_later():
                process = ServeProcess(
                    *("--path", str(function)),
                    # Where a process cannot be kept on some cores, or does not look at them.
                    settings={**emptied, "OMP_NUM_THREADS": str(len(share)), **settings},
                    log_path=logs / f"worker-{number}.log",
                )
                processes.append(stack.enter_context(process))
            # Before it has any threads: those it starts inherit this.
            cores.confine(process.process.pid, share)
        yield [Worker(one.wait_until_ready(), one.process.pid) for one in processes]


@contextlib.contextmanager
def _signals_later() -> Iterator[None]:
    """Let SIGINT and SIGTERM wait for the end of the block; only Python's main thread may ask."""
    heard: list[int] = []
    before = {
        number: signal.signal(number, lambda number, frame: heard.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for one in heard:
        signal.raise_signal(one)
