"""Processes that read give what one process gives, and none is left, nor is one waited for."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sa1b_checks import check, smalls
from sa1b_making import write_folder, write_tar

from cvat_sam.exceptions import InvalidSource, WorkerStopped
from cvat_sam.sa1b import read

IMAGES = smalls(7)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sa1b")
    write_tar(folder / "a.tar", IMAGES, order="shuffled")
    write_tar(folder / "b.tgz", IMAGES[:3], order="images first")
    write_folder(folder / "c", IMAGES[:4])
    return [folder / "a.tar", folder / "b.tgz", folder / "c"]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A folder of records so large that none fits into a pipe, and so many that all cannot wait."""
    folder = tmp_path_factory.mktemp("large")
    one = dict(IMAGES[0], annotations=IMAGES[0]["annotations"] * 2000)
    for number in range(40):
        (folder / f"{number:02}.json").write_text(json.dumps(one))
    return folder


def workers():
    """The processes that work for this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if b"cvat_sam.sa1b.worker" in words and int(parent) == os.getpid():
            found.append(int(folder.name))
    return found


def told(record):
    return (record.source, record.member, record.image, record.segmentations())


@pytest.mark.parametrize("count", [1, 2, 3])
def test_they_give_the_same_in_the_same_order(sources, count):
    expected = [told(record) for record in read(sources)]
    reader = read(sources, workers=count)
    assert [told(record) for record in reader] == expected
    assert (reader.skipped, reader.without_image) == (0, 0)
    assert workers() == []


def test_order_need_not_be_kept(sources):
    expected = sorted(told(record)[:2] for record in read(sources))
    reader = read(sources, workers=3, ordered=False)
    assert sorted(told(record)[:2] for record in reader) == expected
    assert workers() == []


def test_conditions_and_images_hold_there_too(sources):
    for record in read(sources[0], workers=2, top_k=2, decode_images=True):
        read_here = next(one for one in IMAGES if one["image"]["file_name"] == record.name)
        values = [item["predicted_iou"] for item in read_here["annotations"]]
        best = sorted(range(len(values)), key=lambda index: -values[index])[:2]
        check(record, read_here, best)
        assert record.pixels.shape == (60, 90, 3)


@pytest.mark.parametrize("ordered", [True, False])
def test_faults_are_told_once(tmp_path, ordered):
    write_folder(tmp_path, IMAGES)
    names = sorted(tmp_path.glob("*.json"))
    for path in names[1], names[4]:
        path.write_bytes(b"{}")
    (tmp_path / "z.tar").write_bytes(b"none" * 500)
    faults = []
    reader = read([tmp_path, tmp_path / "z.tar"], workers=3, ordered=ordered, fault=faults.append)
    assert len(list(reader)) == 5
    assert sorted(fault.place for fault in faults) == sorted(
        map(str, (names[1], names[4], tmp_path / "z.tar"))
    )
    with pytest.raises(InvalidSource, match=r"z.tar: is no tar"):
        list(read(tmp_path / "z.tar", workers=2, ordered=ordered))
    assert workers() == []


@pytest.mark.parametrize("ordered", [True, False])
def test_none_is_left_when_nobody_wants_more(large, ordered):
    reader = iter(read(large, workers=2, ordered=ordered))
    next(reader)
    assert len(workers()) == 2
    reader.close()
    assert workers() == []


@pytest.mark.parametrize("ordered", [True, False])
def test_one_that_is_killed_is_noticed_at_once(large, ordered):
    reader = iter(read(large, workers=2, ordered=ordered))
    next(reader)
    os.kill(workers()[0], signal.SIGKILL)
    with pytest.raises(WorkerStopped) as raised:
        list(reader)
    assert str(raised.value) == (
        "a worker process ended in the middle of its work: signal 9 (want of memory?)"
    )
    assert workers() == []


def test_one_that_cannot_start_is_said(sources, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(WorkerStopped, match="a worker process could not start, exit code 1"):
        list(read(sources, workers=2))


def test_a_script_without_a_guard_can_use_them(sources, tmp_path):
    program = (
        "from cvat_sam.sa1b import read\n"
        f"print(sum(len(record) for record in read({str(sources[0])!r}, workers=2)))\n"
    )
    expected = str(sum(len(one["annotations"]) for one in IMAGES))
    script = tmp_path / "script.py"
    script.write_text(program)
    # What lies about where a script is run is none of its modules.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "queue.py").write_text("raise ImportError('not this one')")
    for words, given in [([str(script)], None), (["-"], program), (["-c", program], None)]:
        ended = subprocess.run(
            [sys.executable, *words],
            input=given,
            capture_output=True,
            text=True,
            cwd=elsewhere if words == [str(script)] else tmp_path,
        )
        assert (ended.returncode, ended.stdout.strip(), ended.stderr) == (0, expected, "")


def test_they_end_when_the_process_that_started_them_is_killed(large):
    program = (
        "import sys, time\n"
        "from cvat_sam.sa1b import read\n"
        f"reader = iter(read({str(large)!r}, workers=2))\n"
        "next(reader)\n"
        "print('reading', flush=True)\n"
        "time.sleep(600)\n"
    )
    started = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    with started:
        assert started.stdout.readline() == "reading\n"
        children = Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split()
        assert len(children) == 2
        started.kill()
    for _ in range(1200):  # a minute; they end at their next record
        if not any(_runs(child) for child in children):
            break
        time.sleep(0.05)
    assert not [child for child in children if _runs(child)]


def _runs(process):
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
