"""Which back end runs, which is said, and what is refused; in processes that lack a package."""

import os
import subprocess
import sys

import pytest

from cvat_sam.models.backends import gpu

PROGRAM = """
import sys
for name in {lacking!r}:
    sys.modules[name] = None
from cvat_sam.exceptions import CvatSamError
from cvat_sam.models import load
from cvat_sam.models.backends import gpu
from cvat_sam.reporting import StandardError
if {card!r}:
    gpu.may_be_here = lambda: True
try:
    model = load("vit_t", report=StandardError(), **{options!r})
    print(model.backend.name, model.device, sys.modules.get("torch") is not None)
except CvatSamError as error:
    print(type(error).__name__, error, sep=": ")
"""


def choose(*, lacking=(), card=False, cache=None, **options):
    """What a process prints and says that loads vit_t without the packages it lacks."""
    program = PROGRAM.format(lacking=tuple(lacking), card=card, options=options)
    environment = os.environ | ({"CVAT_SAM_CACHE": str(cache)} if cache else {})
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )
    assert "Traceback" not in ended.stderr
    return ended.stdout.strip(), ended.stderr.strip()


@pytest.fixture(autouse=True)
def _is_exported(exported):
    """Every test here finds the export in the cache, or brings an empty cache of its own."""


@pytest.mark.parametrize(
    ("lacking", "answer", "said"),
    [
        ([], "openvino cpu False", "onnx and torch would be slower"),
        (
            ["openvino"],
            "onnx cpu False",
            "not openvino: OpenVINO is not installed: pip install '.[cpu]' in a clone of cvat-sam; "
            "torch would be slower",
        ),
        (
            ["torch", "onnx"],
            "openvino cpu False",
            "onnx and torch would be slower",
        ),
        (
            ["openvino", "onnxruntime"],
            "torch cpu True",
            "not onnx: ONNX Runtime is not installed",
        ),
    ],
)
def test_auto_takes_the_fastest_that_is_installed(lacking, answer, said):
    out, err = choose(lacking=lacking, device="cpu")
    assert out == answer
    assert err.startswith(f"vit_t runs on {answer.split()[0]}, cpu, fp32 (")
    assert said in err
    assert len(err.splitlines()) == 1


def test_runtime_that_is_broken_is_passed_over():
    # Python finds a package of this name, which then cannot be imported.
    out, err = choose(lacking=["openvino._pyopenvino"], device="cpu")
    assert out == "onnx cpu False"
    assert "not openvino: it does not work here:" in err


def test_without_torch_and_without_an_export_the_way_on_is_named(tmp_path):
    out, _ = choose(lacking=["torch"], cache=tmp_path, device="cpu", backend="onnx")
    assert out.startswith(f"Unavailable: {tmp_path}/exported/vit_t-")
    assert "is not there, and to export vit_t here torch would be needed" in out
    assert "run 'cvat-sam export vit_t' where they are and copy the folder here" in out


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        (
            {"backend": "tensorrt"},
            "InvalidSetting: there is no back end 'tensorrt'; "
            "there are auto, torch, onnx, openvino",
        ),
        (
            {"backend": "onnx", "device": "cuda"},
            "InvalidSetting: the back end onnx runs on the CPU alone, not on cuda; "
            "torch runs there",
        ),
        (
            {"backend": "onnx", "precision": "bf16"},
            "InvalidSetting: the back end onnx computes in 32 bits alone, not in bf16; "
            "openvino and torch do",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(options, answer):
    assert choose(**options)[0] == answer


@pytest.mark.parametrize("backend", ["auto", "torch"])
def test_gpu_that_is_asked_for_and_not_there_stops_the_start(backend):
    out, _ = choose(backend=backend, device="cuda:77")
    assert out.startswith("DeviceUnavailable: the device cuda:77 was asked for, but torch")


def test_card_that_torch_does_not_see_is_warned_of():
    out, err = choose(card=True)
    assert out.startswith("openvino cpu")
    assert err.splitlines()[0].startswith(
        "warning: a GPU seems to be here and is not used: the device cuda was asked for, but torch"
    )


def test_card_without_torch_is_warned_of():
    out, err = choose(card=True, lacking=["torch"])
    assert out == "openvino cpu False"
    assert "is not used: to run a model here PyTorch is needed" in err


def test_card_is_seen_by_its_device(tmp_path, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert not gpu.may_be_here(tmp_path)
    (tmp_path / "nvidiactl").touch()
    assert not gpu.may_be_here(tmp_path)
    (tmp_path / "nvidia0").touch()
    assert gpu.may_be_here(tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert not gpu.may_be_here(tmp_path)
