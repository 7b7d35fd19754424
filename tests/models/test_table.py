"""Loading: every entry of the table, and what is not its weights."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from segment_anything import sam_model_registry

from cvat_sam.exceptions import CheckpointUnavailable, DeviceUnavailable, InvalidSetting
from cvat_sam.models import MODELS, Prompt, load


@pytest.mark.parametrize("name", ["vit_b", "vit_l", "vit_h"])
def test_sams_own_models_load_strictly_and_answer(name, tmp_path, cat):
    """With random weights: the real ones are gigabytes, and their server is not always there."""
    checkpoint = tmp_path / "random.pth"
    torch.manual_seed(0)
    torch.save(sam_model_registry[name](checkpoint=None).state_dict(), checkpoint)
    model = load(name, device="cpu", backend="torch", checkpoint=checkpoint)
    assert (model.name, model.device) == (name, "cpu")
    encoded = model.encode(cat)
    assert encoded.embedding.shape == (1, 256, 64, 64)
    found = encoded.segment(Prompt(positive=[(215, 110)]))
    assert found is None or found.mask().shape == cat.shape[:2]


def test_table_has_every_published_checkpoint():
    assert list(MODELS) == ["vit_t", "vit_b", "vit_l", "vit_h"]
    assert all(len(entry.checkpoint.sha256) == 64 for entry in MODELS.values())


def test_unknown_model_is_named_with_those_there_are():
    with pytest.raises(InvalidSetting, match="no model 'vit_x'; there are vit_t, vit_b"):
        load("vit_x")


def _pickle_that_runs_code(path, marker):
    class Attack:
        def __reduce__(self):
            return Path.touch, (marker,)

    path.write_bytes(pickle.dumps(Attack()))


def test_weights_never_run_code(tmp_path):
    marker, checkpoint = tmp_path / "ran", tmp_path / "attack.pt"
    _pickle_that_runs_code(checkpoint, marker)
    with pytest.raises(CheckpointUnavailable, match="does not hold the weights of vit_t"):
        load("vit_t", device="cpu", checkpoint=checkpoint)
    assert not marker.exists()


@pytest.mark.parametrize(
    "content", [{}, {"image_encoder.neck.0.weight": torch.zeros(1)}, [1, 2], np.float64(1).item()]
)
def test_weights_of_something_else_are_refused(tmp_path, content):
    checkpoint = tmp_path / "other.pt"
    torch.save(content, checkpoint)
    with pytest.raises(CheckpointUnavailable) as raised:
        load("vit_t", device="cpu", checkpoint=checkpoint)
    assert str(checkpoint) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_file_that_is_no_checkpoint_is_refused(tmp_path):
    checkpoint = tmp_path / "text.pt"
    checkpoint.write_text("not weights")
    with pytest.raises(CheckpointUnavailable, match="does not hold the weights of vit_t"):
        load("vit_t", device="cpu", checkpoint=checkpoint)


def test_gpu_that_is_not_there_stops_the_start():
    with pytest.raises(
        DeviceUnavailable, match="the device cuda:77 was asked for.*auto falls back"
    ):
        load("vit_t", device="cuda:77")


def test_auto_takes_a_gpu_where_there_is_one(vit_t):
    expected = "cuda:0" if torch.cuda.is_available() else "cpu"
    assert load("vit_t", device="auto").device == expected
