"""Whatever goes wrong on the way: no mask is lost, none is stored twice, all are bit-equal."""

import random
import sys
from collections import Counter

import pytest
from fake_cvat.fake_faults import COMMITTED, LATE, READING, UNTOUCHED
from upload_cases import connection, expected, frames, masks, stored, written

from cvat_sam.client import upload
from cvat_sam.exceptions import CvatSamError

# So many uploads at least, and so many faults in all of them.
SEEDS, FAULTS = 24, 300


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def upload_at_last(fake_cvat, path, task, **options):
    """Runs the same command until it comes to its end; how often that took."""
    for attempt in range(1, 100):
        try:
            with connection(fake_cvat) as cvat:
                report = upload(cvat, [path], task=task, **options)
        except CvatSamError as error:
            sys.stdout.write(f"run {attempt}: {error}\n")
        else:
            assert not report.rejected
            return attempt
    raise AssertionError("it never ends")


def lost_and_twice(fake_cvat, task, wanted):
    """How many masks are not there, and how many are there too often."""
    found = stored(fake_cvat, task)
    return (wanted - found).total(), (found - wanted).total()


def chance(fake_cvat, folder, seed):
    """An upload in which anything goes wrong anywhere; returns the faults, masks lost and twice."""
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
    upload_at_last(fake_cvat, written(folder, items), task)
    lost, twice = lost_and_twice(fake_cvat, task, expected(items) + expected(others))
    return Counter(fake_cvat.injected()), lost, twice


def test_whatever_goes_wrong_nothing_is_lost_and_nothing_is_there_twice(
    fake_cvat, tmp_path, capsys
):
    injected: Counter[str] = Counter()
    seed = 0
    while seed < SEEDS or injected.total() < FAULTS:
        folder = tmp_path / str(seed)
        folder.mkdir()
        faults, lost, twice = chance(fake_cvat, folder, seed)
        injected += faults
        assert (lost, twice) == (0, 0), f"seed {seed}: {lost} lost, {twice} twice; {faults}"
        seed += 1
    with capsys.disabled():
        sys.stdout.write(f"\n{injected.total()} faults: {dict(sorted(injected.items()))}\n")
        sys.stdout.write("0 masks lost, 0 stored twice\n")


@pytest.mark.parametrize("kind", [*COMMITTED, *UNTOUCHED, *LATE])
@pytest.mark.parametrize("number", [1, 2])
def test_every_kind_at_the_first_and_at_a_later_chunk(fake_cvat, tmp_path, kind, number):
    items = masks(60, seed=number)
    task = fake_cvat.add_task(frames(), labels=["object"])
    fake_cvat.settings(max_body=3000)
    fault = {"kind": kind, "match": "PATCH annotations", "request": number, "seconds": 0.4}
    fake_cvat.faults([fault])
    upload_at_last(fake_cvat, written(tmp_path, items), task)
    assert fake_cvat.injected() == {kind: 1}
    assert lost_and_twice(fake_cvat, task, expected(items)) == (0, 0)
