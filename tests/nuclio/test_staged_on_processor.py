"""A staged folder on a real processor: its own interpreter, its own function.yaml, no network."""

import contextlib

import function_requests
import pytest
import requests
from nuclio_processor import needs_processor, processed
from staged_folders import configuration, environment, python_of, staged

pytestmark = needs_processor


@pytest.fixture(scope="module")
def start(tmp_path_factory, exported):
    """Starts a processor with a kind's staged folder, once, and gives what it is."""
    hosts = {}
    with contextlib.ExitStack() as stack:

        def started(kind):
            if kind not in hosts:
                place = tmp_path_factory.mktemp(kind)
                folder, home = staged(kind, place / "function"), place / "home"
                python = python_of(folder, tmp_path_factory.getbasetemp() / "cpu-environment")
                host = processed(
                    folder,
                    spec=configuration(folder)["spec"],
                    home=home,
                    python=python,
                    **environment(folder, home),
                )
                hosts[kind] = stack.enter_context(host)
            return hosts[kind]

        yield started


@pytest.mark.parametrize("case", function_requests.CASES, ids=lambda case: case.name)
def test_every_case_is_answered_as_it_must_be(case, start):
    reply = requests.post(
        start(case.kind).url,
        data=case.data,
        headers={"Content-Type": case.content_type, **case.headers},
        timeout=300,
    )
    assert reply.status_code == case.status, reply.text[:300]
    assert reply.headers["X-Cvat-Sam-Model"] == "vit_t"
    case.check(reply.json())


@pytest.mark.parametrize("kind", ["interactor", "detector", "embedder"])
def test_it_starts_from_what_was_staged(kind, start):
    log = start(kind).log.read_text()
    assert "vit_t runs on openvino, cpu, fp32" in log
    assert "fetching" not in log
    assert "Traceback" not in log
