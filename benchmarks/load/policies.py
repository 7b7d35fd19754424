"""Which worker a request goes to."""

import itertools
import threading
from collections import deque
from typing import Protocol


class NoWorker(Exception):
    """None is left, or none came free in time."""


class Policy(Protocol):
    """Hands out workers, by their numbers, to any number of threads."""

    def take(self) -> int:
        """A worker for one request.

        Raises:
            NoWorker: there is none.
        """

    def give_back(self, worker: int) -> None:
        """Its request is answered."""

    def drop(self, worker: int) -> None:
        """It is dead: nobody gets it any more."""


class Free:
    """Whichever worker has been free longest; whoever finds none waits in line.

    This is Nuclio with several workers in one pod: its allocator is a channel of free workers
    (pkg/processor/worker/allocator.go, `fixedPool`), first in, first out. So even a single user's
    clicks go to all the workers in turn.

    Args:
        workers: how many there are.
        patience: seconds that a request waits; Nuclio's workerAvailabilityTimeoutMilliseconds.
    """

    def __init__(self, workers: int, *, patience: float) -> None:
        self._patience = patience
        self._changed = threading.Condition()
        self._free = deque(range(workers))
        self._alive = set(range(workers))
        self._line: deque[object] = deque()

    def take(self) -> int:
        """See `Policy.take`."""
        ticket = object()
        with self._changed:
            self._line.append(ticket)
            try:
                self._changed.wait_for(lambda: self._is_served(ticket), self._patience)
                if not (self._alive and self._is_served(ticket)):
                    raise NoWorker
                return self._free.popleft()
            finally:
                self._line.remove(ticket)
                self._changed.notify_all()

    def give_back(self, worker: int) -> None:
        """See `Policy.give_back`."""
        with self._changed:
            if worker in self._alive:
                self._free.append(worker)
                self._changed.notify_all()

    def drop(self, worker: int) -> None:
        """See `Policy.drop`."""
        with self._changed:
            self._alive.discard(worker)
            self._changed.notify_all()

    def _is_served(self, ticket: object) -> bool:
        return not self._alive or bool(self._free and self._line[0] is ticket)


class RoundRobin:
    """The next worker, busy or not: a busy one lets the request wait, or answers it 503.

    This is a Kubernetes Service over replicas of one worker each: it knows nothing of who is busy
    and has no affinity. Ours takes turns, as kube-proxy does with IPVS; with iptables it draws.

    Args:
        workers: how many there are.
    """

    def __init__(self, workers: int) -> None:
        self._lock = threading.Lock()
        self._alive = set(range(workers))
        self._turns = itertools.cycle(range(workers))

    def take(self) -> int:
        """See `Policy.take`."""
        with self._lock:
            if not self._alive:
                raise NoWorker
            return next(worker for worker in self._turns if worker in self._alive)

    def give_back(self, worker: int) -> None:
        """Nobody keeps a count."""

    def drop(self, worker: int) -> None:
        """See `Policy.drop`."""
        with self._lock:
            self._alive.discard(worker)
