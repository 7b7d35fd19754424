import pytest

from cvat_sam.exceptions import InvalidSetting
from cvat_sam.models.answering.manner import Manner
from cvat_sam.models.everything.grid import Grid
from cvat_sam.settings import Settings, unknown_variables


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
            "SAM_STABILITY_SCORE_OFFSET": "0.5",
            "SAM_CROP_N_LAYERS": "2",
            "SAM_CROP_NMS_THRESH": "0.65",
            "SAM_CROP_OVERLAP_RATIO": "0.25",
            "SAM_CROP_N_POINTS_DOWNSCALE_FACTOR": "4",
            "SAM_MIN_MASK_REGION_AREA": "100",
            "SAM_DEADLINE": "12.5",
            "SAM_BACKEND": "onnx",
            "SAM_PRECISION": "bf16",
            "SAM_COMPILE": "1",
            "SAM_EMBEDDINGS_MB": "0",
            "SAM_EMBEDDINGS_DIR": "/shared/embeddings",
            "SAM_EMBEDDINGS_DIR_MB": "50",
            "SAM_MASK_CHOICE": "sam",
            "SAM_MIN_ISLAND": "0.5",
            "SAM_MAX_HOLE": "0",
            "PATH": "/bin",
        }
    )
    assert (settings.function, settings.model, settings.device) == ("detector", "vit_h", "cuda:1")
    assert str(settings.checkpoint) == "/weights/mine.pth"
    assert settings.max_pixels == 1000
    assert settings.grid() == Grid(
        points_per_side=16,
        pred_iou_thresh=0.8,
        stability_score_thresh=0.9,
        stability_score_offset=0.5,
        box_nms_thresh=0.6,
        crop_n_layers=2,
        crop_nms_thresh=0.65,
        crop_overlap_ratio=0.25,
        crop_n_points_downscale_factor=4,
        min_mask_region_area=100,
    )
    assert settings.deadline == 12.5
    assert (settings.backend, settings.precision, settings.compile) == ("onnx", "bf16", True)
    assert (settings.embeddings_mb, settings.embeddings_dir_mb) == (0, 50)
    assert str(settings.embeddings_dir) == "/shared/embeddings"
    assert settings.manner() == Manner("sam", min_island=0.5, max_hole=0.0)


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
        ("SAM_POINTS_PER_SIDE", "many", "SAM_POINTS_PER_SIDE: should be a whole number"),
        ("SAM_POINTS_PER_SIDE", "0", "SAM_POINTS_PER_SIDE: should be greater than or equal to 1"),
        ("SAM_PRED_IOU_THRESH", "88", "SAM_PRED_IOU_THRESH: should be less than or equal to 1"),
        ("SAM_PRED_IOU_THRESH", "nan", "SAM_PRED_IOU_THRESH: should be"),
        ("SAM_BACKEND", "tensorrt", "SAM_BACKEND: should be 'auto', 'torch', 'onnx' or 'openvino'"),
        ("SAM_PRECISION", "fp16", "SAM_PRECISION: should be 'fp32' or 'bf16', not 'fp16'"),
        ("SAM_COMPILE", "maybe", "SAM_COMPILE: should be true or false"),
        ("SAM_EMBEDDINGS_MB", "-1", "SAM_EMBEDDINGS_MB: should be greater than or equal to 0"),
        ("SAM_EMBEDDINGS_MB", "1.5", "SAM_EMBEDDINGS_MB: should be a whole number"),
        ("SAM_EMBEDDINGS_DIR_MB", "4", "SAM_EMBEDDINGS_DIR_MB: should be greater than or equal to"),
        ("SAM_MASK_CHOICE", "best", "SAM_MASK_CHOICE: should be 'object' or 'sam', not 'best'"),
        ("SAM_MIN_ISLAND", "2", "SAM_MIN_ISLAND: should be less than or equal to 1, not '2'"),
        ("SAM_MAX_HOLE", "-0.1", "SAM_MAX_HOLE: should be greater than or equal to 0"),
        ("SAM_MAX_HOLE", "nan", "SAM_MAX_HOLE: should be"),
        (
            "SAM_STABILITY_SCORE_OFFSET",
            "-1",
            "SAM_STABILITY_SCORE_OFFSET: should be greater than or equal to 0, not '-1'",
        ),
        ("SAM_STABILITY_SCORE_OFFSET", "inf", "SAM_STABILITY_SCORE_OFFSET: should be a finite"),
        ("SAM_CROP_N_LAYERS", "4", "SAM_CROP_N_LAYERS: should be less than or equal to 3"),
        ("SAM_CROP_N_LAYERS", "-1", "SAM_CROP_N_LAYERS: should be greater than or equal to 0"),
        ("SAM_CROP_NMS_THRESH", "1.1", "SAM_CROP_NMS_THRESH: should be less than or equal to 1"),
        ("SAM_CROP_OVERLAP_RATIO", "-0.1", "SAM_CROP_OVERLAP_RATIO: should be greater than or"),
        (
            "SAM_CROP_N_POINTS_DOWNSCALE_FACTOR",
            "0",
            "SAM_CROP_N_POINTS_DOWNSCALE_FACTOR: should be greater than or equal to 1, not '0'",
        ),
        ("SAM_MIN_MASK_REGION_AREA", "-1", "SAM_MIN_MASK_REGION_AREA: should be greater than or"),
        ("SAM_DEADLINE", "0", "SAM_DEADLINE: should be greater than 0, not '0'"),
        ("SAM_DEADLINE", "inf", "SAM_DEADLINE: should be a finite number, not 'inf'"),
        ("SAM_DEADLINE", "100s", "SAM_DEADLINE: should be a number"),
        ("SAM_MAX_PIXELS", "-1", "SAM_MAX_PIXELS: should be greater than or equal to 1, not '-1'"),
    ],
)
def test_value_that_cannot_be_used_is_said_with_its_variable(variable, value, sentence):
    with pytest.raises(InvalidSetting) as raised:
        Settings.from_environment({variable: value})
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("factor", "layers"), [("32", "1"), ("5", "2"), ("3", "3"), ("99", "0")])
def test_crops_have_fewer_points_as_long_as_each_has_one(factor, layers):
    environment = {"SAM_CROP_N_LAYERS": layers, "SAM_CROP_N_POINTS_DOWNSCALE_FACTOR": factor}
    grid = Settings.from_environment(environment).grid()
    assert grid.crop_n_points_downscale_factor == int(factor)
    fewer = {**environment, "SAM_CROP_N_POINTS_DOWNSCALE_FACTOR": str(int(factor) + 1)}
    if layers == "0":
        Settings.from_environment(fewer)
        return
    with pytest.raises(InvalidSetting) as raised:
        Settings.from_environment(fewer)
    assert str(raised.value).startswith(
        f"SAM_CROP_N_POINTS_DOWNSCALE_FACTOR: should be {factor} at most: with 32 points on a side "
        f"and {layers} layers of crops, "
    )


def test_the_crops_overlap_is_segment_anythings_to_the_last_digit_and_short_in_the_log():
    assert Settings.from_environment({}).grid().crop_overlap_ratio == 512 / 1500
    assert Settings().variables()["SAM_CROP_OVERLAP_RATIO"] == "0.3413"
    assert Settings().variables()["SAM_DEADLINE"] == "100"
    assert Settings(deadline=0.01).variables()["SAM_DEADLINE"] == "0.01"


def test_changed_leaves_what_is_not_given():
    settings = Settings(model="vit_b").changed(model=None, device="cpu")
    assert (settings.model, settings.device) == ("vit_b", "cpu")
    with pytest.raises(InvalidSetting, match="--model: must be one of"):
        settings.changed(model="x")


@pytest.mark.parametrize(
    ("environment", "manner"),
    [
        ({}, Manner("object", min_island=0.01, max_hole=0.01)),
        ({"SAM_MASK_CHOICE": "sam"}, Manner("sam", min_island=0.0, max_hole=0.0)),
        ({"SAM_MIN_ISLAND": "0"}, Manner("object", min_island=0.0, max_hole=0.01)),
        (
            {"SAM_MASK_CHOICE": "sam", "SAM_MAX_HOLE": "0.2"},
            Manner("sam", min_island=0.0, max_hole=0.2),
        ),
    ],
)
def test_sam_is_segment_anythings_own_mask_unless_more_is_said(environment, manner):
    assert Settings.from_environment(environment).manner() == manner


def test_what_is_given_stays_given_when_something_else_is_changed():
    assert Settings().changed(mask_choice="sam").manner() == Manner("sam", 0.0, 0.0)
    given = Settings(min_island=0.3).changed(mask_choice="sam")
    assert given.manner() == Manner("sam", 0.3, 0.0)


def test_the_log_has_the_values_in_effect():
    variables = Settings().variables()
    assert variables["SAM_MIN_ISLAND"] == variables["SAM_MAX_HOLE"] == "0.01"
    assert variables["SAM_EMBEDDINGS_MB"] == "64"
    assert "SAM_EMBEDDINGS_DIR" not in variables
    assert Settings(mask_choice="sam", max_hole=0.1).variables()["SAM_MIN_ISLAND"] == "0"
    # What the log says can be put into an environment again.
    assert Settings.from_environment(variables).variables() == variables


@pytest.mark.parametrize(
    ("text", "compiles"),
    [("0", False), ("1", True), ("true", True), ("false", False), ("True", True)],
)
def test_compile_is_yes_or_no(text, compiles):
    assert Settings.from_environment({"SAM_COMPILE": text}).compile is compiles


def test_the_model_is_loaded_with_everything_that_was_said(monkeypatch, tmp_path):
    weights = tmp_path / "none.pt"
    settings = Settings(
        model="vit_b",
        device="cpu",
        checkpoint=weights,
        backend="torch",
        precision="bf16",
        compile=True,
        mask_choice="sam",
    )
    asked = []
    monkeypatch.setattr("cvat_sam.settings.load", lambda *names, **how: asked.append((names, how)))
    settings.load_model()
    [(names, how)] = asked
    assert names == ("vit_b",)
    assert how == {
        "device": "cpu",
        "checkpoint": weights,
        "backend": "torch",
        "precision": "bf16",
        "compiled": True,
        "manner": Manner("sam"),
        "report": None,
    }


def test_misspelt_variables_are_told_with_what_may_be_meant():
    known = {**Settings().variables(), "CVAT_SAM_CACHE": "/cache", "PATH": "/bin", "SAMPLE": "1"}
    assert unknown_variables(known) == []
    sentences = unknown_variables({**known, "SAM_POINT_PER_SIDE": "8", "SAM_COLOUR": "x"})
    assert sentences == [
        "SAM_COLOUR is not a setting and is ignored",
        "SAM_POINT_PER_SIDE is not a setting and is ignored; is SAM_POINTS_PER_SIDE meant?",
    ]
    [sentence] = unknown_variables({"sam_model": "vit_b"})
    assert sentence == "sam_model is not a setting and is ignored; is SAM_MODEL meant?"
    [sentence] = unknown_variables({"CVAT_SAM_CASH": "/cache"})
    assert "CVAT_SAM_CACHE" in sentence
