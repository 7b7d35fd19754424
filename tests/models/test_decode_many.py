"""Many prompts on one image have the answers that each has by itself, on every back end."""

from itertools import count

import numpy as np
import pytest
import torch

from cvat_sam.models import Prompt, load
from cvat_sam.models.backends.torch_backend import TorchBackend

# In pixels of the resized image.
PROMPTS = [
    Prompt([(488, 250)]),
    Prompt(box_xyxy=(136, 2, 908, 658)),
    Prompt(negative=[(20, 30)]),
    Prompt([(0, 0)]),
    Prompt([(1023.5, 680.25)]),
    Prompt(box_xyxy=(400, 200, 401, 201)),
    Prompt(box_xyxy=(0, 0, 1024, 681)),
]


@pytest.fixture(scope="module", params=["torch", "torch in batches", "onnx", "openvino"])
def backend(request, vit_t, exported):
    if request.param.startswith("torch"):
        made = TorchBackend(vit_t.backend.sam, "cpu")
        made.at_once = 1 if request.param == "torch" else 3
        return made
    return load("vit_t", device="cpu", backend=request.param).backend


@pytest.fixture(scope="module")
def embedding(cat_encoded):
    return cat_encoded.embedding


def test_answers_are_segment_anythings(backend, embedding, vit_t):
    answers = list(backend.decode_many(embedding, PROMPTS))
    assert len(answers) == len(PROMPTS)
    for prompt, answer in zip(PROMPTS, answers, strict=True):
        alone = vit_t.backend.decode(embedding, prompt)
        assert answer.logits.shape == (4, 256, 256)
        assert answer.logits.dtype == answer.predicted_iou.dtype == np.float32
        np.testing.assert_allclose(answer.logits, alone.logits, atol=2e-3)
        np.testing.assert_allclose(answer.predicted_iou, alone.predicted_iou, atol=1e-4)


def test_masks_that_nobody_wants_are_not_made(backend, embedding):
    scores = [answer.predicted_iou[1:].max() for answer in backend.decode_many(embedding, PROMPTS)]
    least = float(np.median(scores)) + 1e-4
    wanted = [
        answer is not None for answer in backend.decode_many(embedding, PROMPTS, least_iou=least)
    ]
    assert wanted == [bool(score > least) for score in scores]
    assert 0 < sum(wanted) < len(PROMPTS)
    assert not any(backend.decode_many(embedding, PROMPTS, least_iou=2.0))


def test_prompts_are_taken_as_there_is_room(backend, embedding):
    taken = []

    def prompts():
        for number in count():
            taken.append(number)
            yield PROMPTS[number % len(PROMPTS)]

    answers = backend.decode_many(embedding, prompts())
    next(answers)
    answers.close()
    # As many as there are cores are under way, on a big machine hundreds.
    assert len(taken) < 1000


def test_no_prompts_have_no_answers(backend, embedding):
    assert list(backend.decode_many(embedding, [])) == []


def test_no_grad_is_kept(backend, embedding):
    assert torch.is_grad_enabled()
    next(iter(backend.decode_many(embedding, PROMPTS)))
    assert torch.is_grad_enabled()
