"""What is asked of an image: clicks that belong to the object, clicks that do not, a box."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cvat_sam.exceptions import InvalidRequest

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Prompt:
    """Clicks and a box, in pixels of the image as it is shown.

    Args:
        positive: `(x, y)` clicks on the object.
        negative: `(x, y)` clicks beside it.
        box_xyxy: two opposite corners `(x1, y1, x2, y2)`, in any order; a continuous rectangle, so
            its end is exclusive in pixels. None where there is no box.

    A coordinate is continuous: the first pixel reaches from 0 to 1, the image from 0 to its width.
    """

    positive: Sequence[Point] = ()
    negative: Sequence[Point] = ()
    box_xyxy: Box | None = None

    def checked(self, *, height: int, width: int) -> "Prompt":
        """The same prompt with its box in order and clipped to an image of `height` × `width`.

        Raises:
            InvalidRequest: there is no positive click and no box, a click is outside the image
                (`0 <= x <= width`, `0 <= y <= height` is inside), or nothing of the box is inside.

        >>> Prompt(box_xyxy=(90, 20, -5, 10)).checked(height=30, width=40).box_xyxy
        (0, 10, 40, 20)
        """
        self.require_something()
        for kind, points in (("positive", self.positive), ("negative", self.negative)):
            for index, (x, y) in enumerate(points):
                # Written so that NaN is outside too.
                if not (0 <= x <= width and 0 <= y <= height):
                    where = f"outside the image of {width} × {height} pixels"
                    raise InvalidRequest(
                        f"{kind} point {index} is at ({x:g}, {y:g}), {where}",
                        for_log=f"{kind} point {index} is {where}",
                    )
        box = self.box_xyxy
        if box is not None:
            box = _clipped(box, height=height, width=width)
        return Prompt(self.positive, self.negative, box)

    def scaled(self, x_factor: float, y_factor: float) -> "Prompt":
        """The same prompt for the image at another size.

        >>> Prompt([(1, 2)], box_xyxy=(0, 1, 2, 3)).scaled(2, 10)
        Prompt(positive=[(2, 20)], negative=[], box_xyxy=(0, 10, 4, 30))
        """

        def scale(points: Sequence[Point]) -> list[Point]:
            return [(x * x_factor, y * y_factor) for x, y in points]

        box = self.box_xyxy
        if box is not None:
            box = (box[0] * x_factor, box[1] * y_factor, box[2] * x_factor, box[3] * y_factor)
        return Prompt(scale(self.positive), scale(self.negative), box)

    def require_something(self) -> None:
        """Refuse a prompt that names no object.

        Raises:
            InvalidRequest: there is no positive click and no box.
        """
        if not self.positive and self.box_xyxy is None:
            raise InvalidRequest(
                "nothing to look for: at least one positive point or a box is needed"
                + (", negative points alone are not enough" if self.negative else "")
            )


def _clipped(box_xyxy: Box, *, height: int, width: int) -> Box:
    x1, y1, x2, y2 = box_xyxy
    if not all(map(math.isfinite, box_xyxy)):
        wrong = "has a corner that is not a finite number"
        raise InvalidRequest(f"the box {list(box_xyxy)} {wrong}", for_log=f"the box {wrong}")
    left, right = max(0, min(x1, x2)), min(width, max(x1, x2))
    top, bottom = max(0, min(y1, y2)), min(height, max(y1, y2))
    if left >= right or top >= bottom:
        where = f"is inside the image of {width} × {height} pixels"
        raise InvalidRequest(
            f"nothing of the box ({x1:g}, {y1:g}) to ({x2:g}, {y2:g}) {where}",
            for_log=f"nothing of the box {where}",
        )
    return left, top, right, bottom
