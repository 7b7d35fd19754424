"""A few thousand of the fuzzer's inputs, and that it finds what it looks for."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import rle
from fuzz import case, crew, naive
from fuzz.case import Found
from fuzz.trial import Finding, Trial

ROOT = Path(__file__).parent.parent.parent


def fuzz(*words):
    command = [sys.executable, "-m", "fuzz", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_three_thousand_inputs_bring_nothing_to_light():
    run = fuzz("--count", "3000", "--processes", "2")
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith("3,000 inputs of seed 0 in ")
    assert run.stdout.endswith(": 0 findings of 0 kinds\n")
    assert run.stderr == ""  # no progress where there is no terminal


def test_one_input_can_be_had_again():
    run = fuzz("--seed", "4", "--case", "7")
    assert (run.returncode, run.stdout) == (0, "nothing is wrong\n")


@pytest.fixture
def broken(monkeypatch):
    """Puts a function in the place of rle.cvat.decode and gives what the fuzzer finds then."""
    from fuzz.targets import cvat

    def findings(decode):
        monkeypatch.setattr(rle.cvat, "decode", decode)
        monkeypatch.setattr(case, "TARGETS", (cvat.decode,))
        return [found for number in range(200) if (found := case.try_one(0, number))]

    return findings


RIGHT = rle.cvat.decode


def test_finds_another_exception(broken):
    def decode(points, *, height, width):
        if isinstance(points, tuple):
            raise TypeError("no list")
        return RIGHT(points, height=height, width=width)

    found = broken(decode)
    assert {one.what for one in found} == {"raised TypeError: no list"}
    assert "decode((" in found[0].called
    assert "test_rle_fuzz_smoke.py" in found[0].trace


def test_finds_what_should_have_been_refused(broken):
    def decode(points, *, height, width):
        mask = np.zeros((height, width), bool)
        return mask if isinstance(points, list) else RIGHT(points, height=height, width=width)

    assert "was taken, but a plain reader refuses it" in {one.what for one in broken(decode)}


def test_finds_what_should_have_been_taken(broken):
    def decode(points, *, height, width):
        if 0 in points[:-4]:
            raise rle.InvalidRuns("a run of length 0")
        return RIGHT(points, height=height, width=width)

    refused = "refused (a run of length 0), but a plain reader takes it"
    assert refused in {one.what for one in broken(decode)}


def test_finds_another_mask_shape_and_order(broken):
    for spoil, words in (
        (lambda mask: ~mask, "gave another mask than a plain reader"),
        (lambda mask: mask[1:], "gave shape"),
        (np.asfortranarray, "gave a mask that is not in C order"),
        (lambda mask: mask.astype(np.int32), "which is no mask"),
    ):
        found = broken(
            lambda points, *, height, width, spoil=spoil: spoil(
                RIGHT(points, height=height, width=width)
            )
        )
        assert any(words in one.what for one in found), words


def test_finds_memory_and_changed_inputs():
    trial = Trial(random.Random(0), measured=True)
    with pytest.raises(Finding, match="took 1[0-9]{2},[0-9,]+ bytes"):
        trial.ask(lambda points: bytes(10**8), [1])
    with pytest.raises(Finding, match="changed its input"):
        trial.ask(lambda points: points.append(1), [1])


def test_finds_what_is_slow_and_what_is_no_sentence():
    trial = Trial(random.Random(0))
    with pytest.raises(Finding, match=r"took 1\.\d s"):
        trial.ask(time.sleep, 1.05)

    def refuse():
        raise rle.InvalidRuns("x" * 10_000)

    with pytest.raises(Finding, match="a text that is no sentence"):
        trial.ask(refuse)


# What the processes of a crew are given to try; they import this file to find it.
def stumble(seed: int, number: int) -> Found | None:
    if number == 5:
        os.kill(os.getpid(), signal.SIGSEGV)
    return Found(number, "stumble", "wrong", "") if number == 8 else None


def fall_asleep(seed: int, number: int) -> Found | None:
    if number == 3:
        time.sleep(60)
    return None


def test_a_process_that_dies_is_a_finding_and_the_rest_is_tried():
    found = sorted(crew.run(0, 12, processes=2, trying=stumble), key=lambda one: one.number)
    assert [one.number for one in found] == [5, 8]
    assert found[0].what == "the process died (status -11)"
    assert "in stumble" in found[0].trace


def test_a_process_that_hangs_is_a_finding(monkeypatch):
    monkeypatch.setattr(crew, "HANGS_AFTER", 3.0)
    [found] = crew.run(0, 6, processes=2, trying=fall_asleep)
    assert (found.number, found.what) == (3, "the process hangs (status -9)")
    assert "in fall_asleep" in found.trace


@pytest.mark.parametrize(
    ("read", "given"),
    [
        (naive.points, ([0, 1, 0, 0, 0, 0], 1, 2**40)),
        (naive.points, ([2, -1, 0, 0, 0, 0], 1, 1)),
        (naive.points, ([1, 0, 0, 1, 0], 1, 1)),
        (naive.segmentation, ({"size": [1, 1], "counts": "1P"},)),
        (naive.segmentation, ({"size": [1, 1], "counts": "p"},)),
        (naive.kaggle, ("1 1 1", 2, 2)),
        (naive.kaggle, ("4 2", 2, 2)),
        (naive.multiclass, ({"size": [1, 1], "values": [1], "counts": [2]}, "F")),
    ],
)
def test_plain_readers_refuse(read, given):
    assert read(*given) == naive.REFUSED
