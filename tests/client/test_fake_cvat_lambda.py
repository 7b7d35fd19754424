"""The stand-in lists functions as a server of version 2.15 was recorded to do."""

from fake_cvat.fake_lambda import function

INTERACTOR = {
    "id": "stub-interactor",
    "kind": "interactor",
    "labels_v2": [],
    "description": "Stub interactor (stub)",
    "name": "Stub interactor",
    "version": 2,
    "min_pos_points": 1,
    "min_neg_points": 0,
    "startswith_box": False,
    "help_message": "click",
    "animated_gif": "https://example.invalid/x.gif",
}
DETECTOR = {
    "id": "stub-detector",
    "kind": "detector",
    "labels_v2": [{"name": "cell", "type": "mask", "attributes": []}],
    "description": "Stub detector (stub)",
    "name": "Stub detector",
    "version": 1,
}


def test_what_tests_list_has_the_recorded_form():
    more = {key: INTERACTOR[key] for key in ("description", "help_message", "animated_gif")}
    made = function("stub-interactor", "interactor", "Stub interactor", **more)
    assert list(made.items()) == list(INTERACTOR.items())
    made = function(
        "stub-detector",
        "detector",
        "Stub detector",
        labels=["cell"],
        description="Stub detector (stub)",
    )
    assert list(made.items()) == list(DETECTOR.items())


def test_functions_are_listed_without_pages(fake_cvat):
    assert fake_cvat.api("GET", "/api/lambda/functions").json() == []
    fake_cvat.settings(functions=[INTERACTOR, DETECTOR])
    reply = fake_cvat.api("GET", "/api/lambda/functions")
    assert reply.headers["Content-Type"] == "application/vnd.cvat+json"
    assert reply.json() == [INTERACTOR, DETECTOR]
    assert fake_cvat.api("GET", "/api/lambda/functions/stub-detector").json() == DETECTOR
    assert fake_cvat.api("POST", "/api/lambda/functions").status_code == 405


def test_one_that_is_missing_is_the_dashboards_404(fake_cvat):
    reply = fake_cvat.api("GET", "/api/lambda/functions/nope")
    assert reply.status_code == 404
    assert (
        reply.json() == "404 Client Error: Not Found for url: http://nuclio:8070/api/functions/nope"
    )


def test_without_nuclio_the_text_of_the_failure_is_passed_on(fake_cvat):
    fake_cvat.settings(nuclio=False)
    for path in ("/api/lambda/functions", "/api/lambda/functions/f"):
        reply = fake_cvat.api("GET", path)
        assert reply.status_code == 503
        assert "host='nuclio', port=8070): Max retries exceeded" in reply.json()


def test_who_asks_has_to_be_known(fake_cvat):
    reply = fake_cvat.api("GET", "/api/lambda/functions", headers={"Authorization": "Token 0"})
    assert reply.status_code == 401


def test_reset_takes_them_away(fake_cvat):
    fake_cvat.settings(functions=[DETECTOR], nuclio=False, models=False)
    assert fake_cvat.api("GET", "/api/server/plugins").json()["MODELS"] is False
    fake_cvat.reset()
    assert fake_cvat.api("GET", "/api/lambda/functions").json() == []
    assert fake_cvat.api("GET", "/api/server/plugins").json()["MODELS"] is True
