"""From sources into a journal: everything is read and checked before anything is sent."""

from collections.abc import Iterable
from dataclasses import dataclass

from cvat_sam.client.checks import Checker
from cvat_sam.client.journal import STORED, Journal
from cvat_sam.client.progress import Progress
from cvat_sam.exceptions import InvalidTask
from cvat_sam.masks import MaskRecord, Rejected
from cvat_sam.masks.items import item_of

# Masks after which it is told how many have been read.
_TOLD = 100


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        masks: how many masks of the sources fit the task.
        before: how many of them are stored already.
        rejected: what does not fit.
        reading: the number of this reading of the sources in the journal.
    """

    masks: int
    before: int
    rejected: list[Rejected]
    reading: int


class _Undone(Exception):  # the way out of a transaction; nobody outside sees it
    pass


def plan(
    journal: Journal,
    records: Iterable[MaskRecord | Rejected],
    checker: Checker,
    *,
    keep: bool,
    skip_bad: bool,
    replace: bool,
    progress: Progress,
) -> Plan:
    """Put into the journal what is not in it.

    Args:
        journal: of these sources.
        records: what was read.
        checker: of the task.
        keep: False to find out alone: the journal is left as it was.
        skip_bad: plan what fits though some does not; else the journal is left as it was then.
        replace: begin a new generation, unless one is under way.
        progress: who hears of it.

    Raises:
        InvalidTask: there is nothing to replace.
    """
    rejected: list[Rejected] = []
    masks = before = reading = 0
    try:
        with journal.transaction():
            fresh = journal.is_new()
            if replace and not journal.fact("replacing"):
                if not journal.count(STORED):
                    raise InvalidTask(
                        f"the journal {journal.path} knows of no earlier upload of these sources "
                        "into this task, so there is nothing of ours to replace"
                    )
                journal.begin_generation()
                journal.note(replacing="yes")
                fresh = True
            reading = journal.begin_reading()
            for count, record in enumerate(records, 1):
                if count % _TOLD == 0:
                    progress.read(count)
                bad = _planned(journal, record, checker, reading, fresh=fresh)
                if bad is None:
                    masks += 1
                else:
                    rejected.append(bad)
            journal.drop_unseen(reading)
            before = journal.count(STORED, reading=reading)
            if not keep or (rejected and not skip_bad):
                raise _Undone
    except _Undone:
        pass
    return Plan(masks, before, rejected, reading)


def _planned(
    journal: Journal, record: MaskRecord | Rejected, checker: Checker, reading: int, *, fresh: bool
) -> Rejected | None:
    if isinstance(record, Rejected):
        return record
    try:
        shape = checker.check(record)
    except (ValueError, LookupError) as error:
        return Rejected(record.place, str(error), item_of(record))
    journal.plan(shape, reading, fresh=fresh)
    return None
