"""Many prompts in one request: one mask for each, in order, on one look at the image."""

from collections.abc import Sequence
from dataclasses import dataclass

from cvat_sam.exceptions import InvalidRequest
from cvat_sam.models.prompt import Box, Point, Prompt


@dataclass(frozen=True)
class Prompts:
    """Prompts that are answered each by itself.

    Attributes:
        key: the request's key that they came under: `boxes` or `points`.
        each: the prompts.
    """

    key: str
    each: Sequence[Prompt]

    @classmethod
    def of_boxes(cls, boxes_xyxy: Sequence[Box]) -> "Prompts":
        """A prompt for each box, see `Prompt.box_xyxy`."""
        return cls("boxes", [Prompt(box_xyxy=box) for box in boxes_xyxy])

    @classmethod
    def of_points(cls, points: Sequence[Point]) -> "Prompts":
        """A prompt for each point: one positive click."""
        return cls("points", [Prompt(positive=[point]) for point in points])

    def checked(self, *, height: int, width: int) -> "Prompts":
        """The same prompts as `Prompt.checked` gives them.

        Raises:
            InvalidRequest: one of them does not fit the image; the sentence says which.

        >>> Prompts.of_points([(1, 2), (9, 2)]).checked(height=8, width=8)
        Traceback (most recent call last):
            ...
        cvat_sam.exceptions.InvalidRequest: points[1]: is at (9, 2), outside the image
        of 8 × 8 pixels
        """
        return Prompts(
            self.key,
            [self._checked(index, height=height, width=width) for index in range(len(self.each))],
        )

    def _checked(self, index: int, *, height: int, width: int) -> Prompt:
        try:
            return self.each[index].checked(height=height, width=width)
        except InvalidRequest as error:
            # Each prompt has but one click; which of the list it is, the key says.
            sentence, for_log = (
                f"{self.key}[{index}]: {one.removeprefix('positive point 0 ')}"
                for one in (str(error), error.for_log)
            )
            raise InvalidRequest(sentence, for_log=for_log) from None
