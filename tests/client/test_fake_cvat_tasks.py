"""The stand-in shows tasks, jobs, labels and frames, to those who may see them."""

import io

import pytest
from fake_cvat.case import CELL, FRAMES, Case
from PIL import Image


def test_jobs_come_last_first_and_in_pages(fake_cvat):
    case = Case(
        fake_cvat, frames=[(f"{n}.png", 8, 8) for n in range(23)], jobs=None, segment_size=1
    )
    page = fake_cvat.api("GET", f"/api/jobs?task_id={case.task}").json()
    assert (page["count"], page["previous"], len(page["results"])) == (23, None, 10)
    frames = []
    while page is not None:
        frames += [job["start_frame"] for job in page["results"]]
        assert all(job["stop_frame"] == job["start_frame"] for job in page["results"])
        path = page["next"] and page["next"].removeprefix(fake_cvat.url)
        page = fake_cvat.api("GET", path).json() if path else None
    assert frames == list(range(22, -1, -1))
    assert fake_cvat.api("GET", f"/api/jobs?task_id={case.task}&page=9").status_code == 404


def test_labels_list_their_attributes_by_name(fake_cvat):
    specs = [{"name": name} for name in ("zebra", "ape")]
    task = fake_cvat.add_task(FRAMES, labels=[{"name": "x", "attributes": specs}, "y"])
    page = fake_cvat.api("GET", f"/api/labels?task_id={task}").json()
    assert [label["name"] for label in page["results"]] == ["x", "y"]
    ape, zebra = page["results"][0]["attributes"]
    assert (ape["name"], zebra["name"]) == ("ape", "zebra")
    assert zebra["id"] < ape["id"]


def test_segments_overlap_as_asked(fake_cvat):
    frames = [(f"{n}.png", 8, 8) for n in range(10)]
    case = Case(fake_cvat, frames=frames, jobs=None, segment_size=4, overlap=1)
    shown = fake_cvat.api("GET", f"/api/jobs?task_id={case.task}").json()["results"]
    spans = [(job["start_frame"], job["stop_frame"]) for job in reversed(shown)]
    assert spans == [(0, 3), (3, 6), (6, 9)]


def test_meta_counts_the_frames_of_the_task(fake_cvat):
    case = Case(fake_cvat, start_frame=10, step=3, deleted=[1])
    meta = fake_cvat.api("GET", f"/api/tasks/{case.task}/data/meta").json()
    assert (meta["size"], meta["start_frame"], meta["stop_frame"]) == (4, 10, 19)
    assert (meta["frame_filter"], meta["deleted_frames"]) == ("step=3", [1])
    assert [(f["name"], f["width"], f["height"]) for f in meta["frames"]] == FRAMES
    job = fake_cvat.api("GET", f"/api/jobs/{case.jobs[1]}/data/meta").json()
    assert (job["size"], [f["name"] for f in job["frames"]]) == (2, ["img2.png", "img3.png"])
    assert (job["start_frame"], job["deleted_frames"]) == (16, [])


def test_video_has_one_entry_for_all_its_frames(fake_cvat):
    case = Case(fake_cvat, frames=[("film.mp4", 32, 24)], size=100, jobs=[(0, 49), (50, 99)])
    meta = fake_cvat.api("GET", f"/api/tasks/{case.task}/data/meta").json()
    assert (meta["size"], len(meta["frames"])) == (100, 1)
    path = f"/api/tasks/{case.task}/data?type=frame&number=77&quality=original"
    with Image.open(io.BytesIO(fake_cvat.api("GET", path).content)) as image:
        assert image.size == (32, 24)


def test_original_frame_is_the_file_and_compressed_a_jpeg(fake_cvat):
    Image.effect_noise((451, 300), 90).save(picture := io.BytesIO(), "PNG")
    original = picture.getvalue()
    (fake_cvat.images / "noise.png").write_bytes(original)
    task = fake_cvat.add_task([("noise.png", 451, 300)])
    path = f"/api/tasks/{task}/data?type=frame&number=0&quality="
    assert fake_cvat.api("GET", path + "original").content == original
    small = fake_cvat.api("GET", path + "compressed")
    assert small.headers["Content-Type"] == "image/jpeg"
    assert len(small.content) < len(original)
    reply = fake_cvat.api("GET", path.replace("number=0", "number=9"))
    assert (reply.status_code, reply.json()) == (400, ["Incorrect requested frame number: 9"])


def test_task_is_made_filled_and_deleted_by_the_api_too(fake_cvat):
    wanted = {"name": "t", "segment_size": 2, "labels": [CELL]}
    task = fake_cvat.api("POST", "/api/tasks", json=wanted).json()["id"]
    files = {}
    for n in range(3):
        Image.new("L", (20 + n, 10)).save(picture := io.BytesIO(), "PNG")
        files[f"client_files[{n}]"] = (f"{n}.png", picture.getvalue(), "image/png")
    path = f"/api/tasks/{task}/data"
    assert fake_cvat.api("POST", path, files=files, data={"image_quality": 70}).status_code == 202
    meta = fake_cvat.api("GET", f"{path}/meta").json()
    assert [frame["width"] for frame in meta["frames"]] == [20, 21, 22]
    assert len(fake_cvat.jobs(task)) == 2
    assert fake_cvat.api("DELETE", f"/api/tasks/{task}").status_code == 204
    assert fake_cvat.api("GET", f"/api/tasks/{task}").status_code == 404


@pytest.mark.parametrize("header", ["", "Token wrong", "Bearer wrong", "Basic eDp5"])
def test_nobody_comes_in_without_a_token(case, header):
    for path in (f"/api/tasks/{case.task}", f"/api/tasks/{case.task}/annotations"):
        reply = case.cvat.api("GET", path, headers={"Authorization": header})
        assert reply.status_code == 401
    about = case.cvat.api("GET", "/api/server/about", headers={"Authorization": header})
    assert about.json()["version"] == "2.15.0"


def test_token_bearer_and_a_login_come_in(fake_cvat):
    who = {"username": fake_cvat.user, "password": fake_cvat.password}
    nobody = {"Authorization": ""}
    key = fake_cvat.api("POST", "/api/auth/login", json=who, headers=nobody).json()["key"]
    wrong = fake_cvat.api("POST", "/api/auth/login", json=who | {"password": "x"}, headers=nobody)
    assert wrong.status_code == 400
    for header in (f"Token {key}", f"Bearer {fake_cvat.bearer}"):
        reply = fake_cvat.api("GET", "/api/users/self", headers={"Authorization": header})
        assert reply.json()["username"] == fake_cvat.user
    assert [entry["authorized"] for entry in fake_cvat.log("users")] == ["Token", "Bearer"]


def test_task_of_somebody_else_is_forbidden(fake_cvat):
    task = fake_cvat.add_task(FRAMES, owner="somebody")
    assert fake_cvat.api("GET", f"/api/tasks/{task}").status_code == 403
    assert fake_cvat.api("GET", f"/api/tasks/{task}/annotations").status_code == 403
    assert fake_cvat.api("GET", f"/api/jobs?task_id={task}").json()["count"] == 0
    assert fake_cvat.api("GET", f"/api/tasks/{task + 1}").status_code == 404


def test_lists_are_those_of_the_organization(fake_cvat):
    task = fake_cvat.add_task(FRAMES, organization="lab")
    path = f"/api/jobs?task_id={task}"
    for slug, count in (("lab", 1), ("", 0)):
        reply = fake_cvat.api("GET", path, headers={"X-Organization": slug})
        assert reply.json()["count"] == count
    assert fake_cvat.api("GET", path, headers={"X-Organization": "no"}).status_code == 404
    assert [entry["organization"] for entry in fake_cvat.log("jobs")] == ["lab", "", "no"]
