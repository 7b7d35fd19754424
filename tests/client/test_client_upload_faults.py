"""Whatever goes wrong on the way: no mask is lost, none is stored twice, all are bit-equal."""

import random
import sys
from collections import Counter

import pytest
from fake_cvat.fake_faults import COMMITTED, LATE, READING, UNTOUCHED
from upload_cases import connection, expected, frames, masks, stored, written

from cvat_sam.client import upload
from cvat_sam.exceptions import CvatSamError

INJECTED: Counter[str] = Counter()
LOST: Counter[str] = Counter()


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def upload_at_last(fake_cvat, path, task, **options):
    """Runs the same command until it comes to its end; how often that took."""
    for attempt in range(1, 40):
        try:
            with connection(fake_cvat) as cvat:
                report = upload(cvat, [path], task=task, **options)
        except CvatSamError as error:
            sys.stdout.write(f"run {attempt}: {error}\n")
        else:
            assert not report.rejected
            return attempt
    raise AssertionError("it never ends")


def compare(fake_cvat, task, items, others=()):
    found = stored(fake_cvat, task)
    wanted = expected(items) + expected(others)
    LOST["lost"] += (wanted - found).total()
    LOST["twice"] += (found - wanted).total()
    INJECTED.update(fake_cvat.injected())
    assert found == wanted


@pytest.mark.parametrize("seed", range(24))
def test_chance(fake_cvat, tmp_path, seed):
    rng = random.Random(seed)
    items = masks(rng.randint(20, 200), seed=seed)
    jobs = [[(0, 9)], [(0, 4), (5, 9)], [(number, number) for number in range(10)]][seed % 3]
    task = fake_cvat.add_task(frames(), labels=["object"], jobs=jobs)
    [label] = fake_cvat.labels(task).values()
    # Somebody has some of the same masks there already.
    others = rng.choices(items, k=5)
    theirs = [
        {"type": "mask", "frame": o["frame"], "label_id": label, "points": o["points"]}
        for o in others
    ]
    fake_cvat.edit(task=task, action="create", shapes=theirs)
    fake_cvat.settings(max_body=rng.choice([1500, 4000, 10**9]))
    fake_cvat.faults(
        seed=seed,
        rate=rng.choice([0.2, 0.4, 0.6]),
        kinds=[*COMMITTED, *UNTOUCHED, *READING],
        seconds=0.05,
        reset=seed % 2 == 0,
    )
    upload_at_last(fake_cvat, written(tmp_path, items), task)
    compare(fake_cvat, task, items, others)


@pytest.mark.parametrize("kind", [*COMMITTED, *UNTOUCHED, *LATE])
@pytest.mark.parametrize("number", [1, 2])
def test_every_kind_at_the_first_and_at_a_later_chunk(fake_cvat, tmp_path, kind, number):
    items = masks(60, seed=number)
    task = fake_cvat.add_task(frames(), labels=["object"])
    fake_cvat.settings(max_body=3000)
    fault = {"kind": kind, "match": "PATCH annotations", "request": number, "seconds": 0.4}
    fake_cvat.faults([fault])
    upload_at_last(fake_cvat, written(tmp_path, items), task)
    compare(fake_cvat, task, items)


def test_more_than_three_hundred_faults_were_injected_and_nothing_was_lost(capsys):
    with capsys.disabled():
        sys.stdout.write(f"\n{INJECTED.total()} faults: {dict(sorted(INJECTED.items()))}\n")
        sys.stdout.write(f"{LOST['lost']} masks lost, {LOST['twice']} stored twice\n")
    assert INJECTED.total() >= 300
    assert LOST.total() == 0
