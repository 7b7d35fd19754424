"""What a deployment is told through its environment: read once, validated, printed at start."""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from cvat_sam import cache
from cvat_sam.exceptions import InvalidSetting
from cvat_sam.models.answering.manner import Manner
from cvat_sam.models.everything.grid import Grid
from cvat_sam.models.loading import load
from cvat_sam.models.model import Model
from cvat_sam.models.table import MODELS
from cvat_sam.reporting import Reporter
from cvat_sam.wire.complaints import first_complaint

FunctionKind = Literal["interactor", "detector", "embedder"]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]

# Of an object, for parts and holes that nobody sees before they are in the annotation.
SMALL_SHARE = 0.01


class Settings(BaseModel):
    """The settings of one deployment; each is an environment variable, `SAM_` and its name.

    Attributes:
        function: which of CVAT's functions this is.
        model: an entry of the table of models.
        device: `auto`, `cpu`, `cuda` or `cuda:N`.
        checkpoint: a file with weights to take in place of the published ones.
        backend: `auto`, `torch`, `onnx` or `openvino`.
        precision: `fp32` or `bf16`.
        compile: whether torch is to compile the encoder.
        max_pixels: images with more pixels are refused.
        embeddings_mb: megabytes of embeddings kept in each worker's memory; the present image's
            is kept whatever it takes.
        embeddings_dir: a folder for embeddings that workers share, and find again after a restart.
        embeddings_dir_mb: megabytes, inclusive, that this folder may take.
        mask_choice: the rule that chooses among SAM's masks: `object` or `sam`.
        min_island: smaller parts, as a share of the object, are dropped unless they were clicked;
            0 keeps all. None is `SMALL_SHARE` with the rule `object` and 0 with `sam`.
        max_hole: smaller holes, as a share of the object, are filled unless they were clicked;
            0 keeps all. None as above.
        points_per_side: everything mode asks at a grid of this many points squared; this and the
            next are `Grid`'s, which says more about each.
        pred_iou_thresh: it drops masks whose predicted IoU is not above,
        stability_score_thresh: and masks that change more with the cut-off,
        stability_score_offset: moved by so much both ways.
        box_nms_thresh: of two masks whose boxes' IoU is above, it keeps one.
        crop_n_layers: it looks again at crops of the image, of so many sizes;
        crop_nms_thresh: of two masks of different crops whose boxes' IoU is above, it keeps one;
        crop_overlap_ratio: the crops overlap by this share of the image's short side,
        crop_n_points_downscale_factor: and each size has so many times fewer points on a side.
        min_mask_region_area: smaller parts and holes, in pixels, go; 0 leaves them.
        deadline: seconds after which a request for everything gets what is found by then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    function: FunctionKind = "interactor"
    model: str = "vit_t"
    device: str = "auto"
    checkpoint: Path | None = None
    backend: Literal["auto", "torch", "onnx", "openvino"] = "auto"
    precision: Literal["fp32", "bf16"] = "fp32"
    compile: bool = False
    max_pixels: Annotated[int, Field(ge=1)] = 100_000_000
    # Ten images; whoever annotates goes back and forth between a few.
    embeddings_mb: Annotated[int, Field(ge=0)] = 64
    embeddings_dir: Path | None = None
    # One embedding takes 4.2 MB.
    embeddings_dir_mb: Annotated[int, Field(ge=5)] = 2048
    mask_choice: Literal["object", "sam"] = "object"
    min_island: Share | None = None
    max_hole: Share | None = None
    points_per_side: Annotated[int, Field(ge=1, le=128)] = 32
    pred_iou_thresh: Share = 0.88
    stability_score_thresh: Share = 0.95
    stability_score_offset: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    box_nms_thresh: Share = 0.7
    # The third layer has 64 crops, each encoded by itself.
    crop_n_layers: Annotated[int, Field(ge=0, le=3)] = 0
    crop_nms_thresh: Share = 0.7
    crop_overlap_ratio: Share = Grid.crop_overlap_ratio
    crop_n_points_downscale_factor: Annotated[int, Field(ge=1)] = 1
    min_mask_region_area: Annotated[int, Field(ge=0)] = 0
    # CVAT waits 120 s, in which the reply has to be made and sent too.
    deadline: Seconds = 100.0

    @field_validator("model")
    @classmethod
    def _model_is_in_the_table(cls, name: str) -> str:
        if name not in MODELS:
            raise ValueError(f"must be one of {', '.join(MODELS)}")
        return name

    @field_validator("device")
    @classmethod
    def _device_is_one_that_torch_knows(cls, name: str) -> str:
        if not re.fullmatch(r"auto|cpu|cuda(:\d{1,2})?", name):
            raise ValueError("must be auto, cpu, cuda or cuda:N")
        return name

    @field_validator("crop_n_points_downscale_factor")
    @classmethod
    def _each_layer_has_a_point(cls, factor: int, others: ValidationInfo) -> int:
        side, layers = others.data.get("points_per_side", 0), others.data.get("crop_n_layers", 0)
        if side and factor**layers > side:
            most = max(one for one in range(1, side + 1) if one**layers <= side)
            raise ValueError(
                f"should be {most} at most: with {side} points on a side and {layers} layers of "
                "crops, the last layer would have none"
            )
        return factor

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; an empty variable counts as not set.

        Raises:
            InvalidSetting: a variable has a value that cannot be used.

        >>> Settings.from_environment({"SAM_MODEL": "vit_b"}).model
        'vit_b'
        >>> Settings.from_environment({"SAM_MODEL": "vit_x"})
        Traceback (most recent call last):
            ...
        cvat_sam.exceptions.InvalidSetting: SAM_MODEL: must be one of vit_t, vit_b, vit_l, vit_h,
        not 'vit_x'
        """
        environment = os.environ if environment is None else environment
        names = {_variable(field): field for field in cls.model_fields}
        return cls._checked(
            {field: environment[name] for name, field in names.items() if environment.get(name)},
            name_of=_variable,
        )

    def changed(self, **values: object) -> "Settings":
        """The same with a command's options in place of the variables; None is not given.

        Raises:
            InvalidSetting: an option has a value that cannot be used.
        """
        given = {field: value for field, value in values.items() if value is not None}
        return self._checked({**dict(self), **given}, name_of=lambda field: f"--{field}")

    @classmethod
    def _checked(cls, values: Mapping[str, object], *, name_of: Callable[[str], str]) -> "Settings":
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise InvalidSetting(first_complaint(error, name_of=name_of)) from None

    def grid(self) -> Grid:
        """Everything mode's parameters."""
        values = dict(self)
        return Grid(**{field.name: values[field.name] for field in fields(Grid)})

    def manner(self) -> Manner:
        """How the model is to answer prompts."""
        # `sam` alone is to be segment-anything's own mask, untouched.
        share = SMALL_SHARE if self.mask_choice == "object" else 0.0
        return Manner(
            mask_choice=self.mask_choice,
            min_island=share if self.min_island is None else self.min_island,
            max_hole=share if self.max_hole is None else self.max_hole,
        )

    def load_model(self, report: Reporter | None = None) -> Model:
        """The model that these settings ask for, ready to look at images.

        Args:
            report: hears of downloads and of the back end that was taken; standard error by
                default.

        Raises:
            Unavailable: weights, device or back end cannot be had.
        """
        return load(
            self.model,
            device=self.device,
            checkpoint=self.checkpoint,
            backend=self.backend,
            precision=self.precision,
            compiled=self.compile,
            manner=self.manner(),
            report=report,
        )

    def variables(self) -> dict[str, str]:
        """The settings in effect under their variables' names, for the log."""
        manner = self.manner()
        in_effect = {
            **dict(self),
            "min_island": manner.min_island,
            "max_hole": manner.max_hole,
            # segment-anything's own is 512/1500; a ten-thousandth of a side is hardly a pixel.
            "crop_overlap_ratio": round(self.crop_overlap_ratio, 4),
        }
        return {
            _variable(field): _text(value)
            for field, value in in_effect.items()
            if value is not None
        }


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each variable that looks like a setting and is none: misspelt, most likely.

    >>> unknown_variables({"SAM_MODLE": "vit_b", "PATH": "/bin"})
    ['SAM_MODLE is not a setting and is ignored; is SAM_MODEL meant?']
    """
    known = [*map(_variable, Settings.model_fields), cache.VARIABLE]
    sentences = []
    for name in sorted(os.environ if environment is None else environment):
        if not name.upper().startswith(("SAM_", "CVAT_SAM_")) or name in known:
            continue
        meant = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.8)
        question = f"; is {meant[0]} meant?" if meant else ""
        sentences.append(f"{name} is not a setting and is ignored{question}")
    return sentences


def _variable(field: str) -> str:
    return f"SAM_{field.upper()}"


def _text(value: object) -> str:
    # As people write it: 100 seconds, an offset of 1.
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
