"""The upload's benchmark runs, and its rivals store what they should."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from fake_cvat.process import FakeCvat

from benchmarks import upload

ROOT = Path(__file__).parent.parent.parent


def test_a_small_run_prints_every_figure():
    command = [sys.executable, "-m", "benchmarks.upload", "--masks", "200", "--many", "500"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for words in ("one bare PATCH", "cvat-sdk's call", "cvat-sam upload"):
        assert len(re.findall(rf"^  {words} +[\d,]+$", ended.stdout, re.MULTILINE)) == 2
    assert len(re.findall(r"of the bare PATCH$", ended.stdout, re.MULTILINE)) == 2
    assert re.search(r"^500 masks: \d+ MB at most", ended.stdout, re.MULTILINE)


def test_rivals_store_the_same_masks():
    masks = upload.items(30)
    with FakeCvat() as cvat:
        for store in (upload.bare, upload.sdk):
            task = cvat.add_task([(f"{number}.png", 640, 480) for number in range(100)])
            store(cvat, task, masks)
            stored = Counter((s["frame"], tuple(s["points"])) for s in cvat.shapes(task))
            assert stored == Counter((m["frame"], tuple(m["points"])) for m in masks)
