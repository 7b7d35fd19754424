"""A sink over the journal: what was found is written down first, then sent as an upload is."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cvat_sam.client.http.connection import Connection
from cvat_sam.client.task import Job, Task
from cvat_sam.client.uploads.checks import Checker
from cvat_sam.client.uploads.journal import Journal
from cvat_sam.client.uploads.progress import Progress
from cvat_sam.client.uploads.sending import Sender
from cvat_sam.client.uploads.state import claim, journal_path, lock_path
from cvat_sam.client.uploads.task_store import TaskStore
from cvat_sam.exceptions import InvalidTask
from cvat_sam.lock import locked
from cvat_sam.masks import MaskRecord

# Masks are sent when so many wait, or the first of them this long: a model is slower than CVAT, so
# few large requests cost nothing, and people watch what comes.
_MASKS = 1000
_SECONDS = 15.0


class JournalSink:
    """Puts masks into a journal under their keys, and sends them; see `Sink`.

    Args:
        journal: of this work.
        checker: of the task.
        sender: of the journal's masks.
    """

    def __init__(self, journal: Journal, checker: Checker, sender: Sender) -> None:
        self._journal = journal
        self._checker = checker
        self._sender = sender
        # Keys whose masks are not confirmed; at the start nobody knows which these are.
        self._waiting: set[str] | None = None
        self._masks = 0
        self._since = 0.0

    def add(self, key: str, records: Sequence[MaskRecord]) -> None:
        """See `Sink.add`."""
        shapes = []
        for record in records:
            try:
                shapes.append(self._checker.check(record))
            except (ValueError, LookupError) as error:
                raise InvalidTask(str(error)) from None
        with self._journal.transaction():
            for shape in shapes:
                # Fresh: masks that are equal to earlier ones are masks all the same.
                self._journal.plan(shape, 0, fresh=True)
            self._journal.note(**{_fact(key): len(shapes)})
        if self._waiting is not None:
            self._waiting.add(key)
        if not self._masks:
            self._since = time.monotonic()
        self._masks += len(shapes)
        if self._masks >= _MASKS or (self._masks and time.monotonic() - self._since > _SECONDS):
            self.flush()

    def flush(self) -> None:
        """See `Sink.flush`."""
        self._sender.send()
        self._waiting = set()
        self._masks = 0

    def stored(self, key: str) -> bool:
        """See `Sink.stored`."""
        if self._waiting is None or key in self._waiting:
            return False
        return bool(self._journal.fact(_fact(key)))


def _fact(key: str) -> str:
    return f"added: {key}"


@contextmanager
def open_sink(
    connection: Connection,
    task: Task,
    *,
    work: Mapping[str, Any],
    job: Job | None = None,
    journal: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[JournalSink]:
    """The sink of some work on a task; nobody else on this machine uploads into it meanwhile.

    Args:
        connection: to the server.
        task: the task.
        work: what tells this work from other work: its journal is another.
        job: the one job that masks go into.
        journal: a file in place of the one in the user's state folder.
        progress: who hears of it.

    Raises:
        InvalidTask: the task's jobs overlap, and none is named.
        InvalidSource: the journal is of other work, or damaged.
        InUse: another upload into the task is at work.
    """
    server = connection.server.url
    facts = {"server": server, "task": task.id, "job": "" if job is None else job.id, **work}
    checker = Checker(task, job=job, source="auto")
    with (
        locked(lock_path(server, task.id), f"another upload into task {task.id}"),
        Journal(journal or journal_path(facts)) as book,
    ):
        claim(book, facts)
        store = TaskStore(connection, task=task.id, job=None if job is None else job.id)
        sender = Sender(book, store, progress or Progress())
        sender.begin()
        yield JournalSink(book, checker, sender)
