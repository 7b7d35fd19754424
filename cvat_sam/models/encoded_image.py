"""An image that has been looked at: prompts go to it, masks come out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from cvat_sam.models.answering.cleaning import cleaned
from cvat_sam.models.answering.full_size import full_size
from cvat_sam.models.answering.manner import USUAL, Manner
from cvat_sam.models.answering.replay import Replay, chosen
from cvat_sam.models.answering.steps import Step, Steps
from cvat_sam.models.backends.backend import INPUT_SIZE, Backend, Floats
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.models.prompt import Prompt

# So few prompts are not worth what decoding many begins with.
FEW = 3


@dataclass(frozen=True)
class EncodedImage:
    """The embedding of one image, with what is needed to ask it for masks.

    Attributes:
        backend: what made the embedding and can decode it.
        embedding: float32 `(1, 256, 64, 64)`.
        height: of the image, in pixels.
        width: of the image, in pixels.
        manner: how it answers a prompt.
    """

    backend: Backend
    embedding: Floats
    height: int
    width: int
    manner: Manner = USUAL
    _steps: Steps = field(default_factory=Steps, init=False, repr=False, compare=False)

    @property
    def input_size(self) -> tuple[int, int]:
        """Width and height of the image as the encoder saw it."""
        return input_size(self.height, self.width)

    @property
    def nbytes(self) -> int:
        """Bytes of the embedding and of what may come to be kept beside it."""
        return self.embedding.nbytes + self._steps.nbytes_at_most

    def segment(self, prompt: Prompt) -> FoundMask | None:
        """The one mask that answers `prompt`, or None where the model finds nothing.

        What was asked before may make it faster, and never changes the answer.

        Raises:
            InvalidRequest: the prompt does not fit the image; see `Prompt.checked`.
        """
        prompt = prompt.checked(height=self.height, width=self.width)
        size = input_width, input_height = self.input_size
        decode = partial(self.backend.decode, self.embedding)
        answer = Replay(decode, self.manner.mask_choice, size, self._steps).answer(
            prompt.scaled(input_width / self.width, input_height / self.height)
        )
        return self._placed(answer, prompt)

    def segment_each(self, prompts: Sequence[Prompt]) -> list[FoundMask | None]:
        """The mask that answers each of many prompts, of one click or a box alone, in order.

        The same as `segment` gives but for a pixel where a logit is 0 to five digits: prompts are
        decoded together, which adds sums in another order.

        Raises:
            InvalidRequest: one of the prompts does not fit the image; see `Prompt.checked`.
        """
        if len(prompts) < FEW:
            return [self.segment(prompt) for prompt in prompts]
        checked = [prompt.checked(height=self.height, width=self.width) for prompt in prompts]
        size = input_width, input_height = self.input_size
        x_factor, y_factor = input_width / self.width, input_height / self.height
        scaled = [prompt.scaled(x_factor, y_factor) for prompt in checked]
        answers = self.backend.decode_many(self.embedding, scaled)
        return [
            decoded and self._placed(chosen(decoded, asked, self.manner.mask_choice, size), prompt)
            for decoded, asked, prompt in zip(answers, scaled, checked, strict=True)
        ]

    def _placed(self, answer: Step, prompt: Prompt) -> FoundMask | None:
        """A pass's answer to a prompt in pixels of the image, at full size and cleaned."""
        placed = full_size(
            answer.logits, input_size=self.input_size, height=self.height, width=self.width
        )
        if not placed.crop.size:
            return None
        placed = cleaned(placed, prompt, self.manner, height=self.height, width=self.width)
        return FoundMask.from_crop(
            placed.crop,
            left=placed.left,
            top=placed.top,
            height=self.height,
            width=self.width,
            confidence=answer.predicted_iou,
        )


def input_size(height: int, width: int) -> tuple[int, int]:
    """Width and height after the long side became `INPUT_SIZE`, rounded as SAM rounds.

    >>> input_size(300, 451)
    (1024, 681)
    """
    scale = INPUT_SIZE / max(height, width)
    # Of something 3000 times as long as it is wide, rounding would leave nothing.
    return max(int(width * scale + 0.5), 1), max(int(height * scale + 0.5), 1)
