"""The codec's benchmark runs, names what is missing or wrong, and reckons right."""

import json
import subprocess
import sys
import time
import types
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.rle import __main__ as run
from benchmarks.rle import answers, chart, plain, timing
from benchmarks.rle.field import Field, decoding, label_of
from benchmarks.rle.goals import GOALS, verdicts
from benchmarks.rle.results import Figure, Results
from benchmarks.rle.table import goals_table, table
from benchmarks.rle.tasks import Task, tasks

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """What a quick run printed and wrote: text, JSON, picture."""
    folder = tmp_path_factory.mktemp("bench")
    command = [sys.executable, "-m", "benchmarks.rle", "--quick"]
    command += ["--json", folder / "bench.json", "--chart", folder / "bench.png"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    written = json.loads((folder / "bench.json").read_text())
    with Image.open(folder / "bench.png") as picture:
        picture.load()
    return ended.stdout, written, picture


def test_every_task_is_measured_with_ours_and_a_rival(quick):
    _, written, _ = quick
    measured = {}
    for figure in written["figures"]:
        assert 0 < figure["minimum"] <= figure["median"]
        assert figure["samples"] >= timing.FEWEST
        cell = measured.setdefault((figure["operation"], figure["case"]), set())
        cell.add(label_of(figure["contender"]))
    assert measured.keys() == {(task.operation, task.case) for task in tasks(quick=True)}
    alone = {cell for cell, labels in measured.items() if "rle" not in labels or len(labels) < 2}
    assert alone == {("tensor to CVAT", "10 at 1024²")}  # nobody else has that


def test_who_is_missing_is_named_and_nobody_else_is_wrong(quick):
    text, written, _ = quick
    assert written["missing"].keys() <= {
        *("rlemasklib", "hotcoco", "faster-coco-eval", "supervision", "datumaro")
    }
    for name in written["missing"]:
        assert f"missing: {name}: " in text
    assert written["wrong"] == []


def test_cost_is_printed(quick):
    text, written, _ = quick
    assert 0 < written["import_seconds"] < 5
    assert "import over numpy and cv2" in text
    assert written["peak_memory"].keys() == {
        f"{f} M{i}" for f in ("CVAT", "COCO") for i in range(1, 6)
    }


def test_chart_is_a_picture(quick):
    _, _, picture = quick
    assert picture.format == "PNG"
    assert picture.size[0] == chart.WIDTH


def wrong_task(same=answers.points):
    mask = np.eye(3, dtype=bool)
    return Task("CVAT encode", "M1", "cvat_encode", lambda: ([(mask,)], [plain.cvat(mask)]), same)


def field_of(**functions):
    field = Field()
    field.modules = {
        label: types.SimpleNamespace(cvat_encode=function) for label, function in functions.items()
    }
    return field


def test_who_answers_wrongly_is_not_timed():
    results = Results()

    def fail(mask):
        raise OSError("no disk")

    field = field_of(
        rle=plain.cvat,
        floats=lambda mask: [float(item) for item in plain.cvat(mask)],
        other=lambda mask: plain.cvat(~mask),
        failing=fail,
    )
    run._measure(wrong_task(), field, results, 0.001)
    assert [figure.contender for figure in results.figures] == ["rle"]
    faults = {wrong.contender: wrong.fault for wrong in results.wrong}
    assert faults == {
        "floats": "not a list of Python ints",
        "other": "other points",
        "failing": "OSError: no disk",
    }
    assert "not timed: CVAT encode, failing: OSError: no disk (M1)" in list(table(results))


def test_that_we_have_no_function_is_a_fault():
    results = Results()
    run._measure(wrong_task(), field_of(), results, 0.001)
    [wrong] = results.wrong
    assert (wrong.contender, wrong.fault) == ("rle", "has no such function")


def test_masks_that_are_not_in_c_order_are_no_answer():
    right = np.zeros((2, 3), bool)
    assert answers.mask(right.copy(), right) is None
    assert answers.mask(np.asfortranarray(right), right) == "not in C order"
    assert answers.mask(~right, right) == "other pixels"
    assert answers.mask(right.astype(int), right) == "int64 of shape (2, 3)"


def test_a_batch_is_decoded_one_by_one_into_one_array():
    batch = decoding(lambda item, height, width: np.full((height, width), item, np.uint8))
    assert batch([1, 2], 1, 2).tolist() == [[[1, 1]], [[2, 2]]]


def test_everybody_has_turns_and_who_is_slow_sits_out():
    calls = {"slow": 0, "fast": 0}

    def slow(x):
        calls["slow"] += 1
        until = time.perf_counter() + 0.01
        while time.perf_counter() < until:
            pass

    def fast(x):
        calls["fast"] += 1

    samples = timing.race({"slow": slow, "fast": fast}, [(1,), (2,)], seconds=0.04)
    assert timing.FEWEST < len(samples["fast"]) <= timing.ROUNDS
    assert calls["fast"] > 2 * len(samples["fast"])  # a slice is filled with calls
    # Each of its slices is one pass over both inputs, and takes half of its time.
    assert len(samples["slow"]) == timing.FEWEST
    assert calls["slow"] == 2 * timing.FEWEST
    assert min(samples["slow"]) >= 0.01


def figures(**times):
    return [
        Figure("CVAT encode", case, contender, time, time, 3)
        for contender, row in times.items()
        for case, time in zip(("M1", "M2", "M3", "M4", "M5"), row, strict=False)
    ]


def test_ratios_are_geometric_means_against_the_fastest_variant():
    results = Results(figures(rle=[1, 1], slow=[2, 8], other=[4, 4]))
    results.figures += figures(**{"other, dense": [3, 27]})
    assert results.ratio("CVAT encode", "slow") == pytest.approx(4)
    assert results.ratio("CVAT encode", "other") == pytest.approx((3 * 4) ** 0.5)
    # Whoever is fastest, for each case anew.
    assert results.ratio("CVAT encode", None) == pytest.approx((2 * 4) ** 0.5)
    assert results.ratio("CVAT encode", "slow", ["M2"]) == pytest.approx(8)
    assert results.ratio("CVAT decode", "slow") is None


def test_who_was_not_measured_everywhere_has_no_mean():
    results = Results(figures(rle=[1, 1], slow=[2]))
    assert results.ratio("CVAT encode", "slow") is None
    assert any(line.startswith("geometric mean") and line.endswith("–") for line in table(results))


def test_a_miss_is_called_a_miss():
    results = Results(figures(rle=[1] * 5, cvat_sdk=[14.9] * 5, hotcoco=[1.01] * 5))
    lines = list(goals_table(results))
    [against_sdk] = [line for line in lines if "cvat_sdk" in line]
    assert against_sdk.split()[-4:] == ["≥", "15×", "14.90×", "MISSED"]
    assert lines[2].split()[-2:] == ["1.01×", "met"]
    assert sum("not measured" in line for line in lines) == len(GOALS) - 2
    memory = {"CVAT M1": {"peak": 0.2, "answer": 0.1}, "CVAT M5": {"peak": 5.0, "answer": 4.5}}
    results.facts = {"import_seconds": 0.2, "peak_memory": memory}
    assert [met for *_, met in list(verdicts(results))[-3:]] == [False, True, False]
