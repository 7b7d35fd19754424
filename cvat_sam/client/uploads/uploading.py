"""Masks from files into a task: all of them, once.

First everything is read and checked and written into a journal; only then the first byte is sent.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from cvat_sam import sources as readers
from cvat_sam.client.api import read_task
from cvat_sam.client.http.connection import Connection
from cvat_sam.client.uploads.checks import Checker
from cvat_sam.client.uploads.generations import begin_generation
from cvat_sam.client.uploads.journal import Journal
from cvat_sam.client.uploads.planning import plan
from cvat_sam.client.uploads.progress import Progress
from cvat_sam.client.uploads.report import Report
from cvat_sam.client.uploads.state import claim, journal_path, lock_path
from cvat_sam.client.uploads.work import Work
from cvat_sam.exceptions import InvalidSetting, UnfitMasks
from cvat_sam.lock import locked
from cvat_sam.targets.rejected_file import write_rejected


class Connected(Protocol):
    """What has a connection: a `Client`."""

    connection: Connection


def upload(
    client: Connected | Connection,
    sources: Sequence[Path | str] | Path | str,
    *,
    task: int,
    job: int | None = None,
    labels: Mapping[str, str] | str | None = None,
    format: str | None = None,
    dry_run: bool = False,
    skip_bad: Path | str | None = None,
    replace_own: bool = False,
    again: bool = False,
    only_new: bool = False,
    journal: Path | str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Upload masks, or go on where an earlier call for the same sources and task ended.

    Args:
        client: of the server.
        sources: files and folders, see `cvat_sam.sources`.
        task: its number.
        job: the number of the one job that masks go into.
        labels: the task's label for a source's label; "" is for all that are not named, and so is
            a text alone.
        format: of the sources, where it cannot be told by looking.
        dry_run: read and check everything, and send nothing.
        skip_bad: a file; upload what fits though some masks do not, and write the others there,
            before anything is sent.
        replace_own: first delete what the journal says an earlier upload put there.
        again: send all masks, those too that an earlier upload put there, which stay.
        only_new: leave out masks that the task has already, equal in frame, label and pixels,
            whoever put them there.
        journal: a file in place of the one in the user's state folder.
        progress: who hears of it.

    Raises:
        UnfitMasks: some masks do not fit, and `skip_bad` is not given; nothing was sent.
        InvalidTask: the jobs overlap, a label is not there, there is nothing to replace, or masks
            would be there twice; see `doubles`.
        InvalidSource: a source cannot be read.
        InvalidSetting: `skip_bad` is there already, with something else in it.
        InUse: another upload into the task is at work.
        ServerRefused, ServerUnreachable, Unclear: see `Sender.send`.
    """
    if again and (replace_own or only_new):
        raise InvalidSetting("--again goes neither with --replace-own nor with --only-new")
    _require_number("task", task)
    if job is not None:
        _require_number("job", job)
    labels = {"": labels} if isinstance(labels, str) else labels
    connection = client if isinstance(client, Connection) else client.connection
    paths = [Path(source).expanduser() for source in _listed(sources)]
    url = connection.server.url
    # In any order: it is the same work. The job is not part of it: what one job got, it has.
    facts = {"server": url, "task": task, "sources": sorted({str(p.resolve()) for p in paths})}
    place = journal_path(facts) if journal is None else Path(journal).expanduser()
    bad_place = None if skip_bad is None else Path(skip_bad).expanduser()
    with locked(lock_path(url, task), f"another upload into task {task}"):
        found = read_task(connection, task)
        checker = Checker(found, job=found.job(job), labels=labels)
        with Journal(place) as book:
            claim(book, facts)
            work = Work(connection, found, found.job(job), book, only_new, progress or Progress())
            if not dry_run:
                work.begin()
            with book.transaction(keep=not dry_run):
                fresh = begin_generation(book, job=work.job, replace=replace_own, again=again)
                planned = plan(
                    book,
                    readers.read(paths, format=format, note=work.progress.say),
                    checker,
                    progress=work.progress,
                    fresh=fresh,
                    frames=None if work.job is None else work.job.frames,
                )
                if planned.rejected and bad_place is None:
                    raise UnfitMasks(task, planned.read, planned.rejected)
                for name in checker.unused:
                    work.progress.say(f"no mask has the label {name!r}, which --label names")
                if dry_run:
                    work.look()
                gone = work.compare(planned)
                if dry_run:
                    return work.foretell(planned, gone)
                if bad_place is not None and planned.rejected:
                    write_rejected(bad_place, planned.rejected)
            return work.send(planned, gone)


def _listed(sources: Sequence[Path | str] | Path | str) -> Sequence[Path | str]:
    listed = [sources] if isinstance(sources, str | Path) else sources
    if not listed:
        raise InvalidSetting("there are no sources to upload")
    return listed


def _require_number(name: str, value: object) -> None:
    if type(value) is not int or value < 1:
        raise InvalidSetting(f"the {name} should be its number, from 1, not {value!r}")
