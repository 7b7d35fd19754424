"""From sources into a journal: everything is read and checked before anything is sent."""

import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from cvat_sam.client.uploads.checks import Checker
from cvat_sam.client.uploads.journal import STORED, THERE, Journal
from cvat_sam.client.uploads.progress import Progress
from cvat_sam.masks import MaskRecord, Rejected
from cvat_sam.masks.items import item_of

# Masks after which it is told how many have been read.
_TOLD = 100


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        read: how many masks were read.
        masks: how many masks of the sources fit the task.
        before: how many of them are stored already.
        there: how many were left out by an earlier run, because the task had their equals.
        left_over: how many were stored earlier, and are not in the sources any more.
        rejected: what does not fit.
        reading: the number of this reading of the sources in the journal.
    """

    read: int
    masks: int
    before: int
    there: int
    left_over: int
    rejected: list[Rejected]
    reading: int


def plan(
    journal: Journal,
    records: Iterable[MaskRecord | Rejected],
    checker: Checker,
    *,
    progress: Progress,
    fresh: bool = False,
    frames: range | None = None,
) -> Plan:
    """Put into the journal what is not in it.

    Args:
        journal: of these sources; in a transaction, so that nothing is planned unless all is.
        records: what was read.
        checker: of the task.
        progress: who hears of it.
        fresh: nothing of this generation can be in the journal; saves looking.
        frames: those that masks can be on; None is all.
    """
    rejected: list[Rejected] = []
    masks = 0
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
    return Plan(
        read=masks + len(rejected),
        masks=masks,
        before=journal.count(STORED, reading=reading),
        there=journal.count(THERE, reading=reading),
        left_over=journal.left_over(reading, frames),
        rejected=rejected,
        reading=reading,
    )


def _planned(
    journal: Journal, record: MaskRecord | Rejected, checker: Checker, reading: int, *, fresh: bool
) -> Rejected | None:
    if isinstance(record, Rejected):
        return record
    try:
        shape = checker.check(record)
    except (ValueError, LookupError) as error:
        return Rejected(record.place, str(error), item_of(record))
    source = zlib.crc32(os.fsencode(record.place.file))
    journal.plan(shape, reading, fresh=fresh, source=source)
    return None
