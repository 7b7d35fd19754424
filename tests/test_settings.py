import pytest

from cvat_sam.exceptions import InvalidSetting
from cvat_sam.models.grid import Grid
from cvat_sam.settings import Settings


def test_defaults_are_segment_anythings_own_where_it_has_them():
    assert Settings.from_environment({}).grid() == Grid()


def test_everything_is_read():
    settings = Settings.from_environment(
        {
            "SAM_FUNCTION": "detector",
            "SAM_MODEL": "vit_h",
            "SAM_DEVICE": "cuda:1",
            "SAM_CHECKPOINT": "/weights/mine.pth",
            "SAM_MAX_PIXELS": "1000",
            "SAM_POINTS_PER_SIDE": "16",
            "SAM_PRED_IOU_THRESH": "0.8",
            "SAM_STABILITY_SCORE_THRESH": "0.9",
            "SAM_BOX_NMS_THRESH": "0.6",
            "PATH": "/bin",
        }
    )
    assert (settings.function, settings.model, settings.device) == ("detector", "vit_h", "cuda:1")
    assert str(settings.checkpoint) == "/weights/mine.pth"
    assert settings.max_pixels == 1000
    assert settings.grid() == Grid(16, 0.8, 0.9, 0.6)


def test_empty_variable_counts_as_not_set():
    assert Settings.from_environment({"SAM_MODEL": "", "SAM_CHECKPOINT": ""}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        (
            "SAM_FUNCTION",
            "tracker",
            "SAM_FUNCTION: should be 'interactor', 'detector' or 'embedder'",
        ),
        ("SAM_MODEL", "vit_x", "SAM_MODEL: must be one of vit_t, vit_b, vit_l, vit_h, not 'vit_x'"),
        ("SAM_DEVICE", "gpu", "SAM_DEVICE: must be auto, cpu, cuda or cuda:N, not 'gpu'"),
        ("SAM_POINTS_PER_SIDE", "many", "SAM_POINTS_PER_SIDE: should be a valid integer"),
        ("SAM_POINTS_PER_SIDE", "0", "SAM_POINTS_PER_SIDE: should be greater than or equal to 1"),
        ("SAM_PRED_IOU_THRESH", "88", "SAM_PRED_IOU_THRESH: should be less than or equal to 1"),
        ("SAM_PRED_IOU_THRESH", "nan", "SAM_PRED_IOU_THRESH: should be"),
        ("SAM_MAX_PIXELS", "-1", "SAM_MAX_PIXELS: should be greater than or equal to 1, not '-1'"),
    ],
)
def test_value_that_cannot_be_used_is_said_with_its_variable(variable, value, sentence):
    with pytest.raises(InvalidSetting) as raised:
        Settings.from_environment({variable: value})
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_changed_leaves_what_is_not_given():
    settings = Settings(model="vit_b").changed(model=None, device="cpu")
    assert (settings.model, settings.device) == ("vit_b", "cpu")
    with pytest.raises(InvalidSetting, match="--model: must be one of"):
        settings.changed(model="x")
