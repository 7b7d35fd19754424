"""Exporting: what is written, that it is checked, and what is not kept."""

import json
import os
import subprocess
import sys

import pytest
import torch

from cvat_sam.exceptions import Unavailable
from cvat_sam.models.backends import checking, exported, exporting
from cvat_sam.models.weights import ChosenWeights
from cvat_sam.weights import checkpoints, verified

QUANTITIES = ["embedding", "logits", "predicted IoU"]


class Heard:
    """A reporter that remembers."""

    def __init__(self):
        self.sentences = []

    def say(self, sentence):
        self.sentences.append(sentence)


@pytest.fixture(scope="module")
def weights_path():
    return checkpoints.find(checkpoints.VIT_T)


@pytest.fixture
def own_cache(tmp_path, monkeypatch, weights_path):
    """A cache folder that has the weights and nothing else."""
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / weights_path.name).symlink_to(weights_path)
    monkeypatch.setenv("CVAT_SAM_CACHE", str(folder))
    return folder


def run_export(*words):
    return subprocess.Popen(
        [sys.executable, "-m", "cvat_sam", "export", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_export_once_and_say_how_far_it_is_from_torch(own_cache):
    processes = [run_export("vit_t"), run_export("vit_t")]
    answers = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    folder = own_cache / "exported" / f"vit_t-{checkpoints.VIT_T.sha256[:16]}-{exported.FORMAT}"
    assert [out for out, _ in answers] == [f"{folder}\n", f"{folder}\n"]
    said = sorted((err for _, err in answers), key=lambda err: "exporting" in err)
    assert said[0].endswith("is there and whole; --again exports it anew\n")
    lines = said[1].splitlines()
    assert lines[0].startswith("exporting vit_t, once")
    assert lines[1].startswith("onnx: largest difference to PyTorch: embedding ")
    assert lines[2].startswith("openvino: largest difference to PyTorch: embedding ")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert {*manifest["files"]} == {*exported.NETWORKS}
    for differences in manifest["differences"].values():
        assert list(differences) == QUANTITIES
        assert all(0 < value < 1e-3 for value in differences.values())
    # Nothing unfinished is left beside it.
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_export_that_is_there_is_not_made_again(exported, capfd):
    process = run_export("vit_t")
    out, err = process.communicate()
    assert (out, process.returncode) == (f"{exported.folder}\n", 0)
    assert err == f"{exported.folder} is there and whole; --again exports it anew\n"


def test_what_answers_otherwise_than_torch_is_not_kept(own_cache, monkeypatch):
    """The network is changed after it was written, as a faulty exporter would."""
    write = exporting._write

    def write_and_change(sam, folder):
        write(sam, folder)
        with torch.no_grad():
            sam.mask_decoder.iou_prediction_head.layers[-1].bias += 0.01

    monkeypatch.setattr(exporting, "_write", write_and_change)
    heard, chosen = Heard(), ChosenWeights(checkpoints.VIT_T)
    from cvat_sam.models import table

    with pytest.raises(Unavailable) as raised:
        exporting.export("vit_t", table.spec("vit_t"), chosen, again=False, report=heard)
    assert str(raised.value) == (
        "the export of vit_t is not kept: run by onnx, its predicted IoU differs from PyTorch's "
        "by up to 0.01, over 0.001"
    )
    assert heard.sentences[-1].startswith("onnx: largest difference to PyTorch")
    assert list((own_cache / "exported").iterdir()) == []


def test_decoder_for_many_is_checked_too(own_cache, monkeypatch):
    write = exporting._write_shared

    def write_changed(shared, folder):
        shared.mask_head.second_bias += 1
        write(shared, folder)

    monkeypatch.setattr(exporting, "_write_shared", write_changed)
    from cvat_sam.models import table

    with pytest.raises(Unavailable, match=r"not kept: run by onnx, its logits differs from"):
        exporting.export(
            "vit_t",
            table.spec("vit_t"),
            ChosenWeights(checkpoints.VIT_T),
            again=False,
            report=Heard(),
        )


@pytest.mark.parametrize("value", [0.2, float("nan"), float("inf")])
def test_difference_above_its_bound_is_named(value):
    good = dict.fromkeys(QUANTITIES, 1e-6)
    assert checking.beyond_bounds(good) is None
    for name in QUANTITIES:
        assert f"its {name} differs" in checking.beyond_bounds({**good, name: value})


@pytest.fixture
def small(tmp_path):
    """A folder in an export's form, with two small files."""
    for name in exported.NETWORKS:
        (tmp_path / name).write_text(name)
    exported.write_manifest(tmp_path, model="vit_t", weights="a" * 64, differences={})
    return tmp_path


def test_what_is_whole_is_found_without_torch(small):
    assert exported.complaint(small, "a" * 64) is None
    assert exported.read(small).encoder.read_text() == "encoder.onnx"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (
            lambda folder: (folder / "encoder.onnx").write_text("encoder.onny"),
            "encoder.onnx is not",
        ),
        (lambda folder: (folder / "decoder.onnx").unlink(), "decoder.onnx is not"),
        (lambda folder: (folder / "mask_head.onnx").unlink(), "mask_head.onnx is not"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "manifest.json cannot be read"),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "cannot be read"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "cannot be read"),
        (lambda folder: (folder / "manifest.json").unlink(), "is not there"),
    ],
)
def test_damaged_export_is_named(small, damage, words):
    damage(small)
    # Files are known by their time of change; a damage in the same instant is none of ours.
    for path in small.glob("*.onnx"):
        os.utime(path, ns=(1, 1))
    assert words in exported.complaint(small, "a" * 64)


def test_export_of_other_weights_is_not_taken(small):
    assert exported.complaint(small, "b" * 64) == "is the export of something else"


def test_damaged_export_is_exported_anew_by_the_first_start(own_cache, exported):
    """The start runs the command in a process of its own, and passes on what it says."""
    import shutil

    from cvat_sam.models.backends import choosing, making
    from cvat_sam.models.backends.wanted import Wanted
    from cvat_sam.models.table import spec

    ours = own_cache / "exported" / exported.folder.name
    shutil.copytree(exported.folder, ours)
    (ours / "decoder.onnx").write_bytes((ours / "decoder.onnx").read_bytes()[:-1])
    heard = Heard()
    wanted = Wanted(
        name="vit_t",
        entry=spec("vit_t"),
        weights=ChosenWeights(checkpoints.VIT_T),
        device="cpu",
        precision="fp32",
        compiled=False,
        report=heard,
    )
    chosen = choosing.choose("auto", wanted)
    assert chosen.backend.name == choosing.FASTEST_FIRST[0]
    assert "is damaged: decoder.onnx is not what was written: exported anew" in heard.sentences[0]
    assert heard.sentences[1].startswith("exporting vit_t, once")
    assert chosen.sentence == ("vit_t runs on openvino, cpu, fp32 (onnx and torch would be slower)")
    assert making.exported.complaint(ours, checkpoints.VIT_T.sha256) is None


def test_own_weights_have_an_export_of_their_own(own_cache, weights_path, tmp_path):
    own = tmp_path / "own.pt"
    tensors = torch.load(weights_path, weights_only=True)
    tensors["mask_decoder.iou_token.weight"] = tensors["mask_decoder.iou_token.weight"] + 0.001
    torch.save(tensors, own)
    process = run_export("vit_t", "--checkpoint", str(own))
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert out.strip().endswith(f"vit_t-{verified.sum_of(own)[:16]}-{exported.FORMAT}")


def test_command_refuses_what_is_no_weights_and_leaves_nothing(own_cache, tmp_path):
    own = tmp_path / "own.pt"
    own.write_text("nothing")
    process = run_export("vit_t", "--checkpoint", str(own))
    out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert err == (
        f"cvat-sam: {own} does not hold the weights of vit_t: "
        "torch cannot read it as tensors alone\n"
    )
    assert not (own_cache / "exported").exists()


def test_sams_own_kind_of_encoder_is_exported_too(own_cache, tmp_path, cat):
    """A ViT as vit_b, vit_l and vit_h are, of a hundredth of the size and with random weights."""
    from segment_anything.build_sam import _build_sam

    from cvat_sam.models import table
    from cvat_sam.models.backends.onnx_backend import OnnxBackend
    from cvat_sam.models.backends.torch_backend import TorchBackend
    from cvat_sam.models.model import Model

    def small():
        return _build_sam(
            encoder_embed_dim=64,
            encoder_depth=3,
            encoder_num_heads=2,
            encoder_global_attn_indexes=[1],
        )

    def build(weights):
        sam = small()
        sam.load_state_dict(weights)
        return sam

    torch.manual_seed(0)
    own = tmp_path / "small.pth"
    torch.save(small().state_dict(), own)
    entry = table.ModelSpec("a small one", checkpoints.VIT_B, build)
    chosen = ChosenWeights(checkpoints.VIT_B, own)
    heard = Heard()
    done = exporting.export("vit_b", entry, chosen, again=False, report=heard)
    assert done.folder.name == f"vit_b-{verified.sum_of(own)[:16]}-{exported.FORMAT}"
    assert heard.sentences[0].startswith("exporting vit_b, once")
    embeddings = [
        Model("vit_b", backend).encode(cat).embedding
        for backend in (
            OnnxBackend(done),
            TorchBackend(build(torch.load(own, weights_only=True)), "cpu"),
        )
    ]
    assert abs(embeddings[0] - embeddings[1]).max() < 1e-3
    assert embeddings[0].std() > 0.1
