"""kill -9 and Ctrl-C at every step: the same command again finishes the rest."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from fake_cvat.case import wait_for
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


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_the_server_is_at_still_after_a_stop_is_waited_for(fake_cvat, command, tmp_path, how):
    items = masks(60, alike=0)
    task = fake_cvat.add_task(frames(), labels=["object"])
    fake_cvat.faults([{"kind": "hold_before", "match": "PATCH annotations"}])
    path = written(tmp_path, items)
    process = command(path, task)
    fake_cvat.wait_until_held()
    process.send_signal(how)
    process.communicate()
    process = command(path, task)
    wait_for(lambda: len(fake_cvat.log("GET annotations")) > 3)  # it looks, and finds nothing yet
    fake_cvat.release()
    out, err = process.communicate(timeout=60)
    assert "0 masks stored, 60 stored before" in out
    assert "60 masks were on their way when an earlier run ended; looking for them, up to" in err
    assert len(fake_cvat.log("PATCH")) == 1
    assert stored(fake_cvat, task) == expected(items)


def test_what_is_stored_after_the_next_run_too_is_found_by_the_one_after(
    fake_cvat, command, tmp_path
):
    items = masks(60, alike=0)
    task = fake_cvat.add_task(frames(), labels=["object"])
    fake_cvat.faults([{"kind": "hold_before", "match": "PATCH annotations"}])
    path = written(tmp_path, items)
    process = command(path, task)
    fake_cvat.wait_until_held()
    process.kill()
    process.communicate()
    finish(command, path, task)
    fake_cvat.release()
    wait_for(lambda: len(fake_cvat.shapes(task)) == 120)
    finish(command, path, task)
    assert stored(fake_cvat, task) == expected(items)
    assert "0 masks stored, 60 stored before" in finish(command, path, task)
