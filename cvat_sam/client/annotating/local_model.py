"""A model in this process, asked as a deployed function is. Only here the client runs one."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Self

from cvat_sam.client.annotating.found import Found
from cvat_sam.exceptions import InvalidRequest, ServerRefused
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.models.prompt import Box
from cvat_sam.settings import Settings

if TYPE_CHECKING:
    from cvat_sam.function.embeddings.encodings import Encodings


class LocalModel:
    """A model that runs here; its weights are loaded when it is entered, or asked.

    Args:
        model: an entry of the table of models; None is what `SAM_MODEL` says.
        device: in place of `SAM_DEVICE`.

    Raises:
        InvalidSetting: there is no such model. When it is loaded, `Unavailable`: its weights, its
            device or its back end are not there.
    """

    def __init__(self, model: str | None = None, *, device: str | None = None) -> None:
        self._settings = Settings.from_environment().changed(model=model, device=device)

    @cached_property
    def _encodings(self) -> "Encodings":
        from cvat_sam.function.embeddings.encodings import Encodings

        # A frame is asked once, and all at once: none but the present one is kept.
        return Encodings(self._settings.load_model(), max_pixels=self._settings.max_pixels)

    @property
    def name(self) -> str:
        """What is asked, for sentences."""
        return f"the model {self._settings.model}"

    def boxes(self, image: bytes, boxes_xyxy: Sequence[Box]) -> list[Found | None]:
        """See `Asker.boxes`."""
        from cvat_sam.function.kinds import each
        from cvat_sam.function.timing import Timing
        from cvat_sam.wire.prompts import Prompts

        if not boxes_xyxy:
            return []
        try:
            prompts = Prompts.of_boxes(boxes_xyxy)
            masks = each(prompts, self._encodings.get(image, prompt=prompts), Timing())
        except InvalidRequest as error:
            raise ServerRefused(f"{self.name}: {error}", status=400) from None
        return [None if mask is None else _found(mask) for mask in masks]

    def everything(self, image: bytes) -> list[Found]:
        """See `Asker.everything`."""
        from cvat_sam.models.everything.everything import everything

        # Without the deadline: that is CVAT's patience, and CVAT is not asking.
        done = everything(
            self._encodings.get(image),
            self._settings.grid(),
            encode_crop=self._encodings.of_crops(image),
        )
        return [_found(mask) for mask in done.found]

    def __enter__(self) -> Self:
        _ = self._encodings
        return self

    def __exit__(self, *exception: object) -> None:
        pass


def _found(mask: FoundMask) -> Found:
    # As precise as a function's answer, so that it is the same wherever the model runs.
    return Found(mask.points, min(max(round(mask.confidence, 4), 0.0), 1.0))
