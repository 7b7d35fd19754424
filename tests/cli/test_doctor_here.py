"""What doctor says of the machine that it runs on."""

import os
import shutil
import sys

import pytest
from doctor_case import about, doctor, in_short

from cvat_sam.doctor import cache_folder, gpu, models_here, settings_here
from cvat_sam.models.backends import exported as exports
from cvat_sam.settings import Settings
from cvat_sam.weights.checkpoints import VIT_B, VIT_T

# As in an environment where they were never installed.
WITHOUT = "import sys\nfor name in {names!r}: sys.modules[name] = None"
LIGHT = """
import atexit, sys
heavy = ("torch", "onnxruntime", "openvino", "timm", "segment_anything")
atexit.register(lambda: print("imported:", *[name for name in heavy if name in sys.modules]))
"""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder."""
    monkeypatch.setenv("CVAT_SAM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def put(folder, name, size=1000):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(bytes(size))
    return folder / name


def test_a_machine_with_everything_is_well_and_nothing_heavy_is_imported(exported):
    seen = doctor(program=LIGHT)
    assert seen.code == 0, seen.out
    lines = seen.out.splitlines()
    assert lines[0] == "Here"
    assert lines[-2:] == ["Nothing is wrong.", "imported:"]
    assert "nuclio-sdk 0." in seen.sentence("packages")
    assert f"Python {sys.version.split()[0]}" in seen.sentence("cvat-sam")
    for word in ("onnxruntime ", "openvino ", "torch "):
        assert word in seen.sentence("runtimes")
    assert seen.level("export vit_t") == seen.level("weights vit_t") == "ok"


def test_it_works_without_what_runs_models(tmp_path):
    program = WITHOUT.format(names=("torch", "onnxruntime", "openvino"))
    seen = doctor(program=program, CVAT_SAM_CACHE=str(tmp_path))
    assert seen.code == 0, seen.out + seen.err
    assert seen.level("runtimes") == "note"
    assert "no model can run here" in seen.sentence("runtimes")
    assert seen.level("export vit_t") == "ok"


def test_without_pytorch_an_export_is_needed(tmp_path):
    program = WITHOUT.format(names=("torch",))
    seen = doctor(program=program, CVAT_SAM_CACHE=str(tmp_path))
    assert seen.code == 2
    assert seen.level("export vit_t") == "wrong"
    assert seen.next_step.startswith("Next: `cvat-sam export vit_t` where PyTorch is installed")
    assert str(tmp_path / "exported") in seen.next_step


# The cache folder and its models.


def test_a_cache_that_is_not_there_yet_is_no_fault(cache):
    [finding] = cache_folder.look()
    assert finding.level == "ok"
    assert f"{cache}, which will be made at the first need" in finding.sentence
    assert " GB are free there" in finding.sentence
    assert not cache.exists()


def test_a_cache_that_cannot_be(cache):
    put(cache.parent, "cache")
    [finding] = cache_folder.look()
    assert (finding.level, finding.sentence) == ("wrong", f"{cache} is not a folder")
    assert "CVAT_SAM_CACHE" in finding.next_step


def test_a_folder_that_nobody_can_write(monkeypatch):
    # Root may write everywhere else.
    monkeypatch.setenv("CVAT_SAM_CACHE", "/proc/cvat-sam")
    [finding] = cache_folder.look()
    assert finding.level == "wrong"
    assert finding.sentence.startswith("/proc cannot be written: ")
    monkeypatch.setenv("CVAT_SAM_CACHE", "/proc")
    [finding] = cache_folder.look()
    assert finding.level == "note"
    assert "so nothing can be fetched into it" in finding.sentence
    [_, finding] = settings_here.look({"SAM_EMBEDDINGS_DIR": "/proc/embeddings"})
    assert finding.level == "wrong"
    assert finding.sentence.startswith("/proc cannot be written: ")


def test_no_model_at_all_is_a_note_with_what_fetches_it(cache):
    findings = list(models_here.look(Settings(model="vit_b")))
    assert in_short(findings) == {"export vit_b": "note", "weights vit_b": "note"}
    assert "`cvat-sam export vit_b`" in findings[0].next_step
    assert "`cvat-sam weights vit_b`" in findings[1].next_step
    assert "375.0 MB" in findings[1].sentence


@pytest.mark.parametrize("size", [VIT_T.size, VIT_T.size - 1])
def test_damaged_weights_are_found_also_where_a_sum_was_remembered(cache, exported, size):
    file = put(cache, VIT_T.filename, size)
    stat = file.stat()
    note = f"{VIT_T.sha256} {stat.st_size} {stat.st_mtime_ns}\n"
    (cache / f".{VIT_T.filename}.verified").write_text(note)
    finding = about(list(models_here.look(Settings())), "weights vit_t")
    assert finding.level == "wrong"
    assert "is damaged" in finding.sentence
    # `cvat-sam weights` alone would trust what was remembered.
    assert finding.next_step.startswith(f"delete {file}; then `cvat-sam weights vit_t`")


def test_damaged_weights_of_a_model_that_is_not_asked_for_are_found_too(cache):
    put(cache, VIT_B.filename)
    findings = list(models_here.look(Settings()))
    assert about(findings, "weights vit_b").level == "wrong"


def test_an_export_alone_is_enough(cache, exported):
    folder = exports.place("vit_t", VIT_T.sha256)
    shutil.copytree(exported.folder, folder, ignore=shutil.ignore_patterns("openvino"))
    findings = list(models_here.look(Settings()))
    assert in_short(findings) == {"export vit_t": "ok", "weights vit_t": "ok"}
    assert "its export needs none" in findings[1].sentence


@pytest.mark.parametrize("remembered", [True, False])
def test_a_damaged_export_is_found(cache, exported, remembered):
    folder = exports.place("vit_t", VIT_T.sha256)
    shutil.copytree(exported.folder, folder, ignore=shutil.ignore_patterns("openvino"))
    decoder = folder / exports.DECODER
    if remembered:
        assert exports.complaint(folder, VIT_T.sha256) is None
    before = decoder.stat()
    with decoder.open("r+b") as file:
        file.seek(1000)
        file.write(b"damaged")
    os.utime(decoder, ns=(before.st_atime_ns, before.st_mtime_ns))
    finding = about(list(models_here.look(Settings())), "export vit_t")
    assert finding.level == "wrong"
    assert exports.DECODER in finding.sentence
    assert finding.next_step.startswith("`cvat-sam export vit_t --again`")


def test_exports_of_another_version_are_only_in_the_way(cache, exported):
    put(cache / "exported" / "vit_t-0123456789abcdef-1", "encoder.onnx")
    finding = about(list(models_here.look(Settings())), "old exports")
    assert finding.level == "note"
    assert "vit_t-0123456789abcdef-1" in finding.sentence


def test_own_weights(cache, tmp_path):
    own = put(tmp_path, "mine.pt")
    findings = list(models_here.look(Settings(checkpoint=own)))
    assert about(findings, "own weights").level == "ok"
    [finding] = models_here.look(Settings(checkpoint=tmp_path / "no.pt"))
    assert (finding.what, finding.level) == ("own weights", "wrong")
    assert "no.pt cannot be read" in finding.sentence


# Settings.


def test_settings_of_this_environment():
    [finding] = settings_here.look({"SAM_MODEL": "vit_b", "SAM_DEADLINE": "", "HOME": "/"})
    assert (finding.level, finding.sentence) == ("ok", "SAM_MODEL=vit_b")


def test_a_misspelt_setting_is_wrong_and_another_programs_is_not():
    misspelt, other, valid = settings_here.look({"SAM_MODLE": "vit_b", "SAM_ZZZ_TELEMETRY": "0"})
    assert misspelt.level == "wrong"
    assert "is SAM_MODEL meant?" in misspelt.sentence
    assert other.level == "note"
    assert "SAM_ZZZ_TELEMETRY" in other.sentence
    assert valid.level == "ok"


def test_a_gpu_that_is_insisted_on_and_not_seen(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    _, finding = settings_here.look({"SAM_DEVICE": "cuda"})
    assert finding.level == "wrong"
    assert "SAM_DEVICE=cuda insists on a GPU" in finding.sentence


def test_a_setting_that_cannot_be_is_the_next_step(tmp_path):
    seen = doctor(SAM_DEVICE="gpu", CVAT_SAM_CACHE=str(tmp_path))
    assert seen.code == 2
    assert seen.level("settings") == "wrong"
    assert "SAM_DEVICE: must be auto, cpu, cuda or cuda:N, not 'gpu'" in seen.sentence("settings")
    assert seen.next_step.startswith("Next: change it or unset it")


# The GPU. No test machine is sure to have one, so the driver's files and tool are stand-ins.


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Makes an `nvidia-smi`, the only program on PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def make(script):
        program = programs / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    return make


@pytest.fixture
def card(tmp_path):
    """A folder of device files with one card."""
    put(tmp_path / "dev", "nvidia0", 0)
    return tmp_path / "dev"


A_CARD = 'case "$*" in *--query-gpu=*) echo "NVIDIA T4, 15360 MiB, 550.54.15";; *) exit 9;; esac'


def test_no_gpu(driver, tmp_path):
    [finding] = gpu.look(tmp_path / "no-dev")
    assert (finding.level, finding.what) == ("ok", "GPU")
    assert "none is seen" in finding.sentence


def test_a_gpu_that_torch_does_not_see(driver, card):
    driver(A_CARD)
    by_tool, by_torch = gpu.look(card)
    assert (by_tool.level, by_tool.sentence) == ("ok", "NVIDIA T4, 15360 MiB, 550.54.15")
    assert by_torch.level == "wrong"
    # The real torch, which has no card to see.
    assert "does not see it" in by_torch.sentence or "built without CUDA" in by_torch.sentence


def test_a_gpu_that_torch_sees(driver, card, tmp_path, monkeypatch):
    torch = tmp_path / "torch"
    torch.mkdir()
    (torch / "__init__.py").write_text(
        "class version: cuda = '12.4'\n"
        "class cuda:\n"
        "    is_available = staticmethod(lambda: True)\n"
        "    device_count = staticmethod(lambda: 2)\n"
        "    get_device_name = staticmethod(lambda i: f'T{i}')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    [finding] = gpu.look(card)
    assert finding.level == "ok"
    assert finding.sentence.endswith("sees T0, T1")


def test_a_torch_that_is_broken(driver, card, tmp_path, monkeypatch):
    torch = tmp_path / "torch"
    torch.mkdir()
    (torch / "__init__.py").write_text("raise OSError('libcudart.so.12: cannot open')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    [finding] = gpu.look(card)
    assert finding.level == "wrong"
    assert "OSError: libcudart.so.12: cannot open" in finding.sentence


def test_a_gpu_without_torch(driver, card, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    [finding] = gpu.look(card)
    assert finding.level == "note"
    assert "is not used: PyTorch alone" in finding.sentence


def test_a_driver_that_does_not_work(driver, tmp_path):
    driver("echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18")
    [finding] = gpu.look(tmp_path / "no-dev")
    assert (finding.level, finding.what) == ("wrong", "nvidia-smi")
    assert "Driver/library version mismatch" in finding.sentence


def test_a_driver_that_hangs(driver, tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "NVIDIA_SMI_SECONDS", 0.3)
    driver("exec /bin/sleep 60")
    [finding] = gpu.look(tmp_path / "no-dev")
    assert finding.level == "wrong"
    assert "does not answer within 0.3 s" in finding.sentence


def test_a_gpu_that_is_hidden(driver, card, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    [finding] = gpu.look(card)
    assert finding.level == "note"
    assert "CUDA_VISIBLE_DEVICES hides it" in finding.sentence
