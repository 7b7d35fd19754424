"""What goes wrong in the stand-in when it is told so, and what is stored then."""

import pytest
import requests
from fake_cvat.case import Case, wait_for
from fake_cvat.fake_faults import KINDS

CUT = "cut"


@pytest.mark.parametrize(
    ("kind", "seen", "stored"),
    [
        ("cut_body", CUT, 0),
        ("cut_before", CUT, 0),
        ("cut_after", CUT, 1),
        ("cut_reply", CUT, 1),
        ("drop_idle", 200, 1),
        *((str(status), status, 0) for status in (401, 403, 404, 413, 429, 500, 502, 503, 504)),
        *((f"{status}_after", status, 1) for status in (500, 502, 503, 504)),
        ("slow_before", 200, 1),
        ("slow_after", 200, 1),
        ("empty", 200, 1),
        ("html", 200, 1),
        ("redirect", 307, 0),
    ],
)
@pytest.mark.parametrize("reset", [False, True])
def test_fault_strikes_once_before_or_after_the_commit(case, kind, seen, stored, reset):
    case.cvat.faults([{"kind": kind, "match": "PATCH", "seconds": 0.01, "reset": reset}])
    try:
        path = f"/api/tasks/{case.task}/annotations?action=create"
        reply = case.cvat.api("PATCH", path, json={"shapes": [case.shape()]}, allow_redirects=False)
        outcome = reply.status_code
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        outcome = CUT
    assert (outcome, len(case.stored("id"))) == (seen, stored)
    assert case.cvat.injected() == {kind: 1}
    [entry] = case.cvat.log("PATCH")
    assert (entry["fault"], entry["committed"]) == (kind, stored == 1)
    if kind != "drop_idle":  # the next request may or may not notice that the connection is gone
        assert case.patch(case.shape()).status_code == 200


@pytest.mark.parametrize("kind", ["cut_late", "502_late", "504_late"])
def test_late_commit_comes_after_the_client_was_sent_away(case, kind):
    case.cvat.faults([{"kind": kind, "match": "PATCH", "seconds": 1}])
    try:
        assert case.patch(case.shape()).status_code == int(kind[:3])
    except requests.ConnectionError:
        assert kind == "cut_late"
    assert case.stored("id") == []
    wait_for(lambda: case.stored("id"))


def test_slow_request_is_committed_after_the_client_gave_up(case):
    case.cvat.faults([{"kind": "slow_before", "match": "PATCH", "seconds": 1.5}])
    url = f"{case.cvat.url}/api/tasks/{case.task}/annotations?action=create"
    headers = {"Authorization": f"Bearer {case.cvat.bearer}"}
    with pytest.raises(requests.ReadTimeout):
        requests.patch(url, json={"shapes": [case.shape()]}, headers=headers, timeout=0.1)
    assert case.stored("id") == []
    wait_for(lambda: case.stored("id"))


@pytest.mark.parametrize(("kind", "stored"), [("hold_before", 0), ("hold_after", 1)])
def test_held_request_waits_until_it_is_released(case, kind, stored):
    case.cvat.faults([{"kind": kind, "match": "PATCH"}])
    url = f"{case.cvat.url}/api/tasks/{case.task}/annotations?action=create"
    headers = {"Authorization": f"Bearer {case.cvat.bearer}"}
    with pytest.raises(requests.ReadTimeout):
        requests.patch(url, json={"shapes": [case.shape()]}, headers=headers, timeout=0.2)
    case.cvat.wait_until_held()
    assert len(case.stored("id")) == stored
    case.cvat.release()
    wait_for(lambda: case.stored("id"))


def test_reset_forgets_what_was_held(case):
    case.cvat.faults([{"kind": "hold_before", "match": "PATCH"}])
    url = f"{case.cvat.url}/api/tasks/{case.task}/annotations?action=create"
    headers = {"Authorization": f"Bearer {case.cvat.bearer}"}
    with pytest.raises(requests.ReadTimeout):
        requests.patch(url, json={"shapes": [case.shape()]}, headers=headers, timeout=0.2)
    case.cvat.reset()
    after = Case(case.cvat)
    after.patch(after.shape())
    assert len(after.stored("id")) == 1


def test_redirect_to_another_host_shows_whether_the_token_went_along(case):
    case.cvat.faults([{"kind": "redirect", "match": "GET"}])
    reply = case.cvat.api("GET", f"/api/tasks/{case.task}")
    assert reply.status_code == 401
    assert reply.url.startswith(case.cvat.elsewhere)
    first, second = case.cvat.log("GET tasks")
    assert first["host"] != second["host"]
    assert (first["authorization"], second["authorization"]) == ("Token", "")


def test_body_over_the_limit_is_413(case):
    case.cvat.settings(max_body=2000)
    assert case.patch(*[case.shape()] * 100).status_code == 413
    assert case.patch(case.shape()).status_code == 200
    assert len(case.stored("id")) == 1


@pytest.mark.parametrize("after", [7, "Wed, 21 Oct 2015 07:28:00 GMT", None])
@pytest.mark.parametrize("kind", ["429", "503"])
def test_waiting_time_is_told_as_asked(case, kind, after):
    case.cvat.faults([{"kind": kind, "retry_after": after}])
    reply = case.patch(case.shape())
    assert reply.headers.get("Retry-After") == (None if after is None else str(after))


def test_shuffled_get_has_the_same_shapes_in_no_order(case):
    case.patch(*(case.shape(frame=n % 4) for n in range(40)))
    case.cvat.faults([{"kind": "shuffle", "match": "GET annotations"}])
    frames = [shape["frame"] for shape in case.get()]
    assert frames != sorted(frames)
    assert sorted(frames) == sorted([0, 1, 2, 3] * 10)


def test_listed_faults_strike_the_requests_they_name(case):
    listed = [
        {"kind": "502", "match": "PATCH annotations", "request": 3},
        {"kind": "429", "match": "PATCH annotations", "request": 5, "times": 2},
    ]
    case.cvat.faults(listed)
    statuses = [case.patch(case.shape()).status_code for _ in range(8)]
    assert statuses == [200, 200, 502, 200, 429, 429, 200, 200]
    assert case.cvat.injected() == {"502": 1, "429": 2}


def test_somebody_else_edits_between_the_commit_and_the_reply(case):
    theirs = {"task": case.task, "shapes": [case.shape(z_order=9)]}
    case.cvat.faults([{"kind": "502_after", "match": "PATCH", "meanwhile": [theirs]}])
    case.patch(case.shape())
    assert case.stored("z_order") == [(0,), (9,)]
    numbers = [number for (number,) in case.stored("id")]
    case.cvat.edit(task=case.task, action="drop", ids=numbers[:1])
    assert case.stored("z_order") == [(9,)]
    case.cvat.edit(job=case.jobs[0], action="clear")
    assert case.stored("z_order") == []


def test_seeded_faults_strike_the_same_requests_again(case):
    runs = []
    for _ in range(2):
        case.cvat.faults(seed=3, rate=0.4, kinds=["502", "429", "504_after"], match="PATCH")
        runs.append([case.patch(case.shape()).status_code for _ in range(30)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 4
    assert sum(case.cvat.injected().values()) == sum(status != 200 for status in runs[1])
    case.cvat.faults(seed=3, rate=1, kinds=["502"], limit=2)
    assert [case.patch(case.shape()).status_code for _ in range(3)] == [502, 502, 200]


def test_misspelt_fault_is_refused(fake_cvat):
    with pytest.raises(ValueError, match="no such fault: 'cut_sideways'"):
        fake_cvat.faults([{"kind": "cut_sideways"}])
    with pytest.raises(ValueError, match="sedonds"):
        fake_cvat.faults(rate=1, sedonds=2)
    assert len(set(KINDS)) == len(KINDS)
