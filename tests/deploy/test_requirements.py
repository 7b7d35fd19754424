"""What an image is built from: pinned to the last package, and what the project is tested with."""

import importlib.metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cvat_sam.staging import checkout

ROOT = Path(__file__).parent.parent.parent
IMPORTED = {"numpy", "opencv-python-headless", "pillow", "pydantic", "platformdirs"}
RUN_NETWORKS = {"onnxruntime", "openvino", "torch", "torchvision", "segment-anything", "timm"}
# Where weights are fetched, which a GPU's function may have to.
FETCH = {"requests"}


def pinned(path):
    """Versions by name; every line is a pin."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    pins = dict(line.split("==") for line in lines if line)
    return {canonicalize_name(name): version for name, version in pins.items()}


def needed(roots):
    """The packages that these need on this machine, and those in turn, and themselves."""
    found, to_do = set(), [(name, frozenset([""])) for name in roots]
    while to_do:
        one = name, extras = to_do.pop()
        if one in found:
            continue
        found.add(one)
        for text in importlib.metadata.requires(name) or ():
            needs = Requirement(text)
            if not needs.marker or any(needs.marker.evaluate({"extra": e}) for e in extras):
                to_do.append((canonicalize_name(needs.name), frozenset(needs.extras or [""])))
    return {name for name, _ in found}


@pytest.fixture(params=[False, True], ids=["cpu", "gpu"])
def pins(request):
    return pinned(checkout.requirements(gpu=request.param))


def test_versions_are_those_the_project_is_tested_with(pins):
    constraints = pinned(ROOT / "constraints.txt")
    assert {name: constraints[name] for name in pins} == pins


def test_what_a_package_needs_is_pinned_too_and_nothing_else(pins):
    roots = IMPORTED | ((RUN_NETWORKS | FETCH) & {*pins})
    assert needed(roots) == {*pins}


def test_a_cpu_needs_no_pytorch_and_a_gpu_no_runtime():
    cpu, gpu = (pinned(checkout.requirements(gpu=gpu)) for gpu in (False, True))
    assert not {"torch", "timm", "segment-anything", "onnx"} & {*cpu}
    assert {"onnxruntime", "openvino"} <= {*cpu}
    assert not {"onnxruntime", "openvino", "onnx"} & {*gpu}
    assert {"torch", "timm", "segment-anything", "torchvision"} <= {*gpu}
