"""The function behind `cvat-sam serve`, asked over HTTP as CVAT asks."""

import function_requests
import pytest
import requests


@pytest.mark.parametrize("kind", ["interactor", "detector", "embedder"])
def test_every_case_is_answered_as_it_must_be(kind, serve):
    url = serve(kind)
    for case in function_requests.CASES:
        if case.kind != kind:
            continue
        headers = {"Content-Type": case.content_type, **case.headers}
        reply = requests.post(url, data=case.data, headers=headers, timeout=120)
        assert reply.status_code == case.status, (case.name, reply.text[:300])
        assert reply.headers["Content-Type"] == "application/json", case.name
        case.check(reply.json())
        assert reply.headers["X-Cvat-Sam-Model"] == "vit_t"
        assert reply.headers["X-Cvat-Sam-Device"] == "cpu"
