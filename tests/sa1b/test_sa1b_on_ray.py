"""Several sources are tasks of Ray, whose results are those of one process; Ray is not heard."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sa1b_checks import smalls
from sa1b_cli import COMMAND, sa1b
from sa1b_making import image, write_tar

from cvat_sam.sa1b.work import on_ray

IMAGES = smalls(6, masks=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tars")
    for number in range(3):
        write_tar(folder / f"{number}.tar", IMAGES[2 * number : 2 * number + 2])
    return folder


def children(process):
    """What a process has started, and what that has."""
    found = []
    for one in _children_of(process):
        found += [one, *children(one)]
    return found


def _children_of(process):
    try:
        return Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []


def _command_of(process):
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


def _left(family):
    return [one for one in family if Path(f"/proc/{one}").exists()]


def test_results_are_those_of_one_process(folder, tmp_path):
    tars = [str(path) for path in sorted(folder.glob("*.tar"))]
    (tmp_path / "none.tar").write_bytes(b"none" * 1000)
    by_ray = sa1b(tmp_path, "features", *tars, "none.tar", "--to", "tasks", "--workers", "2")
    here = sa1b(tmp_path, "features", *tars, "none.tar", "--to", "here", "--workers", "1")
    assert by_ray.returncode == here.returncode == 2
    assert by_ray.stderr == here.stderr
    assert by_ray.stderr.splitlines()[0] == (
        "cvat-sam: none.tar: is no tar, or is damaged at its beginning"
    )
    assert by_ray.stdout.replace("tasks:", "here:") == here.stdout
    for kind in ("masks", "pairs"):
        for number in range(3):
            paths = [tmp_path / one / kind / f"{number}.parquet" for one in ("tasks", "here")]
            assert pq.read_table(paths[0]).equals(pq.read_table(paths[1]))


def test_figures_of_all_are_added_up(folder, tmp_path):
    ended = sa1b(tmp_path, "stats", folder, "--json", "stats.json", "--workers", "2")
    assert (ended.returncode, ended.stderr) == (0, "")
    rows = json.loads((tmp_path / "stats.json").read_text())
    assert [row["name"] for row in rows] == ["0", "1", "2", "all"]
    assert [row["images"] for row in rows] == [2, 2, 2, 6]
    masks = [len(one["annotations"]) for one in IMAGES]
    assert rows[-1]["masks"] == sum(masks)
    assert rows[-1]["masks_per_image"]["50%"] == sorted(masks)[2]


def test_one_source_starts_no_ray(folder, tmp_path):
    program = "import sys; sys.modules['ray'] = None\nfrom cvat_sam.cli import main\nmain()\n"

    def run(*words):
        words = [COMMAND[0], "-c", program, "sa1b", *words]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)

    assert run("convert", str(folder / "0.tar"), "--to", "one").returncode == 0
    assert run("convert", str(folder), "--to", "many", "--workers", "1").returncode == 0
    several = run("convert", str(folder), "--to", "more", "--workers", "2")
    assert several.returncode == 2
    assert several.stderr == (
        "cvat-sam: several sources at a time need Ray: pip install 'cvat-sam[ray]', or '.[ray]' in "
        "a clone; --workers 1 does one after another without it\n"
    )


def test_an_interrupt_leaves_what_is_done_and_no_process(tmp_path):
    images = [image(seed, height=300, width=400, masks=60) for seed in range(1, 41)]
    write_tar(tmp_path / "small.tar", IMAGES)
    for name in "abc":
        write_tar(tmp_path / f"{name}.tar", images)
    words = ["features", "small.tar", "a.tar", "b.tar", "c.tar", "--to", "out", "--workers", "2"]
    started = subprocess.Popen(
        [*COMMAND, *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "out" / "done" / "small.json").exists():
        assert started.poll() is None
        time.sleep(0.01)
    family = children(started.pid)
    started.send_signal(signal.SIGINT)
    said, told = started.communicate()
    assert (started.returncode, said) == (130, "")
    # A task writes down that it is done before the command hears of it.
    assert re.fullmatch(r"cvat-sam: interrupted after [0-4] of 4 sources\n", told)
    for _ in range(600):
        if not _left(family):
            break
        time.sleep(0.1)
    assert _left(family) == []
    ended = sa1b(tmp_path, *words)
    assert ended.returncode == 0
    assert ended.stdout.startswith("out: 4 sources, 126 images")
    assert sorted(os.listdir(tmp_path / "out" / "masks")) == [
        f"{name}.parquet" for name in ("a", "b", "c", "small")
    ]


@pytest.fixture
def started(tmp_path):
    """A run over two tars that is in the middle of the first, as far as can be seen."""
    images = [image(seed, height=300, width=400, masks=60) for seed in range(1, 121)]
    for name in "ab":
        write_tar(tmp_path / f"{name}.tar", images)
    words = ["features", "a.tar", "b.tar", "--to", "out", "--workers", "2"]
    process = subprocess.Popen(
        [*COMMAND, *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not list((tmp_path / "out").glob("masks/.a*")):
        assert process.poll() is None
        time.sleep(0.01)
    return process


def test_a_task_that_is_killed_is_done_again_and_ray_says_nothing_of_it(started):
    # Ray writes of it to standard output, in colours.
    tasks = [one for one in children(started.pid) if b"ray::_work" in _command_of(one)]
    os.kill(int(tasks[0]), signal.SIGKILL)
    said, told = started.communicate()
    assert (started.returncode, told) == (0, "")
    assert said.startswith("out: 2 sources, 240 images, 14,400 masks, ")
    assert len(said.splitlines()) == 1


def test_sigterm_is_an_exit_code_of_its_own_and_ray_says_nothing_of_it(started):
    started.send_signal(signal.SIGTERM)
    assert started.communicate() == ("", "")
    assert started.returncode == 128 + signal.SIGTERM


@pytest.mark.parametrize("which", ["the command", "what drives ray"])
def test_no_process_outlives_what_is_killed(started, which):
    # Two agents of Ray's own look only once a minute whether it is still there.
    family = [one for one in children(started.pid) if b"Agent" not in _command_of(one)]
    killed = started.pid if which == "the command" else int(_children_of(started.pid)[0])
    os.kill(killed, signal.SIGKILL)
    _, told = started.communicate()
    if which != "the command":
        assert (started.returncode, told) == (
            2,
            "cvat-sam: the process that drives Ray ended in the middle of the work: signal 9\n",
        )
    for _ in range(600):
        if not _left(family):
            break
        time.sleep(0.1)
    assert _left(family) == []


def test_a_cluster_that_is_not_there_is_said(folder, tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        ended = sa1b(tmp_path, "stats", folder, "--ray-address", address)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"cvat-sam: no cluster of Ray answers at {address}: Connection refused\n"
    )
    ended = sa1b(tmp_path, "stats", folder, "--ray-address", "nowhere")
    assert ended.stderr == (
        "cvat-sam: --ray-address is 'nowhere'; it should be host:port, ray://host:port or auto\n"
    )


def test_something_else_that_listens_is_no_cluster(monkeypatch):
    monkeypatch.setattr(on_ray, "_PATIENCE", 3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(on_ray.ServerUnreachable, match=f"answers at {address} within 3 s"):
            on_ray._check_cluster(address)
