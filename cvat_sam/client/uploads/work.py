"""An upload after everything was read: held against the task, sent, told."""

from dataclasses import dataclass

from cvat_sam.client.http.connection import Connection
from cvat_sam.client.task import Job, Task
from cvat_sam.client.uploads.doubles import refuse_changed, refuse_doubles, refuse_repeated
from cvat_sam.client.uploads.generations import AGAIN, REPLACE, end_generation
from cvat_sam.client.uploads.journal import PLANNED, STORED, THERE, Journal
from cvat_sam.client.uploads.planning import Plan
from cvat_sam.client.uploads.progress import Progress
from cvat_sam.client.uploads.replacing import remove_replaced
from cvat_sam.client.uploads.report import Report
from cvat_sam.client.uploads.sending import Sender
from cvat_sam.client.uploads.task_store import TaskStore
from cvat_sam.exceptions import ServerRefused, ServerUnreachable, Unclear


@dataclass(frozen=True)
class Work:
    """An upload whose task is known and whose journal is open.

    Attributes:
        connection: to the server.
        task: the task.
        job: the one job that masks go into; None is all.
        journal: of these sources.
        only_new: leave out what the task has already.
        progress: who hears of it.
    """

    connection: Connection
    task: Task
    job: Job | None
    journal: Journal
    only_new: bool
    progress: Progress

    def begin(self) -> None:
        """Find out what became of what an earlier run sent, and what is in the task now."""
        before, now = self.journal.fact("job"), "" if self.job is None else str(self.job.id)
        if before != now and (self.journal.sending() or self.journal.resent()):
            # It was on its way into another job, and is looked for there.
            there = next((job for job in self.task.jobs if str(job.id) == before), None)
            self._sender(there).begin()
        self.journal.note(job=now)
        self._sender(self.job).begin()

    def look(self) -> None:
        """Only what is in the task now."""
        self.journal.remember(self._store(self.job).shapes())
        if doubtful := len(self.journal.sending()):
            self.progress.say(
                f"{doubtful:,} masks were on their way when an earlier run ended; whether they are "
                "stored is found out when it goes on"
            )

    def compare(self, planned: Plan) -> int:
        """Hold what is planned against what is there; how much of what was uploaded is gone.

        Raises:
            InvalidTask: something would be there twice.
        """
        journal = self.journal
        journal.take_back()
        if self.only_new:
            journal.leave_out(journal.equals())
        if journal.fact("begun") != AGAIN:
            refuse_repeated(journal, planned, progress=self.progress)
            if not self.only_new:
                refuse_changed(planned, to_send=journal.count(PLANNED))
                server = self.connection.server.url
                refuse_doubles(
                    journal, planned, server=server, task=self.task.id, progress=self.progress
                )
        return journal.gone(reading=planned.reading) if planned.before else 0

    def foretell(self, planned: Plan, gone: int) -> Report:
        """What would be done; nothing is sent."""
        deleted = self.journal.replaceable() if self._is_replacing() else 0
        return self._report(planned, gone=gone, deleted=deleted)

    def send(self, planned: Plan, gone: int) -> Report:
        """Send what is planned.

        Raises:
            ServerRefused, ServerUnreachable, Unclear: see `Sender.send`.
        """
        self.progress.planned(self.journal.count(PLANNED))
        deleted, kept = 0, tuple[int, ...]()
        try:
            if self._is_replacing():
                store = self._store(self.job)
                deleted, kept = remove_replaced(self.journal, store, self.progress)
            self._sender(self.job).send()
        except (ServerRefused, ServerUnreachable, Unclear):
            stored = self.journal.count(STORED, reading=planned.reading)
            self.progress.say(
                f"{stored:,} of {planned.masks:,} masks are stored; the same again sends the rest"
            )
            raise
        end_generation(self.journal)
        return self._report(planned, gone=gone, deleted=deleted, kept=kept)

    def _report(
        self,
        planned: Plan,
        *,
        gone: int,
        deleted: int,
        kept: tuple[int, ...] = (),
    ) -> Report:
        return Report(
            masks=planned.masks,
            stored=self.journal.count(STORED, reading=planned.reading) - planned.before,
            before=planned.before,
            there=self.journal.count(THERE, reading=planned.reading),
            gone=gone,
            deleted=deleted,
            kept=kept,
            left_over=planned.left_over,
            rejected=tuple(planned.rejected),
        )

    def _is_replacing(self) -> bool:
        return self.journal.fact("begun") == REPLACE

    def _sender(self, job: Job | None) -> Sender:
        jobs = 1 if job is not None else len(self.task.jobs)
        return Sender(self.journal, self._store(job), self.progress, jobs=jobs)

    def _store(self, job: Job | None) -> TaskStore:
        number = None if job is None else job.id
        return TaskStore(self.connection, task=self.task.id, job=number)
