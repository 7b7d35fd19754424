"""The whole run: each kind of function started, asked, measured, and looked at from outside."""

import contextlib
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field

from cvat_sam.settings import FunctionKind
from fuzz.function import hosts, warming
from fuzz.function.asking import Client, NoReply, Reply
from fuzz.function.hosts import Host, Memory
from fuzz.function.judging import wrong
from fuzz.function.requests import SHARES, Request, kind_of, make

# Megabytes. After the warm-up the embeddings in memory are as many as may be, the largest images
# and the longest requests were there, and pages that were freed are kept. What still comes and goes
# between libraries, their threads' heaps and Python's was seen to be 46 at most. Of a run of
# 10,000 requests, 8,000 are one process's: what each leaves behind shows from 12 kB on.
GROWTH = 96
# Thousands of clicks, which only the interactor decodes, take 0.8 to 1.1 GB for a moment, by where
# the allocator finds room. There a bomb that is let through has to take more than that to show; the
# same bombs are sent to the others, whose peak stays.
PEAK_GROWTH: dict[FunctionKind, int] = {"interactor": 400, "detector": GROWTH, "embedder": GROWTH}
# A process that dies so often says nothing new.
MOST_DEATHS = 3

Start = Callable[[FunctionKind], contextlib.AbstractContextManager[Host]]


@dataclass(frozen=True)
class Finding:
    """What should not be.

    Attributes:
        kind: of the function.
        number: of the request; None where it is about the whole, or the warm-up.
        name: of the request.
        what: is wrong.
    """

    kind: FunctionKind
    number: int | None
    name: str
    what: str


@dataclass
class Run:
    """One run, and what it counted.

    Attributes:
        seed: where all requests come from.
        numbers: of the requests.
        start: starts a kind of function.
        is_measured: whether memory is looked at, which needs a warm-up.
        progress: is told how many are done.
        statuses: how often each came back; 0 is for no reply.
        memory: of each kind, before and after.
    """

    seed: int
    numbers: Sequence[int]
    start: Start = hosts.served
    is_measured: bool = True
    progress: Callable[[int], None] = lambda done: None
    statuses: Counter[int] = field(default_factory=Counter)
    memory: dict[FunctionKind, tuple[Memory, Memory]] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """Run, and give what should not be as it comes.

        Raises:
            ServerStopped: a function does not start.
        """
        for kind in SHARES:
            numbers = [one for one in self.numbers if kind_of(self.seed, one) == kind]
            if self.numbers and not numbers:
                continue
            left = iter(numbers)
            for _ in range(MOST_DEATHS):
                with self.start(kind) as host:
                    lives = yield from _Visit(self, kind, host).findings(left)
                if lives:
                    break

    @property
    def asked(self) -> int:
        """How many requests were sent."""
        return self.statuses.total()


class _Visit:
    """One process of one kind of function."""

    def __init__(self, run: Run, kind: FunctionKind, host: Host) -> None:
        self.run = run
        self.kind = kind
        self.host = host
        self.client = Client(host.url)
        self.pieces: set[str] = set()

    def findings(self, numbers: Iterator[int]) -> Generator[Finding, None, bool]:
        """What should not be; those that were not asked stay in `numbers`.

        Returns:
            whether the process lives.
        """
        good = warming.good(self.kind)
        filling = warming.filling(self.kind) if self.run.is_measured else []
        heaviest = warming.heaviest(self.kind) if self.run.is_measured else []
        first = self.client.ask(good)
        yield from self._judged(good, first)
        # Twice: at the first time, libraries still take memory for themselves.
        for request in [*filling, *heaviest, *heaviest]:
            yield from self._asked(request)
        if heaviest:
            self.client.ask(good)
        before = self.host.memory()
        for request in warming.free(self.kind) * 3 if self.run.is_measured else []:
            yield from self._asked(request)
        for number in numbers:
            request = make(self.run.seed, number)
            yield from self._asked(request)
            if before is not None and self.host.memory() is None:
                yield self._finding(request, "the process is dead")
                yield from self._logged()
                return False
        # As before: after a request that takes much, the function gives back what it can.
        for request in heaviest:
            yield from self._asked(request)
        last = self.client.ask(good)
        yield from self._judged(good, last)
        if _essence(last) != _essence(first):
            yield self._finding(good, "is answered otherwise at the end than at the beginning")
        after = self.host.memory()
        if self.run.is_measured and before is not None and after is not None:
            yield from self._grown(before, after)
        yield from self._logged()
        return True

    def _logged(self) -> Iterator[Finding]:
        self.client.close()
        log = self.host.log_path.read_text(errors="replace")
        for what in hosts.wrong_in_log(log, self.pieces):
            yield Finding(self.kind, None, "the log", what)

    def _asked(self, request: Request) -> Iterator[Finding]:
        self.pieces.update(hosts.pieces_of(request))
        reply = self.client.ask(request)
        yield from self._judged(request, reply)
        if request.number != warming.NONE:
            self.run.statuses[reply.status if isinstance(reply, Reply) else 0] += 1
            self.run.progress(self.run.asked)

    def _judged(self, request: Request, reply: Reply | NoReply | None) -> Iterator[Finding]:
        for what in wrong(request, reply):
            yield self._finding(request, what)

    def _finding(self, request: Request, what: str) -> Finding:
        number = None if request.number == warming.NONE else request.number
        return Finding(self.kind, number, request.name, what)

    def _grown(self, before: Memory, after: Memory) -> Iterator[Finding]:
        self.run.memory[self.kind] = before, after
        for name, one, other, most in (
            ("memory", before.resident, after.resident, GROWTH),
            ("the peak of memory", before.peak, after.peak, PEAK_GROWTH[self.kind]),
        ):
            if other - one > most:
                what = f"{name} went from {one:,} to {other:,} MB, by more than {most} MB"
                yield Finding(self.kind, None, "all requests", what)


def _essence(reply: Reply | NoReply | None) -> object:
    """A reply but for what tells the time."""
    if not isinstance(reply, Reply):
        return reply
    times = ("date", "server-timing")
    headers = {name: value for name, value in reply.headers.items() if name not in times}
    return reply.status, headers, reply.body
