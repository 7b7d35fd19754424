"""Masks from files into a task: all of them, once.

First everything is read and checked and written into a journal; only then the first byte is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cvat_sam import sources as readers
from cvat_sam.client.api import read_task
from cvat_sam.client.checks import Checker
from cvat_sam.client.client import Client
from cvat_sam.client.connection import Connection
from cvat_sam.client.doubles import refuse_doubles
from cvat_sam.client.generations import REPLACE, begin_generation, end_generation
from cvat_sam.client.journal import PLANNED, STORED, Journal
from cvat_sam.client.lock import locked
from cvat_sam.client.planning import Plan, plan
from cvat_sam.client.progress import Progress
from cvat_sam.client.replacing import remove_replaced
from cvat_sam.client.sending import Sender
from cvat_sam.client.state import claim, journal_path, lock_path
from cvat_sam.client.task import Job, Task
from cvat_sam.client.task_store import TaskStore
from cvat_sam.exceptions import InvalidSetting, UnfitMasks
from cvat_sam.masks import Rejected
from cvat_sam.targets.rejected_file import write_rejected


@dataclass(frozen=True)
class Report:
    """What an upload did; of a dry run, what it would do, and nothing is stored.

    Attributes:
        masks: how many masks of the sources fit the task.
        stored: how many of them this run stored.
        before: how many an earlier run had stored.
        gone: how many of those are not in the task any more, because somebody has deleted them or
            replaced them with others; they are not sent again.
        deleted: how many masks of an earlier upload were deleted, with `replace`.
        kept: the ids of those that were not, because somebody has changed them.
        rejected: what does not fit, each with its place and a sentence; they were left out.
    """

    masks: int = 0
    stored: int = 0
    before: int = 0
    gone: int = 0
    deleted: int = 0
    kept: tuple[int, ...] = ()
    rejected: tuple[Rejected, ...] = field(default=(), repr=False)


def upload(
    client: Client | Connection,
    sources: Sequence[Path | str] | Path | str,
    *,
    task: int,
    job: int | None = None,
    labels: Mapping[str, str] | None = None,
    format: str | None = None,
    dry_run: bool = False,
    skip_bad: Path | str | None = None,
    replace: bool = False,
    again: bool = False,
    journal: Path | str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Upload masks, or go on where an earlier call for the same sources and task ended.

    Args:
        client: of the server.
        sources: files and folders, see `cvat_sam.sources`.
        task: its number.
        job: the number of the one job that masks go into.
        labels: the task's label for a source's label; "" is for all that are not named.
        format: of the sources, where it cannot be told by looking.
        dry_run: read and check everything, and send nothing.
        skip_bad: a file; upload what fits though some masks do not, and write the others there,
            before anything is sent.
        replace: first delete what the journal says an earlier upload put there.
        again: send all masks, those too that an earlier upload put there.
        journal: a file in place of the one in the user's state folder.
        progress: who hears of it.

    Raises:
        UnfitMasks: some masks do not fit, and `skip_bad` is not given; nothing was sent.
        InvalidTask: the jobs overlap, a label is not there, there is nothing to replace, or another
            upload of ours put some of these masks there.
        InvalidSource: a source cannot be read.
        InvalidSetting: `skip_bad` is there already, with something else in it.
        InUse: another upload into the task is at work.
        ServerRefused, ServerUnreachable, Unclear: see `Sender.send`.
    """
    if replace and again:
        raise InvalidSetting("replacing an upload and sending all of it again are two things")
    connection = client.connection if isinstance(client, Client) else client
    paths = [Path(source).expanduser() for source in _listed(sources)]
    url = connection.server.url
    # In any order: it is the same work. The job is not part of it: what one job got, it has.
    facts = {"server": url, "task": task, "sources": sorted({str(p.resolve()) for p in paths})}
    place = journal_path(facts) if journal is None else Path(journal).expanduser()
    bad_place = None if skip_bad is None else Path(skip_bad).expanduser()
    with locked(lock_path(url, task), f"task {task}"):
        found = read_task(connection, task)
        checker = Checker(found, job=found.job(job), labels=labels)
        with Journal(place) as book:
            claim(book, facts)
            work = _Work(connection, found, found.job(job), book, again, progress or Progress())
            with book.transaction(keep=not dry_run):
                fresh = begin_generation(book, job=work.job, replace=replace, again=again)
                records = readers.read(paths, format=format, note=work.progress.say)
                planned = plan(book, records, checker, progress=work.progress, fresh=fresh)
                if planned.rejected and bad_place is None:
                    raise UnfitMasks(task, planned.read, planned.rejected)
                for name in checker.unused:
                    work.progress.say(f"no mask has the label {name!r}, which --label names")
                if dry_run:
                    return work.foretell(planned)
                if bad_place is not None and planned.rejected:
                    write_rejected(bad_place, planned.rejected)
            return work.do(planned)


def _listed(sources: Sequence[Path | str] | Path | str) -> Sequence[Path | str]:
    return [sources] if isinstance(sources, str | Path) else sources


@dataclass(frozen=True)
class _Work:
    connection: Connection
    task: Task
    job: Job | None
    journal: Journal
    again: bool
    progress: Progress

    def foretell(self, planned: Plan) -> Report:
        self.journal.remember(self._store(self.job).shapes())
        return Report(
            masks=planned.masks,
            before=planned.before,
            gone=self._compare(planned),
            deleted=len(self.journal.replaced()) if self._is_replacing() else 0,
            rejected=tuple(planned.rejected),
        )

    def do(self, planned: Plan) -> Report:
        self._end_other_job()
        store = self._store(self.job)
        jobs = 1 if self.job is not None else len(self.task.jobs)
        sender = Sender(self.journal, store, self.progress, jobs=jobs)
        sender.begin()
        gone = self._compare(planned)
        self.progress.planned(self.journal.count(PLANNED))
        deleted, kept = 0, tuple[int, ...]()
        if self._is_replacing():
            deleted, kept = remove_replaced(self.journal, store, self.progress)
        sender.send()
        end_generation(self.journal)
        return Report(
            masks=planned.masks,
            stored=self.journal.count(STORED, reading=planned.reading) - planned.before,
            before=planned.before,
            gone=gone,
            deleted=deleted,
            kept=kept,
            rejected=tuple(planned.rejected),
        )

    def _compare(self, planned: Plan) -> int:
        """What is in the task now beside what the journal says; how much of that is gone."""
        if not self.again:
            server = self.connection.server.url
            refuse_doubles(self.journal, server=server, task=self.task.id, progress=self.progress)
        return self.journal.gone(reading=planned.reading) if planned.before else 0

    def _end_other_job(self) -> None:
        """What was on its way into another job, when an earlier run ended, is looked for there."""
        before, now = self.journal.fact("job"), "" if self.job is None else str(self.job.id)
        if before != now and (self.journal.sending() or self.journal.resent()):
            there = next((job for job in self.task.jobs if str(job.id) == before), None)
            Sender(self.journal, self._store(there), self.progress).begin()
        self.journal.note(job=now)

    def _is_replacing(self) -> bool:
        return self.journal.fact("begun") == REPLACE

    def _store(self, job: Job | None) -> TaskStore:
        number = None if job is None else job.id
        return TaskStore(self.connection, task=self.task.id, job=number)
