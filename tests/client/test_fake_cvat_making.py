"""Tasks made, filled, exported and deleted by the API: the stand-in does it as servers do."""

import io
import zipfile

import pytest
from cvat_sdk import make_client, models
from cvat_sdk.api_client.exceptions import NotFoundException
from cvat_sdk.core.exceptions import BackgroundRequestException
from fake_cvat.case import CELL, GOOD
from PIL import Image

HUGE = 10**30


def picture(width=20, height=10):
    Image.new("L", (width, height)).save(content := io.BytesIO(), "PNG")
    return content.getvalue()


@pytest.fixture
def make(fake_cvat):
    """Makes a task with a few files; gives its id and what the last request was answered."""

    def make(files, finish=None, **options):
        task = fake_cvat.api("POST", "/api/tasks", json={"name": "t", **options}).json()["id"]
        at = f"/api/tasks/{task}/data"
        fields = {f"client_files[{n}]": file for n, file in enumerate(files.items())}
        head = {"Upload-Start": ""}
        assert fake_cvat.api("POST", at, headers=head).status_code == 202
        head = {"Upload-Multiple": ""}
        sent = {"image_quality": 70}
        assert fake_cvat.api("POST", at, headers=head, data=sent, files=fields).status_code == 200
        head = {"Upload-Finish": ""}
        return task, fake_cvat.api("POST", at, headers=head, json=sent | (finish or {}))

    return make


def spans(cvat, task):
    shown = [cvat.api("GET", f"/api/jobs/{job}").json() for job in cvat.jobs(task)]
    return [(job["start_frame"], job["stop_frame"]) for job in shown]


def names(cvat, task):
    meta = cvat.api("GET", f"/api/tasks/{task}/data/meta").json()
    return [frame["name"] for frame in meta["frames"]]


def test_cvat_sdk_makes_fills_exports_and_deletes_a_task(fake_cvat, tmp_path):
    fake_cvat.settings(version="2.80.0")
    paths = [tmp_path / f"{name}.png" for name in "cab"]
    for path in paths:
        path.write_bytes(picture())
    with make_client(fake_cvat.url, access_token=fake_cvat.bearer) as client:
        client.config.status_check_period = 0.01
        spec = models.TaskWriteRequest(name="t", labels=[{"name": "car"}], segment_size=2)
        task = client.tasks.create_from_data(spec, paths)
        assert names(fake_cvat, task.id) == ["a.png", "b.png", "c.png"]
        assert spans(fake_cvat, task.id) == [(0, 1), (2, 2)]
        task.export_dataset("COCO 1.0", tmp_path / "good.zip", include_images=False)
        assert (tmp_path / "good.zip").read_bytes()
        shape = {"type": "mask", "frame": 0, "label_id": fake_cvat.labels(task.id)["car"]}
        fake_cvat.edit(task=task.id, shapes=[shape | {"points": [100, 200, 10, 5, 13, 7]}])
        with pytest.raises(BackgroundRequestException, match="Invalid RLE mask"):
            task.export_dataset("COCO 1.0", tmp_path / "bad.zip", include_images=False)
        task.remove()
        with pytest.raises(NotFoundException):
            client.tasks.retrieve(task.id)


def test_files_name_the_jobs(fake_cvat, make):
    files = {f"{name}.png": picture() for name in "abc"}
    task, _ = make(files, {"job_file_mapping": [["c.png"], ["b.png", "a.png"]]})
    assert names(fake_cvat, task) == ["c.png", "b.png", "a.png"]
    assert spans(fake_cvat, task) == [(0, 0), (1, 2)]


def test_folders_are_kept_in_an_archive_alone(fake_cvat, make):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("sub/a.png", picture(30, 20))
    assert names(fake_cvat, make({"x.zip": content.getvalue()})[0]) == ["sub/a.png"]
    assert names(fake_cvat, make({"sub/a.png": picture()})[0]) == ["a.png"]


def test_frames_are_chosen_by_start_and_step(fake_cvat, make):
    files = {f"{n}.png": picture() for n in range(9)}
    options = {"start_frame": 2, "frame_filter": "step=3", "stop_frame": 6}
    task, _ = make(files, options)
    assert names(fake_cvat, task) == ["2.png", "5.png"]
    assert make(files, options)[1].json() == {"image_quality": 70}


@pytest.mark.parametrize(
    ("files", "finish", "fault"),
    [
        ({"a.png": b"none"}, {}, "cannot identify image file 'a.png'"),
        ({"a.zip": b"none"}, {}, "File is not a zip file"),
        ({"a.png": picture()}, {"start_frame": 3}, "No media data found"),
        ({"a.png": picture()}, {"job_file_mapping": [["b.png"]]}, "Can't find file 'b.png'"),
        (
            {"a.png": picture()},
            {"job_file_mapping": [["a.png"]]},
            "job_file_mapping cannot be used with segment_size",
        ),
    ],
)
def test_import_fails_in_the_background(fake_cvat, make, files, finish, fault):
    fake_cvat.settings(version="2.80.0")
    options = {"segment_size": 2} if "segment_size" in fault else {}
    task, reply = make(files, finish, **options)
    assert reply.status_code == 202
    path = f"/api/requests/{reply.json()['rq_id']}"
    first, second = (fake_cvat.api("GET", path).json() for _ in range(2))
    assert (first["status"], first["message"]) == ("started", "")
    assert second["status"] == "failed"
    assert second["message"].startswith(fault)
    assert fake_cvat.jobs(task) == []


def test_older_servers_say_of_a_task_how_far_it_is(fake_cvat, make):
    task, reply = make({"a.png": b"none"})
    assert "rq_id" not in reply.json()
    path = f"/api/tasks/{task}/status"
    assert [fake_cvat.api("GET", path).json()["state"] for _ in range(2)] == ["Started", "Failed"]
    assert fake_cvat.api("GET", "/api/requests/x").status_code == 404
    assert fake_cvat.api("POST", f"/api/tasks/{task}/dataset/export").status_code == 404


def test_export_of_older_servers_is_asked_for_until_it_is_there(fake_cvat, make):
    task, _ = make({"a.png": picture()}, labels=[CELL])
    path = f"/api/tasks/{task}/dataset?format=COCO%201.0"
    assert [fake_cvat.api("GET", path).status_code for _ in range(3)] == [202, 201, 201]
    assert fake_cvat.api("GET", f"{path}&action=download").status_code == 200
    shape = {"type": "mask", "frame": 0, "label_id": fake_cvat.labels(task)["cell"]}
    fake_cvat.edit(task=task, shapes=[shape | {"points": GOOD[:-1]}])
    assert [fake_cvat.api("GET", path).status_code for _ in range(2)] == [202, 500]
    fake_cvat.settings(version="2.80.0")
    assert fake_cvat.api("GET", path).status_code == 410


def test_what_is_missing_is_said(fake_cvat, make):
    assert fake_cvat.api("POST", "/api/tasks", json={}).status_code == 400
    task, _ = make({"a.png": picture()})
    at = f"/api/tasks/{task}/data"
    reply = fake_cvat.api("POST", at, files={"client_files[0]": ("a.png", picture())})
    assert (reply.status_code, list(reply.json())) == (400, ["image_quality"])
    assert fake_cvat.api("POST", at, json={"image_quality": 70}).status_code == 400


@pytest.mark.parametrize("number", [999_999, 2**63, HUGE])
def test_whatever_has_an_id_beyond_all_is_not_there(fake_cvat, number):
    for path in (
        *(f"tasks/{number}", f"tasks/{number}/annotations", f"tasks/{number}/data/meta"),
        *(f"jobs/{number}", f"jobs/{number}/annotations", f"labels?task_id={number}"),
    ):
        assert fake_cvat.api("GET", f"/api/{path}").status_code == 404
    assert fake_cvat.api("GET", f"/api/jobs?task_id={number}").json()["count"] == 0
    path = f"/api/tasks/{number}/annotations?action=create"
    assert fake_cvat.api("PATCH", path, json={"shapes": []}).status_code == 404
