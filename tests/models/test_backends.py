"""Every back end finds what PyTorch finds, on real photographs."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from cvat_sam.models import Prompt, load
from cvat_sam.models.backends import threads
from cvat_sam.models.backends.backend import INPUT_SIZE
from cvat_sam.models.backends.preprocessing import batch_of

PROMPTS = [
    Prompt([(215, 110)]),
    Prompt([(215, 110), (260, 250)], [(430, 40)]),
    Prompt(box_xyxy=(60, 1, 400, 290)),
    Prompt([(215, 110)], [(430, 40)], box_xyxy=(60, 1, 400, 290)),
]


@pytest.fixture(scope="module", params=["onnx", "openvino"])
def other(request, exported):
    """A model on a back end that runs the exported networks."""
    return load("vit_t", device="cpu", backend=request.param)


def iou(one, other):
    return np.count_nonzero(one & other) / np.count_nonzero(one | other)


@pytest.mark.parametrize("photo", ["cat", "coffee", "astronaut"])
def test_embedding_is_pytorchs(other, vit_t, photo, request):
    image = request.getfixturevalue(photo)
    ours, official = other.encode(image), vit_t.encode(image)
    assert ours.embedding.dtype == np.float32
    assert ours.embedding.shape == (1, 256, 64, 64)
    assert np.abs(ours.embedding - official.embedding).max() < 1e-4


@pytest.mark.parametrize("prompt", PROMPTS)
def test_masks_are_pytorchs(other, cat, cat_encoded, prompt):
    found, official = other.encode(cat).segment(prompt), cat_encoded.segment(prompt)
    assert iou(found.mask(), official.mask()) > 0.999
    assert found.confidence == pytest.approx(official.confidence, abs=1e-3)


def test_logits_are_fed_back_as_pytorch_does(other, vit_t, cat_encoded):
    prompt = Prompt([(480, 250)], [(900, 100)])
    first = vit_t.backend.decode(cat_encoded.embedding, prompt)
    fed, again = (
        backend.decode(cat_encoded.embedding, prompt, logits=first.logits[2])
        for backend in (vit_t.backend, other.backend)
    )
    assert not np.allclose(fed.logits, first.logits, atol=1)
    np.testing.assert_allclose(again.logits, fed.logits, atol=1e-2)
    np.testing.assert_allclose(again.predicted_iou, fed.predicted_iou, atol=1e-4)


def test_embedding_stays_what_it_is_when_another_image_is_encoded(other, cat, coffee):
    encoded = other.encode(cat)
    before = encoded.embedding.copy()
    other.encode(coffee)
    assert np.array_equal(encoded.embedding, before)


def test_identity_tells_back_ends_and_precisions_apart(other, vit_t, exported):
    half = load("vit_t", device="cpu", backend="torch", precision="bf16")
    identities = {vit_t.identity, other.identity, half.identity}
    assert len(identities) == 3
    assert all(exported.weights in one for one in identities)


def test_bf16_finds_the_same_on_torch(vit_t, cat, cat_encoded):
    half = load("vit_t", device="cpu", backend="torch", precision="bf16").encode(cat)
    assert not np.array_equal(half.embedding, cat_encoded.embedding)
    for prompt in PROMPTS:
        found, official = half.segment(prompt), cat_encoded.segment(prompt)
        assert iou(found.mask(), official.mask()) > 0.99


def test_compiled_encoder_gives_the_same_embedding(vit_t, cat, cat_encoded, monkeypatch):
    """With the plain back end of torch.compile: another's C++ would take a minute."""
    import torch

    from cvat_sam.models.backends.torch_backend import TorchBackend

    compile_plainly = torch.compile
    monkeypatch.setattr(torch, "compile", lambda network: compile_plainly(network, backend="eager"))
    compiled = replace(vit_t, backend=TorchBackend(vit_t.backend.sam, "cpu", compiled=True))
    np.testing.assert_allclose(compiled.encode(cat).embedding, cat_encoded.embedding, atol=1e-5)
    assert compiled.identity.endswith("fp32 compiled")


def test_preprocessing_is_sams_own(vit_t, cat):
    import torch
    from PIL import Image

    resized = np.asarray(Image.fromarray(cat).resize((INPUT_SIZE, 681)))
    tensor = torch.from_numpy(resized.copy()).permute(2, 0, 1)[None]
    np.testing.assert_allclose(
        batch_of(resized), vit_t.backend.sam.preprocess(tensor).numpy(), atol=1e-6
    )


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_neither_start_nor_click_imports_torch(exported, backend, tmp_path, cat_png):
    (tmp_path / "cat.png").write_bytes(cat_png)
    program = f"""
import sys
sys.modules["torch"] = None
from cvat_sam.images.decoding import decode
from cvat_sam.models import Prompt, load
model = load("vit_t", device="cpu", backend={backend!r})
model.warm_up()
found = model.encode(decode(open("cat.png", "rb").read())).segment(Prompt([(215, 110)]))
slow = {{"timm", "requests", "segment_anything"}}
print(found.area, model.backend.name, sorted(slow & {{*sys.modules}}))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True
    )
    area, name, imported = ended.stdout.split(maxsplit=2)
    assert 30_000 < int(area) < 100_000
    assert (name, imported.strip()) == (backend, "[]")


def test_threads_are_those_that_a_container_was_given(tmp_path, monkeypatch):
    limit = tmp_path / "cpu.max"
    monkeypatch.setattr(threads, "CPU_MAX", limit)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: range(64))
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    assert threads.available() == 64
    for content, expected in [("max 100000", 64), ("250000 100000", 3), ("5000 100000", 1)]:
        limit.write_text(content + "\n")
        assert threads.available() == expected
