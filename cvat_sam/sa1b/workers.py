"""Records read by several processes.

Each process reads the same pieces and takes every so many of their records, so nothing but what
was read goes between processes. Each has a pipe of its own: when one is killed, its pipe ends, and
that is noticed at once.
"""

import pickle
import queue
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import IO, Any, cast

from cvat_sam.exceptions import WorkerStopped
from cvat_sam.sa1b.fault import Fault
from cvat_sam.sa1b.own_process import DONE, Failed, start
from cvat_sam.sa1b.pieces import Piece
from cvat_sam.sa1b.record import Record
from cvat_sam.sa1b.records import Event, Options
from cvat_sam.sa1b.worker import READY

# Records that wait for whoever reads them, of each process; one more waits in it.
_AHEAD = 2

# How long a thread waits before it looks whether anybody still wants what it has, in seconds.
_PATIENCE = 0.2


def events_of_workers(
    pieces: Sequence[Piece], options: Options, *, workers: int, ordered: bool
) -> Iterator[Iterator[Event]]:
    """What `events` gives, read by processes.

    Args:
        pieces: what is to be read.
        options: how.
        workers: how many processes.
        ordered: whether events come piece by piece and in the order of the records; else all of
            them come at once, in any order.

    Raises:
        WorkerStopped: a process could not start, or was killed. No process is left then, nor when
            whoever iterates stops before the end.
    """
    together: queue.Queue[Any] | None = None if ordered else queue.Queue(_AHEAD * workers)
    crew: list[_Worker] = []
    try:
        for index in range(workers):
            parts = [piece.split(index, workers) for piece in pieces]
            crew.append(_Worker(parts, options, together or queue.Queue(_AHEAD)))
        if together is None:
            for _ in pieces:
                yield _in_order(crew)
        else:
            yield _as_they_come(together, workers)
    finally:
        for worker in crew:
            worker.stop()
        for worker in crew:
            worker.join()


def _in_order(crew: "Sequence[_Worker]") -> Iterator[Event]:
    """The events of a piece: of each record those of the process whose turn it is."""
    going = list(crew)
    while going:
        for worker in list(going):
            while not isinstance(message := _checked(worker.found.get()), str):
                yield message
                if isinstance(message, Record | Fault):
                    break
            else:
                going.remove(worker)


def _as_they_come(found: "queue.Queue[Any]", workers: int) -> Iterator[Event]:
    while workers:
        message = _checked(found.get())
        if not isinstance(message, str):
            yield message
        elif message == DONE:
            workers -= 1


def _checked(message: Any) -> Event | str:
    """A message, unless it says that a process is no more."""
    if isinstance(message, Failed):
        raise RuntimeError(f"a worker process failed:\n{message}")
    if isinstance(message, WorkerStopped):
        raise message
    return cast(Event | str, message)


class _Worker:
    """A process, and the thread that takes what it sends."""

    def __init__(
        self, pieces: Sequence[Piece], options: Options, found: "queue.Queue[Any]"
    ) -> None:
        self.found = found
        self._stopping = threading.Event()
        self._process = start("cvat_sam.sa1b.worker")
        # Where it has ended already, its standard output tells.
        with suppress(BrokenPipeError), cast(IO[bytes], self._process.stdin) as file:
            pickle.dump((list(pieces), options), file)
        self._thread = threading.Thread(target=self._take, name="cvat_sam.sa1b", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the process, whatever it is doing, and let the thread end."""
        self._stopping.set()
        self._process.kill()

    def join(self) -> None:
        """Wait until both have ended."""
        self._process.wait()
        self._thread.join()
        cast(IO[bytes], self._process.stdout).close()

    def _take(self) -> None:
        message: Any = None
        started = False
        while message != DONE and not isinstance(message, Failed | WorkerStopped):
            try:
                message = pickle.load(cast(IO[bytes], self._process.stdout))  # noqa: S301  our own
            except (EOFError, pickle.UnpicklingError, OSError):
                message = self._stopped(started)
            started = True
            if message != READY:
                self._put(message)

    def _put(self, message: Any) -> None:
        while not self._stopping.is_set():
            with suppress(queue.Full):
                self.found.put(message, timeout=_PATIENCE)
                return

    def _stopped(self, started: bool) -> WorkerStopped:
        code = self._process.wait()
        if not started and code >= 0:
            return WorkerStopped(
                f"a worker process could not start, exit code {code}; what it said of it is on "
                "standard error"
            )
        how = f"exit code {code}"
        if code < 0:
            how = f"signal {-code}" + " (want of memory?)" * (-code == signal.SIGKILL)
        return WorkerStopped(f"a worker process ended in the middle of its work: {how}")
