"""Sends what a journal has planned, and knows at any time what became of it."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from cvat_sam.client.http.connection import CutWhileSending, Doubtful, TooLarge, Wait
from cvat_sam.client.uploads.chunks import ChunkSize
from cvat_sam.client.uploads.journal import Journal
from cvat_sam.client.uploads.progress import Progress
from cvat_sam.client.uploads.settling import is_stored, newcomers, paired, twins
from cvat_sam.client.uploads.shapes import patch_body
from cvat_sam.exceptions import InvalidTask, ServerRefused, ServerUnreachable

# How often one chunk is tried that the server does not store, and how long a wait may be.
TRIES = 8
LONGEST_WAIT = 300.0
FIRST_WAIT = 0.05

# How long to look for a chunk that may come to be stored after its connection was cut: so many
# times what a chunk takes, and at least and at most so many seconds.
PATIENCE = 3.0
SHORTEST_PATIENCE = 0.2
LONGEST_PATIENCE = 60.0

# A chunk whose process was stopped may be on its way still: look for it until so many seconds after
# it was sent.
AFTER_A_STOP = 10.0
LONGEST_PAUSE = 2.0

# And so many seconds, at the end, for one that was sent again all the same.
LATE = 2.0

# Until then the next run looks for it once more.
FORGOTTEN_AFTER = 600.0


class Store(Protocol):
    """A task or a job of a server."""

    def create(self, body: bytes) -> list[Mapping[str, Any]]:
        """Store shapes; what the reply says was stored."""

    def delete(self, shapes: Sequence[Mapping[str, Any]]) -> None:
        """Delete shapes; each with its id, type, frame and label_id."""

    def shapes(self) -> Iterable[Mapping[str, Any]]:
        """All shapes that are there."""


class Sender:
    """Sends the masks of one journal.

    Args:
        journal: what to send.
        store: where to.
        progress: who hears of it.
        jobs: among how many jobs of the task the masks go.
    """

    def __init__(
        self, journal: Journal, store: Store, progress: Progress, *, jobs: int = 1
    ) -> None:
        self._journal = journal
        self._store = store
        self._progress = progress
        self._size = ChunkSize.for_jobs(jobs)
        self._seconds = 0.0  # what the last chunk took
        self._taken: tuple[list[int], list[bytes]] | None = None  # the next one

    def begin(self) -> None:
        """Find out what became of a chunk that an earlier run did not see the end of.

        And note what is in the task now, so that what comes later can be told from it.
        """
        # A chunk given up before could have come to be stored since.
        self._journal.doubt_again()
        taken = float(self._journal.fact("taken", "0"))
        self._settle(least=min(max(0.0, taken + AFTER_A_STOP - time.time()), AFTER_A_STOP))
        left = self._remove_twins(late=0.0)
        self._journal.remember(self._store.shapes() if left is None else left)

    def send(self) -> None:
        """Send everything that is planned.

        Raises:
            ServerRefused, ServerUnreachable, Unclear: it did not come to an end; the journal knows
                how far it came, and the same again goes on from there.
        """
        failures = 0
        while True:
            numbers, bodies = self._taken or self._take()
            self._taken = None
            if not numbers:
                break
            failures = 0 if self._sent(numbers, bodies) else failures + 1
            if failures == TRIES:
                raise ServerUnreachable(
                    f"the server did not store {len(numbers)} masks in {TRIES} attempts; "
                    "run the same command again later, it goes on from here"
                )
            if failures > 1:
                time.sleep(FIRST_WAIT * 2**failures)
        self._remove_twins(late=LATE)

    def _take(self) -> tuple[list[int], list[bytes]]:
        return self._journal.take(self._size.masks, self._size.bytes)

    def _sent(self, numbers: list[int], bodies: list[bytes]) -> bool:
        """Send a chunk; whether it was stored."""
        body = patch_body(bodies)
        began = time.monotonic()
        try:
            reply = self._store.create(body)
        except TooLarge:
            self._journal.not_stored(numbers)
            if not self._size.too_large(len(numbers), len(body)):
                raise
            return True  # which is no failure: smaller ones come next
        except Wait as wait:
            self._journal.note(taken=0)
            seconds = min(wait.seconds, LONGEST_WAIT)
            self._progress.say(f"{wait}; waiting {seconds:.0f} s")
            time.sleep(seconds)
            return self._settle()  # a proxy may say so of what CVAT has done
        except ServerUnreachable as error:
            if isinstance(error, CutWhileSending):
                self._size.too_large(len(numbers), len(body))  # some proxies say it like this
            self._journal.not_stored(numbers)
            self._progress.say(f"{error}; trying again")
            return False
        except Doubtful as doubt:
            self._journal.note(taken=0)  # there was an end to it, such as it was
            self._seconds = max(self._seconds, time.monotonic() - began)
            self._progress.say(f"{doubt}; asking the server what it has")
            time.sleep(min(doubt.seconds, LONGEST_WAIT))
            return self._settle()
        except ServerRefused:
            self._journal.not_stored(numbers)
            raise
        self._seconds = time.monotonic() - began
        self._size.took(len(numbers), self._seconds)
        self._confirm(numbers, reply)
        return True

    def _confirm(self, numbers: list[int], reply: list[Mapping[str, Any]]) -> None:
        traces = self._journal.sending()
        pairs = paired(
            {number: traces[number] for number in numbers}, newcomers(reply, frozenset())
        )
        missing = sum(number is None for _, number in pairs)
        if missing:
            # A task drops masks on frames outside its jobs: somebody changed these meanwhile.
            kept = [pair for pair in pairs if pair[1] is not None]
            self._journal.stored(kept)
            self._journal.not_stored([number for number, shape in pairs if shape is None])
            raise InvalidTask(
                f"the server left out {missing} of {len(pairs)} masks without a word; "
                "has a job of the task been deleted? The others are stored"
            )
        with self._journal.transaction():  # the disk is waited for once
            self._journal.stored(pairs)
            self._taken = self._take()
        self._progress.stored(len(pairs))

    def _settle(self, *, least: float = SHORTEST_PATIENCE) -> bool:
        """Find out what became of the chunk in doubt; True if there is none, or it is stored.

        Args:
            least: for so many seconds it is looked for.
        """
        numbers = self._journal.sending()
        if not numbers:
            return True
        known = self._journal.known()
        patience = min(max(PATIENCE * self._seconds, SHORTEST_PATIENCE), LONGEST_PATIENCE)
        until = time.monotonic() + max(patience, least)
        pause = patience / 3
        waits = least > LONGEST_PAUSE
        while True:
            found = newcomers(self._store.shapes(), known)
            if is_stored(list(numbers.values()), found):
                self._journal.stored(paired(numbers, found))
                self._progress.stored(len(numbers))
                return True
            if time.monotonic() >= until:
                break
            if waits:
                waits = False
                self._progress.say(
                    f"{len(numbers):,} masks were on their way when an earlier run ended; looking "
                    f"for them, up to {least:.0f} s"
                )
            time.sleep(min(pause, max(0.0, until - time.monotonic())))
            pause = min(1.5 * pause, max(LONGEST_PAUSE, patience / 3))
        self._journal.not_stored(list(numbers), resend=True)
        self._journal.note(doubted=time.time())
        return False

    def _remove_twins(self, *, late: float) -> list[Mapping[str, Any]] | None:
        """Delete what the server stored after we had given it up and sent it again.

        Args:
            late: for how many seconds to wait for it, at least, since it was given up.

        Returns:
            all shapes that are left; None where there was nothing to look for.
        """
        resent = self._journal.resent()
        if not resent:
            return None
        doubted = float(self._journal.fact("doubted", "0"))
        if late:
            until = doubted + max(late, PATIENCE * self._seconds)
            time.sleep(min(max(0.0, until - time.time()), LONGEST_PATIENCE))
        shapes = list(self._store.shapes())
        ids = set(twins(resent.values(), newcomers(shapes, self._journal.known())))
        second = [shape for shape in shapes if shape.get("id") in ids]
        if second:
            self._store.delete(second)
            self._progress.say(
                f"{len(second)} masks had been stored late, after they were sent again; "
                "these second ones are deleted"
            )
        if not 0 <= time.time() - doubted < FORGOTTEN_AFTER:
            self._journal.settled()
        return [shape for shape in shapes if shape.get("id") not in ids]
