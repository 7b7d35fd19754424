"""kill -9 and Ctrl-C at every step: the same command again finishes the rest."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from upload_cases import expected, frames, masks, stored, written


@pytest.fixture
def command(fake_cvat, tmp_path):
    """Starts an upload as a process of its own."""
    started = []

    def start(path, task, *words):
        line = [sys.executable, "-m", "cvat_sam.cli", "upload", str(path), "--task", str(task)]
        line += ["--server-host", fake_cvat.url, *words]
        environment = os.environ | {
            "CVAT_ACCESS_TOKEN": fake_cvat.token,
            "XDG_STATE_HOME": str(tmp_path / "state"),
        }
        process = subprocess.Popen(
            line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def finish(command, path, task):
    process = command(path, task)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    return out


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("kind", ["hold_before", "hold_after"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_stopped_while_a_chunk_is_on_its_way(fake_cvat, command, tmp_path, kind, number, how):
    items = masks(60, seed=number)
    task = fake_cvat.add_task(frames(), labels=["object"])
    fake_cvat.settings(max_body=3000)
    # The first requests are too large; the third and later ones are not.
    fault = {"kind": kind, "match": "PATCH annotations", "request": number + 2}
    fake_cvat.faults([fault])
    path = written(tmp_path, items)
    process = command(path, task)
    fake_cvat.wait_until_held()
    process.send_signal(how)
    _, err = process.communicate(timeout=30)
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert err == "cvat-sam: interrupted; the same command again finishes the rest\n"
    fake_cvat.release()
    finish(command, path, task)
    assert stored(fake_cvat, task) == expected(items)
    assert "0 masks stored, 60 stored before" in finish(command, path, task)


@pytest.mark.parametrize("seed", range(6))
def test_killed_again_and_again_at_any_time(fake_cvat, command, tmp_path, seed):
    rng = random.Random(seed)
    items = masks(150, seed=seed)
    task = fake_cvat.add_task(frames(), labels=["object"])
    fake_cvat.settings(max_body=2000)
    fake_cvat.faults(kinds=["slow_before", "slow_after"], rate=1.0, seconds=0.01, match="PATCH")
    path = written(tmp_path, items)
    for _ in range(4):
        process = command(path, task)
        time.sleep(rng.uniform(0.4, 1.5))
        process.kill()
        process.communicate()
    fake_cvat.faults()
    finish(command, path, task)
    assert stored(fake_cvat, task) == expected(items)
