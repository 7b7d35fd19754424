"""Every function.yaml as Nuclio and CVAT read it."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from cvat_sam.serve.host import MAX_REQUEST_BODY_SIZE, WORKER_AVAILABILITY_TIMEOUT
from cvat_sam.settings import FunctionKind, Settings

ROOT = Path(__file__).parent.parent.parent
VARIANTS = {
    "interactor": ROOT / "function.yaml",
    "detector": ROOT / "deploy" / "detector.yaml",
    "embedder": ROOT / "deploy" / "embedder.yaml",
}


@pytest.fixture(params=VARIANTS)
def kind(request):
    return request.param


@pytest.fixture
def config(kind):
    return yaml.safe_load(VARIANTS[kind].read_text())


def test_there_is_one_for_each_kind():
    assert set(VARIANTS) == set(get_args(FunctionKind))


def test_environment_is_one_that_the_function_takes(kind, config):
    environment = {variable["name"]: variable["value"] for variable in config["spec"]["env"]}
    assert all(isinstance(value, str) for value in environment.values())
    assert Settings.from_environment(environment).function == kind
    known = {*Settings().variables(), "SAM_CHECKPOINT", "CVAT_SAM_CACHE"}
    assert set(environment) <= known


def test_annotations_are_those_that_cvat_reads(kind, config):
    annotations = config["metadata"]["annotations"]
    assert all(isinstance(value, str) for value in annotations.values())
    assert annotations["type"] == ("detector" if kind == "detector" else "interactor")
    labels = json.loads(annotations["spec"])
    if kind == "detector":
        assert labels == [{"id": 0, "name": "object", "type": "mask", "attributes": []}]
    else:
        assert labels == []
        assert annotations["version"] == "2"
        assert int(annotations["min_pos_points"]) == 1
        # 0 lets negative points be given, -1 forbids them.
        assert int(annotations["min_neg_points"]) == 0
        # CVAT reads any text as true.
        assert annotations.get("startswith_box_optional", "true") == "true"
        assert "startswith_box" not in annotations


def test_embedder_alone_has_the_name_that_cvats_plugin_knows(kind, config):
    special = config["metadata"]["name"] == "pth-facebookresearch-sam-vit-h"
    assert special == (kind == "embedder")


def test_handler_and_runtime_are_there(config):
    spec = config["spec"]
    module, hook = spec["handler"].split(":")
    assert (ROOT / f"{module}.py").is_file()
    assert hook == "handler"
    runtime = spec["runtime"].removeprefix("python:")
    # nuctl's wheels are for the runtime's minor version: the image must have the same.
    assert spec["build"]["baseImage"].startswith(f"python:{runtime}.")


def test_limits_fit_each_other(kind, config):
    spec = config["spec"]
    trigger = spec["triggers"]["http"]
    # `cvat-sam serve` has the limits of a deployment.
    assert trigger["attributes"]["maxRequestBodySize"] == MAX_REQUEST_BODY_SIZE == 32 * 2**20
    wait = 10 if kind == "detector" else WORKER_AVAILABILITY_TIMEOUT
    assert trigger["workerAvailabilityTimeoutMilliseconds"] == 1000 * wait
    seconds = int(re.fullmatch(r"(\d+)s", spec["eventTimeout"])[1])
    assert seconds >= 110
    assert trigger["workerAvailabilityTimeoutMilliseconds"] < 120_000
    assert trigger["numWorkers"] == 1
    assert "maxWorkers" not in trigger


def test_the_detector_answers_while_cvat_still_waits():
    spec = yaml.safe_load(VARIANTS["detector"].read_text())["spec"]
    [deadline] = [one["value"] for one in spec["env"] if one["name"] == "SAM_DEADLINE"]
    wait = spec["triggers"]["http"]["workerAvailabilityTimeoutMilliseconds"] / 1000
    # CVAT waits 120 s; Nuclio is not to kill a worker that is making its reply.
    assert 60 <= float(deadline) <= float(deadline) + wait <= 110
    assert int(spec["eventTimeout"].removesuffix("s")) >= 2 * float(deadline)


def test_every_comment_and_name_is_its_own(kind, config):
    assert config["spec"]["build"]["image"] == f"cvat-sam-{kind}"
