"""The function on a real processor, configured from the function.yaml it is deployed with."""

import contextlib
from pathlib import Path

import function_requests
import pytest
import requests
import yaml
from nuclio_processor import needs_processor, processed

pytestmark = needs_processor

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATIONS = {
    "interactor": ROOT / "function.yaml",
    "detector": ROOT / "deploy" / "detector.yaml",
    "embedder": ROOT / "deploy" / "embedder.yaml",
}
# Paths of the image; here the weights are where every other test finds them.
OF_THE_IMAGE = {"CVAT_SAM_CACHE", "SAM_CHECKPOINT"}
# As the tests of `cvat-sam serve` have it: two cores, and a small grid.
OF_THIS_MACHINE = {"SAM_DEVICE": "cpu", "SAM_POINTS_PER_SIDE": "8"}


@pytest.fixture(scope="module")
def processor(tmp_path_factory):
    """Starts a processor for a kind of function, once, and gives what it is."""
    hosts = {}
    with contextlib.ExitStack() as stack:

        def start(kind):
            if kind not in hosts:
                spec = yaml.safe_load(CONFIGURATIONS[kind].read_text())["spec"]
                # Docker sets these; a processor by itself does not.
                settings = {
                    variable["name"]: variable["value"]
                    for variable in spec["env"]
                    if variable["name"] not in OF_THE_IMAGE
                }
                host = processed(
                    ROOT,
                    spec=spec,
                    home=tmp_path_factory.mktemp(kind),
                    **{**settings, **OF_THIS_MACHINE},
                )
                hosts[kind] = stack.enter_context(host)
            return hosts[kind]

        yield start


@pytest.mark.parametrize("case", function_requests.CASES, ids=lambda case: case.name)
def test_every_case_is_answered_as_it_must_be(case, processor):
    reply = requests.post(
        processor(case.kind).url,
        data=case.data,
        headers={"Content-Type": case.content_type, **case.headers},
        timeout=120,
    )
    assert reply.status_code == case.status, reply.text[:300]
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["X-Cvat-Sam-Model"] == "vit_t"
    case.check(reply.json())


def test_the_log_has_the_functions_own_lines_and_no_image(processor):
    log = processor("interactor").log.read_text()
    assert "cvat-sam is ready" in log
    assert "cvat-sam answered" in log
    assert function_requests.IMAGE[:40] not in log
    assert function_requests.IMAGE[4000:4040] not in log


def test_a_body_over_the_limit_of_function_yaml_is_refused_and_one_below_it_is_not(processor):
    spec = yaml.safe_load(CONFIGURATIONS["interactor"].read_text())["spec"]
    limit = spec["triggers"]["http"]["attributes"]["maxRequestBodySize"]
    url = processor("interactor").url
    over = requests.post(url, data=b" " * (limit + 1), timeout=120)
    assert (over.status_code, over.text) == (400, "Error when parsing request")
    at = requests.post(url, data=b" " * limit, timeout=120)
    # The function's own word, no longer the processor's.
    assert (at.status_code, list(at.json())) == (400, ["error"])
