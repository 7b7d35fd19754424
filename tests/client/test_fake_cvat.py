"""The stand-in stores as a real server does, its sloppiness included."""

import pytest
import requests
from cvat_sdk import make_client, models
from cvat_sdk.core.proxies.annotations import AnnotationUpdateAction
from fake_cvat import fake_cost
from fake_cvat.case import FRAMES, GOOD, Case
from fake_cvat.process import FakeCvat


def test_create_appends_and_counts_ids_through_all_tasks(case):
    other = Case(case.cvat)
    ids = [each.patch(each.shape()).json()["shapes"][0]["id"] for each in (case, other, case)]
    assert ids == [ids[0], ids[0] + 1, ids[0] + 2]
    assert case.stored("id") == [(ids[0],), (ids[2],)]


def test_supplied_id_is_honoured_once(case):
    assert case.patch(case.shape(id=777)).status_code == 200
    reply = case.patch(case.shape(), case.shape(id=777, frame=3))
    assert reply.status_code == 400
    assert "duplicate key" in reply.json()
    assert case.stored("id") == [(777,)]


def test_task_drops_frames_outside_all_jobs_without_a_word(case):
    reply = case.patch(case.shape(frame=99))
    assert (reply.status_code, reply.json()["shapes"], case.get()) == (200, [], [])


def test_job_takes_frames_that_are_not_its_own(case):
    for frame in (0, 99):
        assert case.patch(case.shape(frame=frame), job=1).status_code == 200
    assert case.stored("job", "frame") == [(case.jobs[1], 0), (case.jobs[1], 99)]
    assert sorted(shape["frame"] for shape in case.get()) == [0, 99]
    assert case.get(f"jobs/{case.jobs[0]}") == []


def test_bad_shape_rolls_back_over_jobs(case):
    assert case.patch(case.shape(frame=0), case.shape(frame=3, label_id=5)).status_code == 400
    assert case.stored("id") == []


def test_overlapping_jobs_store_once_each_and_the_reply_goes_by_jobs(fake_cvat):
    case = Case(fake_cvat, jobs=[(0, 2), (1, 3)])
    reply = case.patch(*(case.shape(frame=frame) for frame in (3, 2, 0))).json()
    assert [shape["frame"] for shape in reply["shapes"]] == [2, 0, 3, 2]
    first, second = case.jobs
    assert case.stored("job", "frame") == [(first, 2), (first, 0), (second, 3), (second, 2)]
    assert len(case.get()) == 4


def test_ground_truth_job_is_none_of_the_task(fake_cvat):
    jobs = [(0, 3), {"start": 0, "stop": 3, "type": "ground_truth"}]
    case = Case(fake_cvat, jobs=jobs)
    case.patch(case.shape())
    case.patch(case.shape(), job=1)
    assert len(case.stored("id")) == 2
    assert len(case.get()) == 1
    shown = fake_cvat.api("GET", f"/api/jobs/{case.jobs[1]}").json()
    assert shown["type"] == "ground_truth"


def test_update_replaces_and_creates_what_it_does_not_know(case):
    number = case.patch(case.shape()).json()["shapes"][0]["id"]
    reply = case.patch(case.shape(id=number, z_order=4), case.shape(id=5), action="update")
    assert [shape["id"] for shape in reply.json()["shapes"]] == [number, 5]
    assert case.stored("id", "z_order") == [(5, 0), (number, 4)]


def test_delete_needs_more_than_the_id(case):
    number = case.patch(case.shape()).json()["shapes"][0]["id"]
    reply = case.patch({"id": number}, action="delete")
    assert reply.status_code == 400
    assert set(reply.json()["shapes"][0]) == {"type", "frame", "label_id"}
    assert case.patch(case.shape(), action="delete").status_code == 500
    assert case.stored("id") == [(number,)]
    reply = case.patch(case.shape(id=number), action="delete")
    assert [shape["id"] for shape in reply.json()["shapes"]] == [number]
    assert case.stored("id") == []
    assert case.patch(case.shape(id=number), action="delete").status_code == 200


def test_put_replaces_everything_and_delete_leaves_nothing(case):
    case.patch(case.shape(frame=0), case.shape(frame=3))
    path = f"/api/tasks/{case.task}/annotations"
    reply = case.cvat.api("PUT", path, json={"shapes": [case.shape(frame=2)]})
    assert reply.status_code == 200
    assert case.stored("frame") == [(2,)]
    assert case.cvat.api("DELETE", path).status_code == 204
    assert case.get() == []


def test_tags_tracks_and_elements_are_kept(case):
    tag = {"frame": 0, "label_id": case.cell}
    track = tag | {"shapes": [{"type": "rectangle", "frame": 0, "points": [1, 2, 3, 4]}]}
    element = case.shape(type="points", points=[1, 2])
    body = {"tags": [tag], "tracks": [track], "shapes": [case.shape(elements=[element])]}
    assert case.patch(json=body).status_code == 200
    found = case.cvat.api("GET", f"/api/tasks/{case.task}/annotations").json()
    assert [len(found[kind]) for kind in ("tags", "tracks", "shapes")] == [1, 1, 1]
    assert found["shapes"][0]["elements"][0]["points"] == [1.0, 2.0]


def test_get_goes_by_frames_but_has_no_order_within_one(case):
    case.patch(*(case.shape(frame=n % 4) for n in range(40)))
    seen = [case.get() for _ in range(5)]
    assert all([shape["frame"] for shape in each] == sorted([0, 1, 2, 3] * 10) for each in seen)
    assert len({tuple(shape["id"] for shape in each) for each in seen}) > 1


@pytest.mark.parametrize(
    ("points", "status", "kind"),
    [
        (GOOD, 200, "good"),
        ([], 500, "broken"),
        ([10, 5, 13, 7], 200, "garbage"),
        ([1, 2, 10, 5, 13, 7], 200, "garbage"),
        ([100, 200, 10, 5, 13, 7], 500, "broken"),
        ([-1, 14, -1, 10, 5, 13, 7], 500, "broken"),
        ([1.5, 2.25, 8.25, 10, 5, 13, 7], 200, "garbage"),
        ([1, 2, 1, 4, 1, 2, 1, 10.2, 5.7, 13.9, 7.1], 200, "garbage"),
        ([12, 10, 5, 13, 7], 200, "garbage"),
        ([0, 4, 1000, 1000, 1001, 1001], 500, "broken"),
        ([0, 100, 60, 40, 69, 49], 500, "broken"),
        ([0, 4, -1, -1, 0, 0], 500, "broken"),
        ([0, 4, 13, 7, 10, 5], 500, "broken"),
        ([0, 1e20, 0, 0, 1, 1], 500, "broken"),
    ],
)
def test_export_fails_later(case, points, status, kind):
    number = case.patch(case.shape(points=points)).json()["shapes"][0]["id"]
    export = case.cvat.export(case.task)
    assert (export["status"], export[kind]) == (status, [number])


def test_connection_is_kept_and_the_log_counts(case):
    for count in (1, 3):
        case.patch(*[case.shape()] * count)
    first, second = case.cvat.log("PATCH")
    assert first["connection"] == second["connection"]
    assert (first["shapes"], second["shapes"]) == (1, 3)
    assert 0 < first["bytes"] < second["bytes"]


def test_killed_server_still_has_what_it_said_it_stored():
    with FakeCvat() as cvat:
        case = Case(cvat)
        number = case.patch(case.shape()).json()["shapes"][0]["id"]
        port = cvat.port
        cvat.stop()
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{cvat.url}/api/server/about", timeout=5)
        cvat.start()
        assert cvat.port == port
        assert case.stored("id") == [(number,)]
        assert case.patch(case.shape()).json()["shapes"][0]["id"] == number + 1


@pytest.mark.parametrize(
    ("shapes", "runs", "jobs", "seconds"),
    [  # as measured
        (10, 63, 1, 10 / 234),
        (100, 63, 1, 100 / 1385),
        (500, 63, 1, 500 / 2243),
        (1000, 63, 1, 1000 / 2972),
        (10_000, 2196, 1, 10_000 / 580),
        (10_000, 63, 100, 10_000 / 2396),
        (1000, 63, 100, 1000 / 648),
    ],
)
def test_cost_of_a_request_is_near_the_measured_one(shapes, runs, jobs, seconds):
    assert fake_cost.of_change(shapes, shapes * runs, jobs) == pytest.approx(seconds, rel=0.15)


def test_cost_is_taken_where_asked(case):
    case.cvat.settings(cost=2)
    case.patch(case.shape())
    [entry] = case.cvat.log("PATCH")
    assert entry["cost"] == 2 * fake_cost.of_change(1, 7, 2)


def test_cvat_sdk_talks_to_it(case):
    case.cvat.settings(version="2.80.0")
    logins = (
        {"access_token": case.cvat.bearer},
        {"credentials": (case.cvat.user, case.cvat.password)},
    )
    for login in logins:
        with make_client(case.cvat.url, **login) as client:
            task = client.tasks.retrieve(case.task)
            assert sorted(job.id for job in task.get_jobs()) == case.jobs
            assert [frame.name for frame in task.get_frames_info()] == [name for name, *_ in FRAMES]
            shape = models.LabeledShapeRequest(**case.shape())
            new = models.PatchedLabeledDataRequest(shapes=[shape])
            task.update_annotations(new, action=AnnotationUpdateAction.CREATE)
            [stored] = task.get_annotations().shapes
            assert stored.points == GOOD
            task.remove_annotations(ids=[stored.id])
    assert case.stored("id") == []
