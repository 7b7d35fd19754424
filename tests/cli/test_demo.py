"""`cvat-sam demo`, the whole of it."""

import re
import subprocess
import sys

import cv2


def test_demo_draws_what_came_back_and_says_where(tmp_path):
    output = tmp_path / "pictures"
    run = subprocess.run(
        [sys.executable, "-m", "cvat_sam", "demo", "-o", str(output)],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    names = ["1-click.png", "2-second-click.png", "3-box.png", "4-everything.png", "demo.png"]
    for name in names:
        assert str(output / name) in run.stdout
        assert cv2.imread(str(output / name)).std() > 10
    requests = re.findall(r"vit_t on \S+, \d+ ms, a reply of [\d,]+ bytes", run.stdout)
    assert len(requests) == 4
    masks = re.findall(r"box \d+,\d+–\d+,\d+ · area [\d,]+ · [\d,]+ runs", run.stdout)
    assert len(masks) > 10
    # The negative click takes the table away.
    areas = [int(area.replace(",", "")) for area in re.findall(r"area ([\d,]+)", run.stdout)]
    assert areas[1] < 0.8 * areas[0]


def test_demo_says_why_the_function_did_not_start(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "cvat_sam", "demo", "-o", str(tmp_path)],
        capture_output=True,
        text=True,
        env={"SAM_DEVICE": "cuda:77", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path.home())},
    )
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert "the device cuda:77 was asked for" in run.stderr
