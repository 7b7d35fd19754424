"""The benchmark of everything mode runs, reckons right, and prints what it writes."""

import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import rle
from benchmarks.everything import pictures, processes, rows
from benchmarks.everything.boxes import boxes_of
from benchmarks.everything.likeness import iou, likeness
from benchmarks.everything.measuring import Official
from benchmarks.everything.plan import QUICK, Plan
from benchmarks.everything.table import Part, notes
from benchmarks.photos import jpeg
from benchmarks.results import AUTO, STOCK, Results
from benchmarks.table import times

ROOT = Path(__file__).parent.parent.parent
TUNED = processes.tuned("cpu")
SIZE = {"height": 40, "width": 50}


def benchmark(*words):
    # Threads that wait for one another make everybody slow beside other tests.
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    command = [sys.executable, "-m", "benchmarks.everything", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """What a quick run on a small photograph printed and wrote."""
    path = tmp_path_factory.mktemp("bench") / "folder" / "everything.json"
    small = ["--quick", "--device", "cpu", "--divide", "8", "--points-per-side", "4"]
    ended = benchmark(*small, "--json", path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    return ended.stdout, json.loads(path.read_text())


def by_name(rows_as_json):
    return {row["name"]: row["ways"] for row in rows_as_json}


def test_every_row_is_measured_in_every_way(quick):
    _, written = quick
    measured = by_name(written["rows"])
    of_gpu = rows.device_peak("coffee")
    expected = [row.name for row in rows.of_everything(QUICK, "cpu") if row.name != of_gpu]
    assert list(measured) == expected
    for name, ways in measured.items():
        to_stock = name in (rows.alone("coffee"), rows.least("coffee"))
        assert ways.keys() == ({TUNED, AUTO} if to_stock else {STOCK, TUNED, AUTO})
        assert all(len(way["samples"]) == 1 for way in ways.values())
    assert [row["name"] for row in written["boxes_rows"]] == [
        row.name for row in rows.of_boxes(QUICK)
    ]
    assert by_name(written["boxes_rows"])["20 boxes"].keys() == {STOCK, rows.SINGLY, AUTO}
    assert written["missing"] == {}
    assert written["backends"].keys() == {STOCK, TUNED, AUTO}
    assert written["backends"][AUTO] in ("openvino", "onnx", "torch")
    assert "64 points at once" in written["backends"][STOCK]
    assert "4 points at once" in written["backends"][TUNED]
    assert written["points_per_side"] == 4
    assert written["versions"]["segment-anything"]


def test_ratios_are_to_each_rival_and_no_goal_counts_on_a_small_grid(quick):
    text, written = quick
    rivals = {"rows": (STOCK, TUNED), "boxes_rows": (STOCK, rows.SINGLY)}
    for table, names in rivals.items():
        for row in written[table]:
            ours = row["ways"][AUTO]
            assert ours["figure"] in (min(ours["samples"]), statistics.median(ours["samples"]))
            for name in names:
                if row["unit"] in ("s", "ms", "GB"):
                    ratio = row["ways"][name]["figure"] / ours["figure"]
                    assert ours["ratios"][name] == pytest.approx(ratio)
                else:
                    assert ours["ratios"][name] is None
            assert all(way["reached"] is None for way in row["ways"].values())
    assert "do not count" in text


def test_the_tables_say_what_the_json_says(quick):
    text, written = quick
    lines = text.splitlines()
    for table in ("rows", "boxes_rows"):
        for row in written[table]:
            [line] = [line for line in lines if line.startswith(row["name"] + "  ")]
            _, *cells = re.split(r"  +", line)
            assert cells[3:] == ([row["goal"]] if row["goal"] else []), "and no verdict here"
            for cell, way in zip(cells, by_columns(row, table), strict=False):
                if way is None:
                    assert cell == "–"
                    continue
                assert float(cell.split()[0].replace(",", "")) == pytest.approx(
                    way["figure"], rel=0.006
                )
            if row["unit"] in ("s", "ms", "GB"):
                ratios = row["ways"][AUTO]["ratios"].values()
                assert cells[2].endswith(f"({', '.join(map(times, ratios))})")


def by_columns(row, table):
    rival = TUNED if table == "rows" else rows.SINGLY
    return [row["ways"].get(way) for way in (STOCK, rival, AUTO)]


def test_the_official_masks_are_found(quick):
    _, written = quick
    measured = by_name(written["rows"])
    count = measured[rows.masks("coffee")][STOCK]["figure"]
    assert count >= 3
    for way in (TUNED, AUTO):
        assert measured[rows.matched("coffee")][way]["figure"] >= count - 1
        assert measured[rows.alone("coffee")][way]["figure"] <= 1
        assert 0.999 <= measured[rows.least("coffee")][way]["figure"] <= 1
    of_boxes = by_name(written["boxes_rows"])
    for name in (rows.BOXES_ALIKE, rows.BOXES_SAME):
        samples = of_boxes[name][AUTO]["samples"]
        assert len(samples) == 20
        assert min(samples) >= 0.995
    assert written["boxes_on"] == "coffee, looked at before"


def test_decoding_alone_is_part_of_what_requests_take(quick):
    _, written = quick
    whole, alone = (by_name(written["boxes_rows"])[name] for name in ("20 boxes", rows.DECODING))
    assert alone[STOCK]["figure"] == whole[STOCK]["figure"]
    for way in (rows.SINGLY, AUTO):
        assert 0 < alone[way]["figure"] < whole[way]["figure"]


def results(rivals=(STOCK, TUNED), divide=1, points_per_side=32, **samples):
    facts = {"divide": divide, "points_per_side": points_per_side, "backends": {AUTO: "onnx"}}
    found = Results(facts=facts, rivals=rivals)
    for name, ways in samples.items():
        for way, sample in ways.items():
            found.add(getattr(rows, name)("coffee"), way, sample)
    return found


def verdicts(found, device="cpu"):
    plan = Plan(pictures=("coffee",))
    return {row.name: row.is_reached(found) for row in rows.of_everything(plan, device)}


JUST = {
    "time": {STOCK: 60.0, TUNED: 20.0, AUTO: 10.0},
    "peak": {STOCK: 4.0, TUNED: 1.3, AUTO: 1.5},
    "masks": {STOCK: 83, TUNED: 83, AUTO: 85},
    "matched": {STOCK: 83, TUNED: 83, AUTO: 82},
    "alone": {TUNED: 0, AUTO: 3},
    "least": {TUNED: 1.0, AUTO: 0.99996},
}
MISSED = {
    "time": {STOCK: 59.9, TUNED: 70.0, AUTO: 10.0},
    "peak": {STOCK: 4.0, AUTO: 1.51},
    "matched": {STOCK: 83, AUTO: 81},
}


def test_goals_that_are_just_reached_and_those_that_are_not():
    goals = [rows.time("coffee"), rows.peak("coffee"), rows.matched("coffee")]
    reached, missed = verdicts(results(**JUST)), verdicts(results(**MISSED))
    assert [reached[name] for name in goals] == [True] * 3
    assert [missed[name] for name in goals] == [False] * 3
    assert reached[rows.alone("coffee")] is None, "it has no goal"


def test_on_a_gpu_it_should_be_eight_times_and_memory_has_no_goal():
    found = verdicts(results(**JUST), "cuda")
    assert found[rows.time("coffee")] is False
    assert found[rows.peak("coffee")] is None
    eight = {"time": {STOCK: 8.0, AUTO: 1.0}}
    assert verdicts(results(**eight), "cuda")[rows.time("coffee")] is True


def test_goals_are_for_the_official_grid_at_full_size():
    for other in ({"divide": 2}, {"points_per_side": 16}):
        assert set(verdicts(results(**JUST, **other)).values()) == {None}


def test_an_empty_picture_misses_no_mask():
    none = {STOCK: 0, TUNED: 0, AUTO: 0}
    found = verdicts(results(masks=none, matched=none))
    assert found[rows.matched("coffee")] is True
    assert found[rows.time("coffee")] is None, "it was not measured"


def test_boxes_should_be_twice_as_fast_as_both_rivals():
    for stock, singly, reached in ((20, 20, True), (19, 40, False), (40, 19, False)):
        found = Results(facts={"backends": {AUTO: "onnx"}}, rivals=(STOCK, rows.SINGLY))
        for way, taken in ((STOCK, stock), (rows.SINGLY, singly), (AUTO, 10)):
            found.add(rows.boxes(100), way, taken)
        assert rows.of_boxes(Plan())[0].is_reached(found) is reached
    found = Results(facts={"backends": {AUTO: "onnx"}}, rivals=(STOCK, rows.SINGLY))
    found.add(rows.boxes(100), STOCK, 20)
    found.add(rows.boxes(100), AUTO, 1)
    assert rows.of_boxes(Plan())[0].is_reached(found) is None, "one rival is missing"


def test_the_table_in_markdown():
    part = Part("all", rows.of_everything(Plan(pictures=("coffee",)), "cpu"), results(**JUST))
    assert list(part.markdown()) == [
        "| all | stock | stock, batches of 4 | ours, onnx | goal |  |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| coffee: time | 60 s | 20 s | 10 s (6.0×, 2.0×) | ≥ 6× | reached |",
        "| coffee: peak memory | 4 GB | 1.3 GB | 1.5 GB (2.7×, 0.9×) | ≤ 1.5 GB | reached |",
        "| coffee: masks | 83 | 83 | 85 |  |  |",
        "| coffee: official masks among them | 83 | 83 | 82 | all but 1 | reached |",
        "| coffee: masks that are not official | – | 0 | 3 |  |  |",
        "| coffee: least IoU of a pair | – | 1.0000 | 0.9999 |  |  |",
    ]


def test_a_mask_without_a_partner_is_told_of():
    found = results(**JUST)
    found.facts |= {"processor": "p", "cores": 2, "python": "3", "versions": {}, "device": "cpu"}
    found.facts |= {"repeats": 1, "without_a_partner": {"coffee": {AUTO: {"official": [0.98]}}}}
    found.facts["backends"] = {STOCK: "s", TUNED: "t", AUTO: "onnx"}
    assert "coffee, auto, without a partner: official: 0.9800" in list(notes(found))


def random_masks(random, count):
    """Blocks that lack one or two pixels: the same, nearly the same, and others."""
    masks = np.zeros((count, SIZE["height"], SIZE["width"]), bool)
    for mask in masks:
        top = random.integers(0, 2)
        mask[top : top + 36, :46] = True
        mask[10, random.integers(0, 6, 2)] = False
    return masks


def test_pairs_are_those_of_plain_arithmetic():
    random = np.random.default_rng(0)
    seen = set()
    for _ in range(60):
        official = random_masks(random, random.integers(1, 6))
        others = random_masks(random, random.integers(1, 6))
        found = likeness(
            [rle.coco.encode(mask, compressed=False) for mask in official],
            [rle.cvat.encode(mask) for mask in others],
            **SIZE,
        )
        shares = np.array([[(a & b).sum() / (a | b).sum() for b in others] for a in official])
        left, used_rows, used_columns = shares.copy(), set(), set()
        matched = []
        while left.max() >= 0.999:
            row, column = np.argwhere(left == left.max())[0]
            matched.append(left[row, column])
            left[row] = left[:, column] = -1
            used_rows.add(row)
            used_columns.add(column)
        missed = [shares[row].max() for row in range(len(official)) if row not in used_rows]
        alone = [
            shares[:, column].max() for column in range(len(others)) if column not in used_columns
        ]
        assert found == (matched, missed, alone)
        seen |= {f"matched {bool(matched)}", f"missed {bool(missed)}", f"alone {bool(alone)}"}
    assert len(seen) == 6, "all kinds of cases were tried"


def test_a_mask_has_one_partner():
    mask = rle.cvat.encode(np.ones((40, 50), bool))
    found = likeness([mask, mask], [mask], **SIZE)
    assert found == ([1.0], [1.0], [])
    assert likeness([mask], [mask, mask], **SIZE) == ([1.0], [], [1.0])


def test_nothing_has_no_partners():
    mask = rle.cvat.encode(np.ones((40, 50), bool))
    assert likeness([], [mask], **SIZE) == ([], [], [0.0])
    assert likeness([mask], [], **SIZE) == ([], [0.0], [])
    assert likeness([], [], **SIZE) == ([], [], [])
    assert [iou(*two, **SIZE) for two in ((mask, mask), ([], mask), ([], []))] == [1, 0, 1]


FOUND = Official("coffee", [{"bbox": [10, 20, 100, 60]}, {"bbox": [300, 0, 0, 3]}])


@pytest.mark.parametrize("official", [FOUND, Official("empty", [])])
def test_boxes_are_many_and_different_and_inside(official):
    boxes = boxes_of(official, 100, width=301, height=200)
    assert boxes == boxes_of(official, 100, width=301, height=200)
    assert len({tuple(box) for box in boxes}) == 100
    for left, top, right, bottom in boxes:
        assert 0 <= left < right - 1 <= 300
        assert 0 <= top < bottom - 1 <= 199


def test_boxes_are_around_what_was_found():
    for box in boxes_of(FOUND, 10, width=301, height=200)[::2]:
        assert np.abs(np.subtract(box, [10, 20, 110, 80])).max() <= 5


@pytest.mark.parametrize("name", pictures.NAMES)
def test_a_smaller_picture_shows_the_same(name):
    large, small = pictures.picture(name, 1920, 1080), pictures.picture(name, 240, 135)
    assert large.shape == (1080, 1920, 3)
    assert small.shape == (135, 240, 3)
    shrunk = cv2.resize(large, (240, 135), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(float) - small).mean() < 6
    assert jpeg(large) == jpeg(pictures.picture(name, 1920, 1080)), "every time"


def test_the_crowd_is_of_twelve_photographs_and_the_wall_is_bare():
    crowd = pictures.picture(pictures.CROWDED, 1920, 1080)
    for name, top, left in (("coffee", 0, 0), ("astronaut", 360, 480), ("coffee", 720, 960)):
        tile = crowd[top : top + 360, left : left + 480]
        assert np.array_equal(tile, pictures.picture(name, 480, 360))
    wall = pictures.picture(pictures.EMPTY, 1920, 1080).astype(int)
    assert max(np.abs(np.diff(wall, axis=axis)).max() for axis in (0, 1)) <= 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--divide", "0"], "--divide must be from 1 to 50, not 0"),
        (["--points-per-side", "129"], "--points-per-side must be from 1 to 128, not 129"),
        (["--photos", "zebra"], "invalid choice: 'zebra'"),
    ],
)
def test_options_that_cannot_be_used(words, sentence):
    ended = benchmark(*words)
    assert ended.returncode == 2
    assert sentence in ended.stderr
