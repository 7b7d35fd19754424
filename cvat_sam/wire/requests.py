"""What CVAT sends to a function, checked and in the field's own names.

The three kinds of function get the same envelope with different keys:

    interactor  {"image": base64, "pos_points": [[x, y], …], "neg_points": [[x, y], …],
                 "obj_bbox": null | [[x1, y1], [x2, y2]]}
    detector    {"threshold": 0.5, "image": base64}
    embedder    {"image": base64, …}

as CVAT 2.15's `lambda_manager` writes them. Lists may be empty, null or absent; unknown keys are
passed over, because CVAT adds some with its versions.

Who asks an interactor or a detector without CVAT in between, which drops these keys, can add

    "reply": "shapes"                   the answer is CVAT's REST shapes, many times smaller
    "boxes": [[x1, y1, x2, y2], …]      one mask for each box, in order, null where there is none
    "points": [[x, y], …]               likewise for each click

`boxes` and `points` are answered with shapes, whatever `reply` says.
"""

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, field_validator

from cvat_sam.exceptions import InvalidRequest
from cvat_sam.models.prompt import Box, Prompt
from cvat_sam.wire import base64_text
from cvat_sam.wire.complaints import first_complaint
from cvat_sam.wire.prompts import Prompts

MOST_POINTS = 1000
# Of boxes, or of points, in one request: each takes the mask decoder's time, and CVAT's annotators
# wait for the same worker. The image is looked at once all the same if its next boxes follow.
MOST_PROMPTS = 200

Pair = Annotated[list[FiniteFloat], Field(min_length=2, max_length=2)]
Points = Annotated[list[Pair], Field(max_length=MOST_POINTS)]
FourNumbers = Annotated[list[FiniteFloat], Field(min_length=4, max_length=4)]


class ImageRequest(BaseModel):
    """Any request: it has an image, `bytes` as they were uploaded to CVAT."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    image: bytes

    @field_validator("image", mode="before")
    @classmethod
    def _from_base64(cls, text: object) -> bytes:
        if not isinstance(text, str):
            raise ValueError(f"should be a base64 string, not {_json_type(text)}")
        if text.startswith("data:"):
            raise ValueError("is a data URL; what is wanted is the base64 behind its comma")
        try:
            return base64_text.decoded(text)
        except ValueError as error:
            raise ValueError(f"is not base64: {error}") from None


class MasksRequest(ImageRequest):
    """A request that masks answer, in CVAT's form or as REST shapes."""

    reply: Literal["shapes"] | None = None
    boxes: Annotated[list[FourNumbers], Field(min_length=1, max_length=MOST_PROMPTS)] | None = None
    points: Annotated[list[Pair], Field(min_length=1, max_length=MOST_PROMPTS)] | None = None

    def prompts(self) -> Prompts | None:
        """The boxes or points, not yet checked against the image; None where there are none.

        Raises:
            InvalidRequest: there are both, or something else is asked for beside them.
        """
        if self.boxes is None and self.points is None:
            return None
        if self.boxes is not None and self.points is not None:
            raise InvalidRequest("a request can have boxes or points, not both; send two requests")
        key = "boxes" if self.boxes is not None else "points"
        for other in ("pos_points", "neg_points", "obj_bbox", "threshold"):
            if getattr(self, other, None):
                raise InvalidRequest(
                    f"a request with {key} can have no {other}: each of the {key} is asked alone"
                )
        if self.boxes is not None:
            return Prompts.of_boxes([(x1, y1, x2, y2) for x1, y1, x2, y2 in self.boxes])
        return Prompts.of_points([(x, y) for x, y in self.points or []])


class InteractorRequest(MasksRequest):
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


class DetectorRequest(MasksRequest):
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
        raise InvalidRequest("the body is empty or null; it should be a JSON object with an image")
    if isinstance(body, str | bytes | bytearray):
        body = _from_json(body)
    if not isinstance(body, dict):
        raise InvalidRequest(
            f"the body should be a JSON object with an image, not {_json_type(body)}"
        )
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        raise InvalidRequest(
            first_complaint(error, secret=frozenset({"image"})),
            for_log=first_complaint(error, values=False),
        ) from None


def _from_json(text: str | bytes | bytearray) -> Any:
    try:
        return json.loads(text)
    except UnicodeDecodeError:
        raise InvalidRequest("the body is not JSON: it is not text in UTF-8") from None
    except RecursionError:
        raise InvalidRequest("the body is not JSON: it is nested too deep") from None
    except ValueError as error:
        # Of a number that is too long, Python also says how to change its limit.
        reason = str(error).partition(";")[0]
        raise InvalidRequest(f"the body is not JSON: {reason}") from None


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
