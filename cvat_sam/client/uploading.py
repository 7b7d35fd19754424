"""Masks from files into a task: all of them, once.

First everything is read and checked and written into a journal; only then the first byte is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cvat_sam import sources as readers
from cvat_sam.client.api import read_task
from cvat_sam.client.checks import Checker
from cvat_sam.client.connection import Connection
from cvat_sam.client.journal import PLANNED, STORED, Journal
from cvat_sam.client.lock import locked
from cvat_sam.client.planning import plan
from cvat_sam.client.progress import Progress
from cvat_sam.client.replacing import remove_replaced
from cvat_sam.client.sending import Sender
from cvat_sam.client.state import claim, journal_path, lock_path
from cvat_sam.client.task_store import TaskStore
from cvat_sam.masks import Rejected


@dataclass(frozen=True)
class Report:
    """What an upload did.

    Attributes:
        masks: how many masks of the sources fit the task.
        stored: how many of them this run stored.
        before: how many an earlier run had stored.
        deleted: how many masks of an earlier upload were deleted, with `replace_own`.
        kept: the ids of those that were not, because somebody has changed them.
        rejected: what does not fit, each with its place and a sentence.
    """

    masks: int = 0
    stored: int = 0
    before: int = 0
    deleted: int = 0
    kept: tuple[int, ...] = ()
    rejected: tuple[Rejected, ...] = field(default=(), repr=False)


def upload(
    connection: Connection,
    sources: Sequence[Path],
    *,
    task: int,
    job: int | None = None,
    labels: Mapping[str, str] | None = None,
    format: str | None = None,
    dry_run: bool = False,
    skip_bad: bool = False,
    replace: bool = False,
    journal: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Upload masks, or go on where an earlier call with the same arguments ended.

    Args:
        connection: to the server.
        sources: files and folders, see `cvat_sam.sources`.
        task: its number.
        job: the number of the one job that masks go into.
        labels: the task's label for a source's label; "" is for all that are not named.
        format: of the sources, where it cannot be told by looking.
        dry_run: read and check everything, and send nothing.
        skip_bad: upload what fits though some masks do not.
        replace: first delete what the journal says an earlier upload put there.
        journal: a file in place of the one in the user's state folder.
        progress: who hears of it.

    Returns:
        what was done. With masks that do not fit, and without `skip_bad`, nothing is sent.

    Raises:
        InvalidTask: the jobs overlap, a label is not there, or there is nothing to replace.
        InvalidSource: a source cannot be read.
        InUse: another upload into the task is at work.
        ServerRefused, ServerUnreachable, Unclear: see `Sender.send`.
    """
    progress = progress or Progress()
    names = [str(path.expanduser().absolute()) for path in sources]
    facts = {"server": connection.server.url, "task": task, "job": job or "", "sources": names}
    with locked(lock_path(connection.server.url, task), f"task {task}"):
        found = read_task(connection, task)
        checker = Checker(found, job=found.job(job), labels=labels)
        with Journal(journal or journal_path(facts)) as book:
            claim(book, facts)
            planned = plan(
                book,
                readers.read(sources, format=format),
                checker,
                keep=not dry_run,
                skip_bad=skip_bad,
                replace=replace,
                progress=progress,
            )
            rejected = tuple(planned.rejected)
            if dry_run or (rejected and not skip_bad):
                return Report(planned.masks, 0, planned.before, rejected=rejected)
            store = TaskStore(connection, task=task, job=job)
            jobs = 1 if job is not None else len(found.jobs)
            deleted, kept = _send(book, store, progress, jobs)
            stored = book.count(STORED, reading=planned.reading) - planned.before
            return Report(planned.masks, stored, planned.before, deleted, tuple(kept), rejected)


def _send(
    journal: Journal, store: TaskStore, progress: Progress, jobs: int
) -> tuple[int, Sequence[int]]:
    sender = Sender(journal, store, progress, jobs=jobs)
    sender.begin()
    progress.planned(journal.count(PLANNED))
    deleted, kept = remove_replaced(journal, store, progress)
    sender.send()
    journal.note(replacing="")
    return deleted, kept
