import contextlib
import os
import sqlite3
import stat
import subprocess
import sys

import pytest

from cvat_sam.client.uploads.journal import PLANNED, SENDING, STORED, Journal
from cvat_sam.client.uploads.shapes import shape_of
from cvat_sam.exceptions import InvalidSource, Unwritable
from cvat_sam.masks import MaskRecord, Place


def shape(number, frame=0):
    record = MaskRecord(Place("a.json", number), "car", [0, 1, number, 0, number, 0])
    return shape_of(record, frame=frame, label_id=1, attributes=[], source="file")


def plan(journal, numbers, *, fresh=False):
    with journal.transaction():
        reading = journal.begin_reading()
        for number in numbers:
            journal.plan(shape(number), reading, fresh=fresh)
        journal.drop_unseen(reading)


def send(journal, masks):
    numbers, bodies = journal.take(masks, 10**6)
    journal.stored([(number, 1000 + number) for number in numbers])
    return bodies


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "state" / "journal.sqlite") as journal:
        yield journal


def test_what_is_planned_is_taken_once_and_in_order(journal):
    plan(journal, range(5), fresh=True)
    first, bodies = journal.take(2, 10**6)
    assert bodies == [shape(0).body, shape(1).body]
    assert list(journal.sending()) == first
    assert list(journal.sending().values()) == [shape(0).trace, shape(1).trace]
    _, bodies = journal.take(9, 10**6)
    assert bodies == [shape(2).body, shape(3).body, shape(4).body]
    assert journal.take(9, 10**6) == ([], [])


def test_a_chunk_has_only_so_many_bytes_but_one_mask_at_least(journal):
    plan(journal, range(3), fresh=True)
    size = len(shape(0).body) + 1
    assert len(journal.take(9, 1)[0]) == 1
    assert len(journal.take(9, 2 * size)[0]) == 2


def test_the_same_sources_again_plan_nothing_anew(journal):
    plan(journal, [0, 1, 1, 2], fresh=True)
    send(journal, 3)
    plan(journal, [2, 1, 0, 1])
    assert (journal.count(STORED), journal.count(PLANNED)) == (3, 1)
    assert send(journal, 9) == [shape(2).body]


def test_one_more_of_the_same_is_one_more(journal):
    plan(journal, [0, 0], fresh=True)
    send(journal, 9)
    plan(journal, [0, 0, 0])
    assert (journal.count(STORED), journal.count(PLANNED)) == (2, 1)


def test_what_left_the_sources_is_not_sent_any_more(journal):
    plan(journal, [0, 1, 2], fresh=True)
    send(journal, 1)
    plan(journal, [0, 2])
    assert send(journal, 9) == [shape(2).body]


def test_what_is_being_sent_is_not_planned_again(journal):
    plan(journal, [0, 1], fresh=True)
    journal.take(1, 10**6)
    plan(journal, [0, 1])
    assert (journal.count(SENDING), journal.count(PLANNED)) == (1, 1)


def test_what_was_given_up_is_in_doubt_again_in_the_next_run(journal):
    plan(journal, [0, 1, 2], fresh=True)
    numbers, _ = journal.take(2, 10**6)
    journal.not_stored(numbers, resend=True)
    assert journal.resent() == {numbers[0]: [shape(0).trace, shape(1).trace]}
    journal.doubt_again()
    assert list(journal.sending()) == numbers
    journal.stored([(number, None) for number in numbers])
    journal.settled()
    assert journal.resent() == {}


def test_what_is_known_is_what_was_there_and_what_was_stored(journal):
    journal.remember([{"id": number} for number in (1, 2, 3)])
    plan(journal, [0], fresh=True)
    numbers, _ = journal.take(1, 10**6)
    journal.stored([(numbers[0], 77)])
    assert journal.known() == {1, 2, 3, 77}
    journal.remember([{"id": 5}])
    assert journal.known() == {5, 77}


def test_a_new_generation_replaces_what_the_one_before_stored(journal):
    plan(journal, [0, 1], fresh=True)
    send(journal, 9)
    with journal.transaction():
        journal.begin_generation()
    plan(journal, [0])
    assert journal.count(PLANNED) == 1
    replaced = journal.replaced()
    assert [trace for _, _, trace in replaced] == [shape(0).trace, shape(1).trace]
    journal.deleted([number for number, _, _ in replaced])
    assert journal.replaced() == []


def test_a_transaction_that_fails_leaves_nothing(journal):
    with pytest.raises(KeyError), journal.transaction():
        journal.begin_generation()
        journal.plan(shape(0), journal.begin_reading(), fresh=True)
        raise KeyError
    assert journal.is_new()
    assert journal.generation == 1


def test_it_is_there_for_the_next_process_though_this_one_was_killed(tmp_path):
    path = tmp_path / "journal.sqlite"
    program = f"""
import os, sys
sys.path[:0] = {sys.path!r}
from test_client_journal import Journal, plan
from pathlib import Path
journal = Journal(Path({str(path)!r}))
plan(journal, range(4), fresh=True)
journal.take(3, 10**6)
os.kill(os.getpid(), 9)
"""
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(__file__)}  # noqa: PTH120
    assert subprocess.run([sys.executable, "-c", program], env=environment).returncode == -9
    with Journal(path) as journal:
        assert (journal.count(SENDING), journal.count(PLANNED)) == (3, 1)


def test_only_its_owner_may_read_it(journal):
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_another_file_is_no_journal(tmp_path):
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"something else, and long enough to be looked at" * 100)
    with pytest.raises(InvalidSource, match=r"a\.sqlite is not a journal that can be read"):
        Journal(path)
    assert path.read_bytes().startswith(b"something else")


def test_a_journal_of_another_version_is_left_alone(tmp_path):
    path = tmp_path / "journal.sqlite"
    with Journal(path) as journal:
        journal.note(version="999")
    with pytest.raises(InvalidSource, match="another version of cvat-sam"):
        Journal(path)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Unwritable, match="file cannot be written: File exists"):
        Journal(tmp_path / "file" / "journal.sqlite")


def test_a_folder_is_no_journal(tmp_path):
    with pytest.raises(Unwritable, match="cannot be written: it is a folder"):
        Journal(tmp_path)


def test_bodies_are_gone_from_the_file_once_they_are_stored(journal):
    plan(journal, range(3), fresh=True)
    send(journal, 9)
    with contextlib.closing(sqlite3.connect(journal.path)) as database:
        rows = database.execute("SELECT body FROM mask").fetchall()
    assert rows == [(None,)] * 3
