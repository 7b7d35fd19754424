"""An upload that nothing goes wrong with."""

import json
import re

import pytest
from upload_cases import connection, expected, frames, masks, stored, written

from cvat_sam.client import Client, Report, upload
from cvat_sam.client.uploads.progress import Progress
from cvat_sam.exceptions import (
    InUse,
    InvalidSetting,
    InvalidSource,
    InvalidTask,
    ServerRefused,
    UnfitMasks,
)


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_everything_is_stored_once_and_bit_equal(fake_cvat, tmp_path):
    items = masks(200)
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        report = upload(cvat, [written(tmp_path, items)], task=task)
    assert report == Report(masks=200, stored=200)
    assert stored(fake_cvat, task) == expected(items)
    assert fake_cvat.export(task)["status"] == 200


def test_the_same_again_sends_nothing(fake_cvat, tmp_path):
    path = written(tmp_path, masks(50))
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, [path], task=task)
        before = fake_cvat.log("PATCH")
        assert upload(cvat, [path], task=task) == Report(masks=50, before=50)
    assert fake_cvat.log("PATCH") == before
    assert stored(fake_cvat, task) == expected(masks(50))


def test_what_was_added_to_the_sources_is_added_to_the_task(fake_cvat, tmp_path):
    items = masks(60)
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, [written(tmp_path, items[:40])], task=task)
        report = upload(cvat, [written(tmp_path, items)], task=task)
    assert report == Report(masks=60, stored=20, before=40)
    assert stored(fake_cvat, task) == expected(items)


def test_nothing_is_sent_where_one_mask_is_bad(fake_cvat, tmp_path):
    items = masks(10, alike=0)
    items[3] = items[3] | {"points": [0, 5, 60, 40, 64, 40]}
    items[7] = items[7] | {"label": "bus"}
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        with pytest.raises(UnfitMasks) as caught:
            upload(cvat, [written(tmp_path, items)], task=task)
        assert [one.place.index for one in caught.value.rejected] == [3, 7]
        assert fake_cvat.log("PATCH") == []
        bad = tmp_path / "bad.json"
        report = upload(cvat, [written(tmp_path, items)], task=task, skip_bad=bad)
        assert (report.stored, len(report.rejected)) == (8, 2)
        # Mended, they are uploaded alone.
        mended = json.loads(bad.read_text())
        mended[0]["points"] = masks(10, alike=0)[3]["points"]
        mended[1]["label"] = "object"
        second = tmp_path / "mended.json"
        second.write_text(json.dumps(mended))
        assert upload(cvat, [second], task=task).stored == 2
    assert stored(fake_cvat, task) == expected(masks(10, alike=0))


def test_a_dry_run_sends_nothing_and_leaves_no_plan(fake_cvat, tmp_path):
    path = written(tmp_path, masks(10))
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        assert upload(cvat, [path], task=task, dry_run=True) == Report(masks=10)
        assert fake_cvat.log("PATCH") == []
        assert upload(cvat, [path], task=task).stored == 10


def test_one_job_gets_its_own_masks(fake_cvat, tmp_path):
    items = [item for item in masks(60) if item["frame"] >= 5]
    task = fake_cvat.add_task(frames(), labels=["object"], jobs=[(0, 5), (5, 9)])
    path = written(tmp_path, items)
    with connection(fake_cvat) as cvat:
        with pytest.raises(InvalidTask, match="share frames"):
            upload(cvat, [path], task=task)
        job = fake_cvat.jobs(task)[1]
        upload(cvat, [path], task=task, job=job)
        assert stored(fake_cvat, task) == expected(items)
        assert {shape["job"] for shape in fake_cvat.shapes(task)} == {job}
        with pytest.raises(InvalidTask, match=f"task {task} has no job 999; it has"):
            upload(cvat, [path], task=task, job=999)


def test_replacing_takes_away_what_was_uploaded_and_nothing_else(fake_cvat, tmp_path):
    items = masks(40)
    task = fake_cvat.add_task(frames(), labels=["object"])
    [label] = fake_cvat.labels(task).values()
    theirs = {"type": "mask", "frame": 0, "label_id": label, "points": items[0]["points"]}
    fake_cvat.edit(task=task, action="create", shapes=[theirs])
    with connection(fake_cvat) as cvat:
        path = written(tmp_path, items)
        with pytest.raises(InvalidTask, match="knows of no earlier upload"):
            upload(cvat, [path], task=task, replace_own=True)
        upload(cvat, [path], task=task)
        changed = masks(30, seed=1)
        report = upload(cvat, [written(tmp_path, changed)], task=task, replace_own=True)
    assert report == Report(masks=30, stored=30, deleted=40)
    mine = stored(fake_cvat, task)
    mine[(0, tuple(items[0]["points"]))] -= 1
    assert +mine == expected(changed)


def test_what_somebody_has_changed_is_not_replaced(fake_cvat, tmp_path):
    items = masks(5, alike=0)
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        path = written(tmp_path, items)
        upload(cvat, [path], task=task)
        shape = dict(fake_cvat.shapes(task)[2])
        shape.pop("job", None)
        fake_cvat.edit(task=task, action="update", shapes=[shape | {"points": [0, 1, 3, 3, 3, 3]}])
        report = upload(cvat, [path], task=task, replace_own=True)
    assert (report.deleted, list(report.kept)) == (4, [shape["id"]])
    assert stored(fake_cvat, task)[(shape["frame"], (0, 1, 3, 3, 3, 3))] == 1


def test_two_uploads_into_one_task_at_once_are_refused(fake_cvat, tmp_path):
    from cvat_sam.client.uploads.state import lock_path
    from cvat_sam.lock import locked

    path = written(tmp_path, masks(3))
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        with locked(lock_path(cvat.server.url, task), "another process"):
            sentence = f"another upload into task {task} is at work on this machine (process"
            with pytest.raises(InUse, match=re.escape(sentence)):
                upload(cvat, [path], task=task)
        assert upload(cvat, [path], task=task).stored == 3


def test_a_journal_of_another_upload_is_refused(fake_cvat, tmp_path):
    path, journal = written(tmp_path, masks(3)), tmp_path / "a.sqlite"
    one, other = (fake_cvat.add_task(frames(), labels=["object"]) for _ in range(2))
    with connection(fake_cvat) as cvat:
        upload(cvat, [path], task=one, journal=journal)
        with pytest.raises(InvalidSource, match="a.sqlite is the journal of other work: .*, not "):
            upload(cvat, [path], task=other, journal=journal)


def test_a_server_that_takes_little_gets_little(fake_cvat, tmp_path):
    items = masks(400)
    task = fake_cvat.add_task(frames(), labels=["object"])
    fake_cvat.settings(max_body=4000)
    with connection(fake_cvat) as cvat:
        upload(cvat, [written(tmp_path, items)], task=task)
    assert stored(fake_cvat, task) == expected(items)
    assert max(entry["bytes"] for entry in fake_cvat.log("PATCH")[10:]) <= 4000


def test_the_secret_is_nowhere_on_disk(fake_cvat, tmp_path):
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, [written(tmp_path, masks(10))], task=task)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert fake_cvat.token.encode() not in path.read_bytes()


def test_a_refusal_has_the_masks_that_do_not_fit(fake_cvat, tmp_path):
    task = fake_cvat.add_task(frames(), labels=["object"])
    items = masks(3)
    items[1] = items[1] | {"label": "bus"}
    with connection(fake_cvat) as cvat, pytest.raises(UnfitMasks) as caught:
        upload(cvat, [written(tmp_path, items)], task=task)
    assert str(caught.value).startswith(f"1 of 3 masks cannot go into task {task}, so nothing was")
    assert str(caught.value).endswith(
        "masks.json, item 1: the task has no label bus; it has object (--label bus=… maps it)"
    )
    [bad] = caught.value.rejected
    assert bad.place.index == 1
    assert fake_cvat.log("PATCH") == []


def test_plain_strings_do(fake_cvat, tmp_path):
    task = fake_cvat.add_task(frames(), labels=["object"])
    path = written(tmp_path, masks(5))
    with Client(fake_cvat.url, token=fake_cvat.token) as cvat:
        assert cvat.upload(str(path), task=task).stored == 5
        assert upload(cvat, str(path), task=task).before == 5


def test_a_file_of_bad_masks_is_never_written_over(fake_cvat, tmp_path):
    task = fake_cvat.add_task(frames(), labels=["object"])
    items = [masks(2)[0], masks(2)[1] | {"label": "bus"}]
    bad = tmp_path / "bad.json"
    bad.write_text("half mended")
    path = written(tmp_path, items)
    with connection(fake_cvat) as cvat:
        with pytest.raises(InvalidSetting, match=r"bad\.json is there already, with something"):
            upload(cvat, path, task=task, skip_bad=bad)
        assert (bad.read_text(), fake_cvat.log("PATCH")) == ("half mended", [])
        bad.unlink()
        upload(cvat, path, task=task, skip_bad=bad)
        text = bad.read_text()
        # The same again is the same, and no fault.
        assert upload(cvat, path, task=task, skip_bad=bad).before == 1
    assert bad.read_text() == text


def test_a_mistyped_label_is_said(fake_cvat, tmp_path):
    task = fake_cvat.add_task(frames(), labels=["object"])
    said = []
    with connection(fake_cvat) as cvat:
        path, progress = written(tmp_path, masks(3)), Progress(say=said.append)
        upload(cvat, path, task=task, labels={"objekt": "object"}, progress=progress)
    assert said == ["no mask has the label 'objekt', which --label names"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"task": "7"}, "the task should be its number, from 1, not '7'"),
        ({"task": True}, "the task should be its number, from 1, not True"),
        ({"task": 7, "job": 0}, "the job should be its number, from 1, not 0"),
        (
            {"task": 7, "again": True, "only_new": True},
            "--again goes neither with --replace-own nor",
        ),
    ],
)
def test_what_cannot_be_meant_is_said(fake_cvat, tmp_path, options, sentence):
    with connection(fake_cvat) as cvat:
        with pytest.raises(InvalidSetting, match=sentence):
            upload(cvat, written(tmp_path, masks(1)), **options)
        with pytest.raises(InvalidSetting, match="there are no sources"):
            upload(cvat, [], task=7)


def test_one_label_for_all_may_be_a_text(fake_cvat, tmp_path):
    task = fake_cvat.add_task(frames(), labels=["Cat", "object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, written(tmp_path, masks(3)), task=task, labels="Cat")
    assert {shape["label_id"] for shape in fake_cvat.shapes(task)} == {
        fake_cvat.labels(task)["Cat"]
    }


def test_a_run_that_is_refused_in_the_middle_says_how_far_it_came(fake_cvat, tmp_path):
    task = fake_cvat.add_task(frames(), labels=["object"])
    fake_cvat.settings(max_body=2000)
    fake_cvat.faults([{"kind": "403", "match": "PATCH create", "request": 6}])
    said = []
    with connection(fake_cvat) as cvat, pytest.raises(ServerRefused):
        upload(cvat, written(tmp_path, masks(60)), task=task, progress=Progress(say=said.append))
    count = len(fake_cvat.shapes(task))
    assert 0 < count < 60
    assert said[-1] == f"{count} of 60 masks are stored; the same again sends the rest"
