"""SA-1B's benchmark runs, and the two ways it compares give the same."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.sa1b.answers import keep, same
from benchmarks.sa1b.tasks import TASKS

ROOT = Path(__file__).parent.parent.parent
SMALL = ["--height", "90", "--width", "120", "--masks", "30", "--images", "3", "--long", "40"]


def test_a_small_run_prints_every_figure(tmp_path):
    command = [sys.executable, "-m", "benchmarks.sa1b", *SMALL, "--rounds", "1"]
    command += ["--json", str(tmp_path / "figures.json")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    written = json.loads((tmp_path / "figures.json").read_text())
    assert [row["task"] for row in written["rows"]] == [task.name for task in TASKS]
    assert all(row["same"] for row in written["rows"])
    for task in TASKS:
        [line] = [one for one in ended.stdout.splitlines() if one.startswith(f"{task.name}  ")]
        assert (f"{task.goal:g}×" in line.split()) if task.goal else "reached" not in line
    assert len(written["held"]) == 18
    assert "read over 40 images: " in ended.stdout


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"a": np.eye(2)}, {"a": np.eye(2) + 1e-7}, True),
        ({"a": np.eye(2)}, {"a": np.eye(2) + 1e-5}, False),
        ({"a": np.arange(3)}, {"a": np.array([0, 1, 3])}, False),
        ({"a": np.ones((1, 2, 2))}, {"a": np.ones((1, 2, 2), bool)}, True),
        ({"a": np.ones((1, 2, 2))}, {"a": np.eye(2)[np.newaxis]}, False),
        ({"a": np.ones(1)}, {"b": np.ones(1)}, False),
        ([{"size": 1}], [{"size": 1}], True),
        ([{"size": 1}], [{"size": 2}], False),
    ],
)
def test_answers_that_differ_are_noticed(tmp_path, one, other, expected):
    keep(tmp_path / "1.npz", one)
    keep(tmp_path / "2.npz", other)
    assert same(tmp_path / "1.npz", tmp_path / "2.npz") == expected
