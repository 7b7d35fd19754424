"""What CVAT sends to a function, checked and in the field's own names.

The three kinds of function get the same envelope with different keys:

    interactor  {"image": base64, "pos_points": [[x, y], …], "neg_points": [[x, y], …],
                 "obj_bbox": null | [[x1, y1], [x2, y2]]}
    detector    {"threshold": 0.5, "image": base64}
    embedder    {"image": base64, …}

as CVAT 2.15's `lambda_manager` writes them. Lists may be empty, null or absent; unknown keys are
passed over, because CVAT adds some with its versions.
"""

import base64
import binascii
import json
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, field_validator

from cvat_sam.exceptions import InvalidRequest
from cvat_sam.models.prompt import Box, Prompt
from cvat_sam.wire.complaints import first_complaint

MOST_POINTS = 1000

Pair = Annotated[list[FiniteFloat], Field(min_length=2, max_length=2)]
Points = Annotated[list[Pair], Field(max_length=MOST_POINTS)]


class ImageRequest(BaseModel):
    """Any request: it has an image, `bytes` as they were uploaded to CVAT."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    image: bytes

    @field_validator("image", mode="before")
    @classmethod
    def _from_base64(cls, text: object) -> bytes:
        if not isinstance(text, str):
            raise ValueError(f"should be a base64 string, not {_json_type(text)}")
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError(f"is not base64: {error}") from None


class InteractorRequest(ImageRequest):
    """A click, several, a box, or both."""

    pos_points: Points | None = None
    neg_points: Points | None = None
    obj_bbox: Annotated[list[Pair], Field(max_length=2)] | None = None

    @field_validator("obj_bbox")
    @classmethod
    def _two_corners(cls, corners: list[list[float]] | None) -> list[list[float]] | None:
        if corners and len(corners) != 2:
            raise ValueError("should be two corners [[x1, y1], [x2, y2]]")
        return corners or None

    def prompt(self) -> Prompt:
        """The same as a `Prompt`, not yet checked against the image."""
        box: Box | None = None
        if self.obj_bbox is not None:
            (x1, y1), (x2, y2) = self.obj_bbox
            box = (x1, y1, x2, y2)
        return Prompt(
            positive=[(x, y) for x, y in self.pos_points or []],
            negative=[(x, y) for x, y in self.neg_points or []],
            box_xyxy=box,
        )


class DetectorRequest(ImageRequest):
    """Everything in the image whose confidence is at least `threshold`."""

    threshold: Annotated[FiniteFloat, Field(ge=0, le=1)] | None = None


class EmbedderRequest(ImageRequest):
    """The image's embedding."""


Request = TypeVar("Request", bound=ImageRequest)


def parse(body: object, kind: type[Request]) -> Request:
    """Check the body of a request.

    Args:
        body: what Nuclio hands over: a dict where the content type was exactly
            `application/json`, else the bytes as they came.
        kind: which of the requests above it should be.

    Raises:
        InvalidRequest: the body is not such a request; the image itself is not looked at yet.
    """
    # Without a body Nuclio hands over None or b"", as it happens.
    if body is None or body in ("", b""):
        raise InvalidRequest("the body is empty; it should be a JSON object with an image")
    if isinstance(body, str | bytes | bytearray):
        body = _from_json(body)
    if not isinstance(body, dict):
        raise InvalidRequest(
            f"the body should be a JSON object with an image, not {_json_type(body)}"
        )
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        raise InvalidRequest(first_complaint(error, secret=frozenset({"image"}))) from None


def _from_json(text: str | bytes | bytearray) -> Any:
    try:
        return json.loads(text)
    except UnicodeDecodeError:
        raise InvalidRequest("the body is not JSON: it is not text in UTF-8") from None
    except RecursionError:
        raise InvalidRequest("the body is not JSON: it is nested too deep") from None
    except ValueError as error:
        raise InvalidRequest(f"the body is not JSON: {error}") from None


def _json_type(value: object) -> str:
    names = {
        type(None): "null",
        dict: "an object",
        list: "a list",
        bool: "a boolean",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), type(value).__name__)
