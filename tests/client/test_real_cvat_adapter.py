"""What stands before a real CVAT, proved against the stand-in: it has the same API."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests
from fake_cvat.case import FRAMES, GOOD, LABELS, Case, wait_for
from fake_cvat.fake_backend import OnlyTheStandIn
from fake_cvat.process import FakeCvat
from PIL import Image
from real_cvat.real_process import RealCvat
from upload_cases import connection, expected, frames, masks, stored, written

from cvat_sam.client import upload
from cvat_sam.exceptions import CvatSamError

ROOT = Path(__file__).parents[2]
BAD = [100, 200, 10, 5, 13, 7]


@pytest.fixture(scope="module")
def server():
    """What the adapter takes for a real CVAT."""
    with FakeCvat() as server:
        yield server


@pytest.fixture(scope="module")
def adapter(server):
    with RealCvat(server.url, server.token) as adapter:
        yield adapter


@pytest.fixture
def real(server, adapter):
    server.reset()
    adapter.reset()
    return adapter


@pytest.fixture
def case(real):
    return Case(real)


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def tasks_of(server):
    return server.api("GET", "/api/tasks").json()["count"]


def upload_at_last(real, path, task):
    for _ in range(10):
        with contextlib.suppress(CvatSamError), connection(real) as cvat:
            return upload(cvat, [path], task=task)
    raise AssertionError("it never ends")


# Tasks


@pytest.mark.parametrize("version", ["2.15.0", "2.80.0"])
@pytest.mark.parametrize(
    ("names", "options", "spans"),
    [
        ("a b c d e", {}, [(0, 4)]),
        ("a b c d e", {"jobs": [(0, 1), (2, 3), (4, 4)]}, [(0, 1), (2, 3), (4, 4)]),
        ("a b c d e", {"jobs": [(0, 2), (2, 4)]}, [(0, 2), (2, 4)]),
        ("a b c d e", {"jobs": [(0, 0), (1, 4)]}, [(0, 0), (1, 4)]),
        ("a b c d e", {"segment_size": 4, "overlap": 1}, [(0, 3), (3, 4)]),
        ("b a d c", {}, [(0, 3)]),
        ("b sub/b a", {"jobs": [(0, 0), (1, 2)]}, [(0, 0), (1, 2)]),
        ("a b", {"start_frame": 4, "step": 3}, [(0, 1)]),
        ("a b c", {"deleted": [1], "name": "Streets"}, [(0, 2)]),
    ],
)
def test_task_is_made_as_it_is_described(server, real, version, names, options, spans):
    server.settings(version=version)
    described = [(f"{name}.png", 20 + n, 10) for n, name in enumerate(names.split())]
    task = real.add_task(described, labels=LABELS, **options)
    meta = real.api("GET", f"/api/tasks/{task}/data/meta").json()
    assert [(f["name"], f["width"], f["height"]) for f in meta["frames"]] == described
    assert meta["start_frame"] == options.get("start_frame", 0)
    assert meta["deleted_frames"] == options.get("deleted", [])
    shown = [server.api("GET", f"/api/jobs/{job}").json() for job in real.jobs(task)]
    assert [(job["start_frame"], job["stop_frame"]) for job in shown] == spans
    assert real.labels(task) == server.labels(task)
    assert real.specs(task) == server.specs(task)
    assert list(real.specs(task)) == [("cell", "conf"), ("cell", "grade")]
    name = real.api("GET", f"/api/tasks/{task}").json()["name"]
    assert name == options.get("name", "A task of cvat-sam's tests")


def test_frame_is_the_file_of_the_folder_bit_for_bit(real):
    Image.effect_noise((30, 20), 90).save(picture := io.BytesIO(), "PNG")
    (real.images / "noise.png").write_bytes(picture.getvalue())
    task = real.add_task([("noise.png", 30, 20)])
    path = f"/api/tasks/{task}/data?type=frame&number=0&quality=original"
    assert real.api("GET", path).content == picture.getvalue()
    with pytest.raises(OnlyTheStandIn, match="a frame cannot be changed"):
        (real.images / "noise.png").write_bytes(b"")
    real.reset()
    (real.images / "noise.png").write_bytes(b"")
    with pytest.raises(OnlyTheStandIn, match=r"noise\.png is no picture"):
        real.add_task([("noise.png", 30, 20)])


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"jobs": [(0, 1)]}, r"jobs of the frames \[\(0, 1\)\] cannot be asked for"),
        ({"jobs": [(2, 3), (0, 1)]}, "cannot be asked for"),
        ({"jobs": [{"start": 0, "stop": 3, "type": "ground_truth"}]}, "of the type ground_truth"),
        ({"owner": "somebody"}, "somebody else"),
        ({"organization": "lab"}, "no organization"),
        ({"size": 100}, "no video"),
        ({"frames": FRAMES[::-1], "step": 2}, "frames out of order"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(server, real, options, reason):
    with pytest.raises(OnlyTheStandIn, match=reason):
        real.add_task(**{"frames": FRAMES} | options)
    assert tasks_of(server) == 0


def test_what_only_the_stand_in_has_is_said(real, server):
    for name in ("bearer", "user", "password", "organization"):
        with pytest.raises(OnlyTheStandIn):
            getattr(real, name)
    assert real.key == real.token
    with pytest.raises(OnlyTheStandIn, match="the server's version cannot be set"):
        real.settings(version="3")
    other = RealCvat(server.url, server.bearer)
    assert other.bearer == server.bearer
    with pytest.raises(OnlyTheStandIn, match="not a login's key"):
        assert other.key
    other.clean_up()


def test_import_that_fails_is_said(server, real):
    with pytest.raises(ValueError, match="the import of task .* has failed: File is not a zip"):
        real.add_task([("a.zip", 8, 6)])
    assert tasks_of(server) == 1
    real.reset()
    assert tasks_of(server) == 0


def test_token_alone_names_no_server(monkeypatch):
    monkeypatch.delenv("CVAT_TEST_URL", raising=False)
    with pytest.raises(ValueError, match="CVAT_TEST_URL and CVAT_TEST_TOKEN together"):
        RealCvat(token="0" * 40)


# What is left


def test_tasks_are_gone_at_the_end_though_the_test_failed(server, real):
    theirs = server.add_task(FRAMES)
    with pytest.raises(KeyError), RealCvat(server.url, server.bearer) as other:
        other.add_task(FRAMES)
        other.add_task(FRAMES)
        assert tasks_of(server) == 3
        raise KeyError
    assert [task["id"] for task in server.api("GET", "/api/tasks").json()["results"]] == [theirs]


def test_tasks_are_gone_though_the_tests_were_killed(server, real):
    program = (
        "import time\n"
        "from real_cvat.real_process import RealCvat\n"
        "with RealCvat() as real:\n"
        "    print(real.add_task([('a.png', 8, 6)]), flush=True)\n"
        "    time.sleep(60)\n"
    )
    environment = {
        "CVAT_TEST_URL": server.url,
        "CVAT_TEST_TOKEN": server.token,
        "PYTHONPATH": str(ROOT / "tests"),
    }
    with subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | environment, stdout=subprocess.PIPE
    ) as tests:
        tests.stdout.readline()
        assert tasks_of(server) == 1
        tests.send_signal(signal.SIGKILL)
    wait_for(lambda: tasks_of(server) == 0)


def test_tasks_that_could_not_be_deleted_are_named():
    with (
        FakeCvat() as server,
        pytest.raises(AssertionError, match="could not be deleted: {7: .*no answer") as caught,
        RealCvat(server.url, server.token) as real,
    ):
        real.add_task(FRAMES)
        server.stop()
        assert real.api("GET", "/api/server/about").status_code == 502
    assert server.token not in str(caught.value)


def test_nothing_else_on_the_server_can_be_changed(server, real):
    theirs = Case(server)
    at = f"/api/tasks/{theirs.task}"
    for method, path in (
        *(("PATCH", f"{at}/annotations?action=create"), ("DELETE", at)),
        *(("PUT", f"/api/jobs/{theirs.jobs[0]}/annotations"), ("POST", "/api/auth/logout")),
    ):
        reply = real.api(method, path, json={"shapes": [theirs.shape()]})
        assert (reply.status_code, reply.json()["detail"][:9]) == (403, "The tests")
    assert real.api("GET", at).json()["name"] == "A task of a test"
    with pytest.raises(ValueError, match="is none of the tests'"):
        real.edit(task=theirs.task, action="clear")
    assert [entry["method"] for entry in server.log() if entry["method"] != "GET"] == []
    with pytest.raises(OnlyTheStandIn, match="add_task"):
        real.api("POST", "/api/tasks", json={"name": "x"})


def test_token_is_passed_on_and_in_no_list_of_processes(server, case):
    real = case.cvat
    reply = real.api("GET", "/api/users/self", headers={"Authorization": "Bearer wrong"})
    assert reply.status_code == 401
    headers = {"Authorization": f"Bearer {server.bearer}", "X-Organization": "lab"}
    assert real.api("GET", "/api/users/self", headers=headers).status_code == 200
    assert [entry["authorization"] for entry in server.log("users")] == ["Bearer", "Bearer"]
    assert server.log("users")[-1]["organization"] == "lab"
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended
            assert real.token.encode() not in line.read_bytes()
    assert real.token not in str(real.log())


# Faults on the way


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        *(("cut_before", 1), ("cut_after", 2), ("cut_reply", 2), ("500", 1), ("500_after", 2)),
        *(("502_late", 2), ("413", 1), ("429", 1)),
    ],
)
def test_fault_strikes_before_or_after_the_servers_commit(server, real, tmp_path, kind, reached):
    items = masks(40)
    task = real.add_task(frames(), labels=["object"], jobs=[(0, 4), (5, 9)])
    fault = {"kind": kind, "match": "PATCH annotations", "request": 2, "seconds": 0.1}
    real.settings(max_body=3000)
    real.faults([fault])
    path = written(tmp_path, items)
    upload_at_last(real, path, task)
    assert real.injected() == {kind: 1}
    [struck] = [entry for entry in real.log("PATCH") if entry["fault"]]
    assert struck["committed"] == (reached == 2)
    small = [entry for entry in real.log("PATCH") if entry["status"] != 413]
    missed = 0 if reached == 2 else (kind != "413")
    assert len(server.log("PATCH")) == len(small) - missed
    assert stored(real, task) == stored(server, task) == expected(items)
    assert real.shapes(task) == server.shapes(task)


def test_body_over_the_limit_never_reaches_the_server(server, case):
    case.cvat.settings(max_body=2000)
    assert case.patch(*[case.shape()] * 100).status_code == 413
    assert server.log("PATCH") == []
    assert case.patch(case.shape()).status_code == 200
    assert len(case.stored("id")) == 1


@pytest.mark.parametrize(("kind", "count"), [("hold_before", 0), ("hold_after", 1)])
def test_held_request_waits_until_it_is_released(server, case, kind, count):
    case.cvat.faults([{"kind": kind, "match": "PATCH"}])
    replies = []
    client = threading.Thread(target=lambda: replies.append(case.patch(case.shape()).status_code))
    client.start()
    case.cvat.wait_until_held()
    assert (len(server.shapes(case.task)), replies) == (count, [])
    case.cvat.release()
    client.join()
    assert (len(case.stored("id")), replies) == (1, [200])


def test_what_was_held_at_a_reset_is_not_sent_on(server, case):
    case.cvat.faults([{"kind": "hold_before", "match": "PATCH"}])
    url = f"{case.cvat.url}/api/tasks/{case.task}/annotations?action=create"
    headers = {"Authorization": case.cvat.authorization}
    with pytest.raises(requests.ReadTimeout):
        requests.patch(url, json={"shapes": [case.shape()]}, headers=headers, timeout=0.2)
    case.cvat.reset()
    assert tasks_of(server) == 0
    assert server.log("PATCH") == []


def test_somebody_else_edits(case):
    theirs = {"task": case.task, "shapes": [case.shape(z_order=9)]}
    case.cvat.faults([{"kind": "502_after", "match": "PATCH", "meanwhile": [theirs]}])
    assert case.patch(case.shape()).status_code == 502
    assert case.stored("z_order") == [(0,), (9,)]
    first, second = case.cvat.shapes(case.task)
    del first["job"]
    case.cvat.edit(task=case.task, action="update", shapes=[first | {"z_order": 3}])
    assert case.stored("id", "z_order") == [(first["id"], 3), (second["id"], 9)]
    case.cvat.edit(task=case.task, action="drop", ids=[second["id"]])
    assert case.stored("id") == [(first["id"],)]
    case.cvat.edit(job=case.jobs[1], action="replace", shapes=[case.shape(frame=3)])
    assert case.stored("frame") == [(0,), (3,)]
    case.cvat.edit(task=case.task, tags=[{"frame": 0, "label_id": case.cell}])
    case.cvat.edit(job=case.jobs[0], action="clear")
    assert case.stored("frame", "job") == [(3, case.jobs[1])]


def test_shuffled_get_has_the_same_shapes_in_no_order(case):
    case.patch(*(case.shape(frame=n % 4) for n in range(40)))
    case.cvat.faults([{"kind": "shuffle", "match": "GET annotations"}])
    found = [shape["frame"] for shape in case.get()]
    assert found != sorted(found)
    assert sorted(found) == sorted([0, 1, 2, 3] * 10)


@pytest.mark.parametrize("version", ["2.15.0", "2.80.0"])
def test_export_is_the_servers_own(server, case, version):
    server.settings(version=version)
    case.patch(case.shape())
    assert case.cvat.export(case.task)["status"] == 200
    case.patch(case.shape(points=BAD))
    assert case.cvat.export(case.task)["status"] == 500
    assert GOOD in [shape["points"] for shape in case.get()]


# The suite


def test_suite_runs_against_both_and_says_what_it_skips(server, real):
    names = ("test_tags_and_tracks_are_counted", "test_a_video_has_one_entry_for_all_of_its_frames")
    tests = [f"tests/client/test_client_api.py::{name}" for name in names]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        env=os.environ | {"CVAT_TEST_URL": server.url, "CVAT_TEST_TOKEN": server.token},
        capture_output=True,
        text=True,
    )
    assert "3 passed, 1 skipped" in ended.stdout, ended.stdout + ended.stderr
    assert "on a real CVAT: no video is made there" in ended.stdout
    assert len(server.log("POST annotations")) == 0
    assert len(server.log("PATCH annotations")) > 0
    assert tasks_of(server) == 0
