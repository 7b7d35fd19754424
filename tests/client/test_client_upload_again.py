"""The same masks once more: what counts as the same upload, and what is sent a second time."""

import json
import re
from dataclasses import replace

import pytest
from upload_cases import connection, expected, frames, masks, stored, written

from cvat_sam.client import Report, upload
from cvat_sam.client.uploads.progress import Progress
from cvat_sam.exceptions import InvalidTask, ServerRefused


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_it_is_the_same_upload_in_another_order_and_spelling(fake_cvat, tmp_path, monkeypatch):
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    one.write_text(json.dumps(masks(10, seed=1)))
    other.write_text(json.dumps(masks(10, seed=2)))
    monkeypatch.chdir(tmp_path)
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        assert upload(cvat, [one, other], task=task).stored == 20
        assert upload(cvat, ["other.json", "./one.json"], task=task).before == 20


def test_what_went_into_a_job_counts_for_the_task(fake_cvat, tmp_path):
    items = masks(60)
    task = fake_cvat.add_task(frames(), labels=["object"], jobs=[(0, 4), (5, 9)])
    path = written(tmp_path, items)
    first = sum(item["frame"] <= 4 for item in items)
    bad = tmp_path / "bad.json"
    with connection(fake_cvat) as cvat:
        job = fake_cvat.jobs(task)[0]
        assert upload(cvat, path, task=task, job=job, skip_bad=bad).stored == first
        assert upload(cvat, path, task=task) == Report(60, 60 - first, first)
    assert stored(fake_cvat, task) == expected(items)


def test_only_a_jobs_part_is_replaced(fake_cvat, tmp_path):
    items = masks(60)
    task = fake_cvat.add_task(frames(), labels=["object"], jobs=[(0, 4), (5, 9)])
    path = written(tmp_path, items)
    first = [item for item in items if item["frame"] <= 4]
    with connection(fake_cvat) as cvat:
        upload(cvat, path, task=task)
        before = {shape["id"] for shape in fake_cvat.shapes(task) if shape["frame"] > 4}
        bad = tmp_path / "bad.json"
        job = fake_cvat.jobs(task)[0]
        report = upload(cvat, path, task=task, job=job, replace_own=True, skip_bad=bad)
        assert (report.deleted, report.stored) == (len(first), len(first))
        assert before <= {shape["id"] for shape in fake_cvat.shapes(task)}
        assert upload(cvat, path, task=task).before == 60
    assert stored(fake_cvat, task) == expected(items)


def test_the_same_masks_from_other_sources_are_refused(fake_cvat, tmp_path):
    path = written(tmp_path, masks(10))
    more = tmp_path / "more.json"
    more.write_text(json.dumps(masks(30, seed=7)))
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, path, task=task)
        sentence = (
            f"10 of the masks are in task {task} already, from an earlier upload of masks.json; "
            "--only-new sends the others alone, --again all of them"
        )
        for dry in (True, False):
            with pytest.raises(InvalidTask, match=re.escape(sentence)):
                upload(cvat, [path, more], task=task, dry_run=dry)
        assert stored(fake_cvat, task) == expected(masks(10))
        assert upload(cvat, more, task=task).stored == 30
        assert upload(cvat, [path, more], task=task, again=True).stored == 40
    assert stored(fake_cvat, task) == expected([*masks(10), *masks(30, seed=7)] * 2)


def test_only_what_is_new_is_sent_if_that_is_asked(fake_cvat, tmp_path):
    path = written(tmp_path, masks(10))
    both = tmp_path / "both.json"
    both.write_text(json.dumps([*masks(10), *masks(5, seed=7)]))
    task = fake_cvat.add_task(frames(), labels=["object"])
    everything = expected([*masks(10), *masks(5, seed=7)])
    with connection(fake_cvat) as cvat:
        upload(cvat, path, task=task)
        new = Report(masks=15, there=10)
        assert upload(cvat, both, task=task, only_new=True, dry_run=True) == new
        assert upload(cvat, both, task=task, only_new=True) == replace(new, stored=5)
        assert stored(fake_cvat, task) == everything
        assert upload(cvat, both, task=task) == replace(new, before=5)
        # What was left out is not ours to replace.
        with pytest.raises(InvalidTask, match="10 of the masks are in task"):
            upload(cvat, both, task=task, replace_own=True)
        report = upload(cvat, both, task=task, replace_own=True, only_new=True)
        assert report == Report(masks=15, stored=5, there=10, deleted=5)
    assert stored(fake_cvat, task) == everything


def test_what_was_left_out_is_sent_once_the_task_has_it_no_more(fake_cvat, tmp_path):
    path, copy = written(tmp_path, masks(10, alike=0)), tmp_path / "copy.json"
    copy.write_text(path.read_text())
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, path, task=task)
        assert upload(cvat, copy, task=task, only_new=True) == Report(masks=10, there=10)
        gone = [shape["id"] for shape in fake_cvat.shapes(task)[:4]]
        fake_cvat.edit(task=task, action="drop", ids=gone)
        assert upload(cvat, copy, task=task, only_new=True) == Report(10, stored=4, there=6)
    assert stored(fake_cvat, task) == expected(masks(10, alike=0))


def test_what_is_mostly_there_is_refused_whoever_put_it_there(fake_cvat, tmp_path, monkeypatch):
    path = written(tmp_path, masks(10))
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, path, task=task)
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
        sentence = f"10 of the masks are in task {task} already, from somebody else or another"
        with pytest.raises(InvalidTask, match=sentence):
            upload(cvat, path, task=task)
        assert upload(cvat, path, task=task, only_new=True).there == 10
    assert stored(fake_cvat, task) == expected(masks(10))


def test_the_same_masks_in_two_files_of_one_upload_are_refused(fake_cvat, tmp_path):
    path = written(tmp_path, masks(10, alike=0))
    copy, other = tmp_path / "copy.json", tmp_path / "other.json"
    copy.write_text(path.read_text())
    other.write_text(json.dumps([*masks(20, alike=0, seed=7), masks(1)[0]]))
    task = fake_cvat.add_task(frames(), labels=["object"])
    said = []
    with connection(fake_cvat) as cvat:
        with pytest.raises(InvalidTask, match="10 of the masks are in another of the files too"):
            upload(cvat, [path, copy], task=task)
        assert fake_cvat.log("PATCH") == []
        progress = Progress(say=said.append)
        assert upload(cvat, [path, other], task=task, progress=progress).stored == 31
    assert said == ["1 of the masks is in another of the files too, equal to the pixel"]


def test_another_label_for_what_is_uploaded_is_refused(fake_cvat, tmp_path):
    path = written(tmp_path, masks(10))
    task = fake_cvat.add_task(frames(), labels=["object", "Cat"])
    with connection(fake_cvat) as cvat:
        upload(cvat, path, task=task)
        with pytest.raises(InvalidTask, match="10 masks of an earlier upload of these sources are"):
            upload(cvat, path, task=task, labels="Cat")
        report = upload(cvat, path, task=task, labels="Cat", replace_own=True)
    assert report == Report(masks=10, stored=10, deleted=10)
    assert stored(fake_cvat, task) == expected(masks(10))


def test_what_left_the_sources_is_said(fake_cvat, tmp_path):
    items = masks(10, alike=0)
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, written(tmp_path, items), task=task)
        path = written(tmp_path, items[:7])
        assert upload(cvat, path, task=task) == Report(masks=7, before=7, left_over=3)
        assert upload(cvat, path, task=task, replace_own=True).deleted == 10
    assert stored(fake_cvat, task) == expected(items[:7])


def test_what_was_uploaded_and_deleted_is_no_double(fake_cvat, tmp_path):
    path = written(tmp_path, masks(10))
    copy = tmp_path / "copy.json"
    copy.write_text(path.read_text())
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, path, task=task)
        fake_cvat.edit(task=task, action="clear")
        assert upload(cvat, copy, task=task).stored == 10
    assert stored(fake_cvat, task) == expected(masks(10))


def test_equal_masks_of_others_are_said_and_ours_are_sent(fake_cvat, tmp_path):
    items = masks(4, alike=0)
    task = fake_cvat.add_task(frames(), labels=["object"])
    [label] = fake_cvat.labels(task).values()
    theirs = {"type": "mask", "label_id": label}
    theirs |= {name: items[0][name] for name in ("frame", "points")}
    fake_cvat.edit(task=task, action="create", shapes=[theirs])
    said = []
    with connection(fake_cvat) as cvat:
        upload(cvat, written(tmp_path, items), task=task, progress=Progress(say=said.append))
    assert said == [
        f"1 of the masks is in task {task} already, from somebody else, and will be there twice"
    ]
    assert stored(fake_cvat, task) == expected([*items, items[0]])


def test_what_somebody_deleted_stays_so_and_is_said(fake_cvat, tmp_path):
    path = written(tmp_path, masks(10, alike=0))
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, path, task=task)
        shapes = [dict(shape) for shape in fake_cvat.shapes(task)[:3]]
        fake_cvat.edit(task=task, action="drop", ids=[shape["id"] for shape in shapes])
        assert upload(cvat, path, task=task) == Report(masks=10, before=10, gone=3)
        assert upload(cvat, path, task=task, dry_run=True) == Report(masks=10, before=10, gone=3)
        assert upload(cvat, path, task=task, again=True) == Report(masks=10, stored=10)
    assert len(fake_cvat.shapes(task)) == 17


def test_a_dry_run_says_what_would_be_replaced_and_replaces_nothing(fake_cvat, tmp_path):
    path = written(tmp_path, masks(10))
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, path, task=task)
        before = fake_cvat.shapes(task)
        written(tmp_path, masks(4, seed=2))
        report = upload(cvat, path, task=task, replace_own=True, dry_run=True)
        assert report == Report(masks=4, deleted=10)
        assert fake_cvat.shapes(task) == before
        report = upload(cvat, path, task=task, replace_own=True)
        assert report == Report(masks=4, stored=4, deleted=10)


@pytest.mark.parametrize("how", ["replace_own", "again"])
def test_what_was_begun_anew_and_cut_is_not_begun_once_more(fake_cvat, tmp_path, how):
    items = masks(60)
    path = written(tmp_path, items)
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, path, task=task)
        fake_cvat.settings(max_body=2000)
        fake_cvat.faults([{"kind": "403", "match": "PATCH create", "request": 6}])
        with pytest.raises(ServerRefused):
            upload(cvat, path, task=task, **{how: True})
        report = upload(cvat, path, task=task, **{how: True})
    assert 0 < report.before < 60
    assert stored(fake_cvat, task) == expected(items if how == "replace_own" else items * 2)


def test_a_chunk_in_doubt_is_looked_for_in_the_job_that_it_went_into(fake_cvat, tmp_path):
    items = [item for item in masks(40) if item["frame"] <= 4]
    task = fake_cvat.add_task(frames(), labels=["object"], jobs=[(0, 4), (5, 9)])
    path = written(tmp_path, items)
    one, other = fake_cvat.jobs(task)
    bad = tmp_path / "bad.json"
    fake_cvat.faults(
        [
            {"kind": "cut_after", "match": "PATCH create"},
            {"kind": "403", "match": "GET annotations", "request": 2},
        ]
    )
    with connection(fake_cvat) as cvat:
        with pytest.raises(ServerRefused):
            upload(cvat, path, task=task, job=one)
        assert upload(cvat, path, task=task, job=other, skip_bad=bad).masks == 0
        assert upload(cvat, path, task=task).before == len(items)
    assert stored(fake_cvat, task) == expected(items)


def test_one_name_for_one_batch_after_another(fake_cvat, tmp_path):
    first, second = masks(10, alike=0), masks(10, alike=0, seed=5)
    task = fake_cvat.add_task(frames(), labels=["object"])
    with connection(fake_cvat) as cvat:
        upload(cvat, written(tmp_path, first), task=task)
        path = written(tmp_path, second)
        with pytest.raises(InvalidTask, match="--only-new leaves them there and sends what is new"):
            upload(cvat, path, task=task)
        for stored_now in (10, 0):
            assert upload(cvat, path, task=task, only_new=True).stored == stored_now
        assert upload(cvat, path, task=task) == Report(masks=10, before=10, left_over=10)
    assert stored(fake_cvat, task) == expected([*first, *second])
