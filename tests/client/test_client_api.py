"""A task as the server shows it, its shapes and frames; and answers that are none of CVAT's."""

import http.server
import io
import json
import os
import re
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import pytest
from PIL import Image

from cvat_sam.client import AccessToken, Client, Secret, Server
from cvat_sam.client.api import (
    Attribute,
    Frame,
    Job,
    Label,
    annotations,
    create_shapes,
    delete_shapes,
    frame_image,
    read_task,
    shapes,
)
from cvat_sam.client.http.connection import Connection, Doubtful
from cvat_sam.client.task_answers import MetaAnswer
from cvat_sam.client.uploads.task_store import TaskStore
from cvat_sam.exceptions import InvalidTask, ServerRefused, ServerUnreachable


@pytest.fixture
def connection(fake_cvat):
    server = Server(fake_cvat.url, AccessToken(Secret(fake_cvat.token)))
    with Connection(server, pause=0.01) as connection:
        yield connection


def body_of(*items):
    return json.dumps({"version": 0, "tags": [], "tracks": [], "shapes": items}).encode()


def mask(label_id, frame=0, points=(0, 1, 2, 3, 2, 3), **more):
    more = {"attributes": [], "occluded": False, "z_order": 0} | more
    return {"type": "mask", "frame": frame, "label_id": label_id, "points": list(points)} | more


# Tasks


def test_a_task_of_images(fake_cvat, connection):
    grade = {"name": "grade", "input_type": "select", "values": ["a", "b"], "mutable": True}
    number = fake_cvat.add_task(
        [("a.png", 8, 6), ("b/c.png", 10, 5), ("d.png", 1, 1)],
        labels=[{"name": "car", "type": "mask", "attributes": [grade]}, "any thing"],
        jobs=[(1, 2), (0, 0), {"start": 0, "stop": 2, "type": "ground_truth"}],
        deleted=[2],
        name="Streets",
    )
    task = read_task(connection, number)
    ids, spec = fake_cvat.labels(number), fake_cvat.specs(number)["car", "grade"]
    jobs = fake_cvat.jobs(number)
    assert (task.id, task.name, task.size) == (number, "Streets", 3)
    assert (task.project_id, task.mode) == (None, "annotation")
    assert task.frames == (
        Frame(0, "a.png", 8, 6),
        Frame(1, "b/c.png", 10, 5),
        Frame(2, "d.png", 1, 1),
    )
    assert task.deleted == {2}
    assert task.labels == (
        Label(ids["car"], "car", "mask", (Attribute(spec, "grade", "select", ("a", "b"), True),)),
        Label(ids["any thing"], "any thing", "any"),
    )
    assert task.jobs == (Job(jobs[1], 0, 0), Job(jobs[0], 1, 2))
    assert task.other_jobs == (Job(jobs[2], 0, 2, "ground_truth"),)


def test_frames_are_counted_in_the_task_after_start_and_step(fake_cvat, connection):
    number = fake_cvat.add_task([("e.png", 8, 6), ("h.png", 8, 6)], start_frame=4, step=3)
    assert [frame.number for frame in read_task(connection, number).frames] == [0, 1]


def test_a_video_has_one_entry_for_all_of_its_frames(fake_cvat, connection):
    number = fake_cvat.add_task([("v.mp4", 64, 48)], size=3, start_frame=10, step=5)
    assert read_task(connection, number).frames == (
        Frame(0, "frame_000010", 64, 48),
        Frame(1, "frame_000015", 64, 48),
        Frame(2, "frame_000020", 64, 48),
    )


def test_a_task_of_many_jobs_and_labels_is_read_in_pages(fake_cvat, connection):
    labels = [f"label {number}" for number in range(501)]
    number = fake_cvat.add_task([("v.mp4", 4, 4)], labels=labels, size=1001, segment_size=1)
    task = read_task(connection, number)
    assert [label.name for label in task.labels] == labels
    assert [(job.start, job.stop) for job in task.jobs] == [(one, one) for one in range(1001)]


def test_a_task_that_is_not_there_is_refused(connection):
    with pytest.raises(InvalidTask, match=r"^http://\S+ has no task 999999, or not for this user"):
        read_task(connection, 999_999)


META = {"size": 2, "frames": [{"name": "a", "width": 1, "height": 2}] * 2}


@pytest.mark.parametrize(
    ("changes", "mode", "found"),
    [
        ({}, "annotation", [(0, "a"), (1, "a")]),
        ({"included_frames": [3, 7]}, "annotation", [(3, "a"), (7, "a")]),
        ({"size": 9, "included_frames": [3, 7]}, "annotation", [(3, "a"), (7, "a")]),
        ({"size": 1, "frames": META["frames"][:1]}, "annotation", [(0, "a")]),
        ({"size": 1, "frames": META["frames"][:1]}, "interpolation", [(0, "frame_000000")]),
        ({"frames": META["frames"][:1]}, "", [(0, "frame_000000"), (1, "frame_000001")]),
        ({"size": 3}, "annotation", []),
        ({"size": 0, "frames": []}, "annotation", []),
        ({"size": 0, "frames": None}, "annotation", []),
    ],
)
def test_the_numbers_of_frames(changes, mode, found):
    frames = MetaAnswer.model_validate(META | changes).frames_of(mode)
    assert [(frame.number, frame.name) for frame in frames] == found


# Shapes


def test_shapes_are_created_read_and_deleted(fake_cvat, connection):
    task = fake_cvat.add_task([("a.png", 8, 6)])
    label = fake_cvat.labels(task)["object"]
    answer = create_shapes(connection, task=task, body=body_of(mask(label), mask(label, z_order=1)))
    ids = [shape["id"] for shape in answer.json["shapes"]]
    found = list(shapes(connection, task=task))
    assert sorted(shape["id"] for shape in found) == sorted(ids)
    assert found[0]["points"] == [0, 1, 2, 3, 2, 3]
    delete_shapes(connection, found[:1], task=task)
    assert [shape["id"] for shape in fake_cvat.shapes(task)] == [found[1]["id"]]


def test_a_store_is_of_a_task_or_of_one_job(fake_cvat, connection):
    task = fake_cvat.add_task([("a.png", 8, 6), ("b.png", 8, 6)], jobs=[(0, 0), (1, 1)])
    label = fake_cvat.labels(task)["object"]
    first, second = (
        TaskStore(connection, task=task, job=number) for number in fake_cvat.jobs(task)
    )
    whole = TaskStore(connection, task=task)
    [one] = first.create(body_of(mask(label, 0)))
    [two] = second.create(body_of(mask(label, 1)))
    assert [shape["id"] for shape in first.shapes()] == [one["id"]]
    assert {shape["id"] for shape in whole.shapes()} == {one["id"], two["id"]}
    whole.delete([one])
    second.delete([two])
    assert list(whole.shapes()) == []


def test_a_task_or_a_job_is_asked_for_and_not_both(connection):
    for asked in ({}, {"task": 1, "job": 1}):
        with pytest.raises(TypeError):
            list(shapes(connection, **asked))


def test_tags_and_tracks_are_counted(fake_cvat, connection):
    task = fake_cvat.add_task([("a.png", 8, 6)])
    label = fake_cvat.labels(task)["object"]
    fake_cvat.edit(task=task, tags=[{"frame": 0, "label_id": label, "attributes": []}] * 2)
    create_shapes(connection, task=task, body=body_of(mask(label)))
    with annotations(connection, task=task) as found:
        assert len(list(found.shapes())) == 1
        assert (found.tags, found.tracks) == (2, 0)


@pytest.mark.parametrize("kind", ["cut_before", "cut_reply", "500", "html", "empty", "shuffle"])
def test_shapes_come_whole_whatever_happens_on_the_way(fake_cvat, connection, kind):
    task = fake_cvat.add_task([("a.png", 8, 6)])
    label = fake_cvat.labels(task)["object"]
    items = [mask(label, z_order=number) for number in range(300)]
    create_shapes(connection, task=task, body=body_of(*items))
    fake_cvat.faults([{"kind": kind, "match": "GET annotations", "times": 2}])
    found = [shape["z_order"] for shape in shapes(connection, task=task)]
    assert sorted(found) == list(range(300))


MEMORY = """
import resource, sys
from cvat_sam.client import Client
with Client(sys.argv[1]) as client:
    client.task(int(sys.argv[2]))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = sum(1 for _ in client.shapes(int(sys.argv[2])))
    print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_memory_does_not_grow_with_the_shapes_that_are_read(fake_cvat, connection):
    task = fake_cvat.add_task([("a.png", 2000, 6)])
    label = fake_cvat.labels(task)["object"]
    one = mask(label, points=[1] * 4000 + [0, 0, 1999, 1])
    create_shapes(connection, task=task, body=body_of(*[one] * 800))  # 13 MB, when they come back
    run = subprocess.run(
        [sys.executable, "-c", MEMORY, fake_cvat.url, str(task)],
        env=os.environ | {"CVAT_ACCESS_TOKEN": fake_cvat.token},
        capture_output=True,
        text=True,
        check=True,
    )
    count, megabytes = map(int, run.stdout.split())
    assert count == 800
    assert megabytes < 13


# Frames


def test_a_frame_s_image_is_the_file(fake_cvat, connection):
    task = fake_cvat.add_task([("a.png", 8, 6), ("b.png", 10, 5)])
    fake_cvat.faults([{"kind": "html", "match": "GET data type"}])
    data = frame_image(connection, task, 1)
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (10, 5)
    assert "quality=original" in fake_cvat.log("GET data type")[-1]["path"]


def test_a_frame_that_is_not_there_is_refused(fake_cvat, connection):
    task = fake_cvat.add_task([("a.png", 8, 6)])
    with pytest.raises(ServerRefused):
        frame_image(connection, task, 5)


# The Python face


def test_the_client_does_the_same(fake_cvat):
    task = fake_cvat.add_task([("a.png", 8, 6)])
    with Client(Server(fake_cvat.url, AccessToken(Secret(fake_cvat.token)))) as client:
        assert client.task(task).size == 1
        assert list(client.shapes(task)) == []
        assert client.frame_image(task, 0)
        assert fake_cvat.token not in repr(client)


# Answers that are none


USUAL = {
    "/api/tasks/7": {"id": 7, "name": "t", "size": 1, "mode": "annotation"},
    "/api/tasks/7/data/meta": META | {"size": 2},
    "/api/labels": {
        "count": 1,
        "next": None,
        "results": [{"id": 1, "name": "car", "type": "mask", "attributes": []}],
    },
    "/api/jobs": {
        "count": 1,
        "next": None,
        "results": [{"id": 3, "start_frame": 0, "stop_frame": 1}],
    },
    "/api/tasks/7/annotations": {"version": 0, "tags": [], "shapes": [], "tracks": []},
}


class Impostor:
    """Answers like CVAT, but for one path."""

    def __init__(self, path=None, answer=None):
        answers = USUAL | ({} if path is None else {path: answer})

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                found = answers[urlsplit(self.path).path]
                body = found if isinstance(found, bytes) else json.dumps(found).encode()
                self.send_response(200)
                self.end_headers()  # and no length: the end is where the connection ends
                self.wfile.write(body)

            do_PATCH = do_GET  # noqa: N815

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self._connection = Connection(Server(self._url), tries=1)
        return self._connection

    def __exit__(self, *_):
        self._connection.close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def test_an_older_server_that_says_less_is_understood():
    with Impostor() as connection:
        task = read_task(connection, 7)
    assert task.jobs == (Job(3, 0, 1),)
    assert task.size == 2


@pytest.mark.parametrize(
    ("path", "answer", "sentence"),
    [
        ("/api/tasks/7", [], "GET /api/tasks/7 is not answered as CVAT does: "),
        ("/api/tasks/7", {"size": 2}, "name: is missing"),
        ("/api/tasks/7", {"name": 3}, "name: should be a valid string, not 3"),
        ("/api/tasks/7", b"<html>", "it answers 200 with HTML in place of JSON"),
        ("/api/tasks/7/data/meta", {}, "data/meta is not answered as CVAT does: size: is missing"),
        ("/api/tasks/7/data/meta", META | {"size": "2"}, "size: should be a whole number"),
        ("/api/tasks/7/data/meta", META | {"size": 3}, "there are 3 frames, and describes 2"),
        ("/api/tasks/7/data/meta", META | {"frames": [{}, {}]}, "frames[0].name: is missing"),
        (
            "/api/tasks/7/data/meta",
            META | {"frames": [{"name": "a", "width": 0, "height": 1}] * 2},
            "frames[0].width: should be greater than or equal to 1, not 0",
        ),
        ("/api/tasks/7/data/meta", META | {"deleted_frames": None}, "deleted_frames: should be"),
        ("/api/labels", {"count": 1, "results": [{"id": 1}]}, "GET /api/labels is not answered"),
        ("/api/jobs", {"count": 1, "results": [{"id": 1}]}, "start_frame: is missing"),
        ("/api/jobs", {"count": 1, "results": [[]]}, "a page of a list without its results"),
    ],
)
def test_a_task_that_is_not_answered_as_cvat_does_is_said(path, answer, sentence):
    with (
        Impostor(path, answer) as connection,
        pytest.raises(ServerUnreachable, match=re.escape(sentence)),
    ):
        read_task(connection, 7)


def test_point_clouds_have_no_masks():
    answer = USUAL["/api/tasks/7"] | {"dimension": "3d"}
    with (
        Impostor("/api/tasks/7", answer) as connection,
        pytest.raises(InvalidTask, match="task 7 is 3d"),
    ):
        read_task(connection, 7)


def test_the_parts_of_skeletons_are_no_labels():
    results = [
        {"id": 1, "name": "person", "type": "skeleton"},
        {"id": 2, "name": "head", "type": "points", "parent_id": 1},
        {"id": 3, "name": "foot", "type": "points", "has_parent": True},
    ]
    with Impostor("/api/labels", {"count": 3, "results": results}) as connection:
        assert [label.name for label in read_task(connection, 7).labels] == ["person"]


GOOD = {"id": 1, "type": "mask", "frame": 0, "label_id": 1, "points": []}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"tags": [], "tracks": []}, "has no list of shapes"),
        ([], "where an object should be"),
        ({"shapes": {}}, "where a list should be"),
        ({"shapes": [3]}, "is not answered as CVAT does"),
        ({"shapes": [GOOD | {"id": None}]}, "id: should be a whole number, not null"),
        ({"shapes": [GOOD | {"id": True}]}, "id: should be a whole number, not true"),
        ({"shapes": [GOOD | {"frame": 0.5}]}, "frame: should be a whole number, not 0.5"),
        ({"shapes": [GOOD | {"type": 3}]}, "type: should be a valid string, not 3"),
        ({"shapes": [GOOD | {"points": {}}]}, "the points or the attributes of shape 1"),
        ({"shapes": [GOOD | {"attributes": "x"}]}, "the points or the attributes of shape 1"),
        (b'{"shapes": [{"id": 1', "with JSON that ends in the middle"),
        (b'{"tags": [{"id": 1}', "ends in the middle"),
        (b'{"shapes": [{"id": 1 "a"}]}', "is damaged"),
        (b'{"shapes": [], "shapes": []}', "has the key 'shapes' twice"),
        (b'{"shapes": []}{}', "something behind"),
        (b'{"a":' + b"[" * 100_000 + b"]", "is nested too deep"),
        (b"", "with nothing in it"),
        (b"<html>", "with HTML in place of JSON"),
    ],
)
def test_shapes_that_are_not_answered_as_cvat_does_are_said(answer, sentence):
    with (
        Impostor("/api/tasks/7/annotations", answer) as connection,
        pytest.raises(ServerUnreachable) as caught,
    ):
        list(shapes(connection, task=7))
    assert sentence in str(caught.value)
    assert "/tmp" not in str(caught.value)  # noqa: S108  where the answer lay is nobody's business


@pytest.mark.parametrize("answer", [{}, [], {"shapes": None}, {"shapes": [1]}, "x"])
def test_a_create_without_what_was_stored_is_doubtful(answer):
    with Impostor("/api/tasks/7/annotations", answer) as connection, pytest.raises(Doubtful):
        TaskStore(connection, task=7).create(body_of())
