"""Whether exported networks answer as PyTorch's do."""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from cvat_sam.models.backends.backend import INPUT_SIZE, Backend, Decoded, Floats
from cvat_sam.models.backends.prompt_arrays import is_for_many
from cvat_sam.models.prompt import Prompt

# Sums in another order differ in the sixth digit. An embedding's values are below 1, logits' in the
# tens, and what a logit is worth is seen at 0; what is wrong in a network is larger by far.
BOUNDS = {"embedding": 1e-3, "logits": 5e-2, "predicted IoU": 1e-3}


def differences(backend: Backend, torch_backend: Backend) -> dict[str, float]:
    """The largest difference between two back ends' embeddings, logits and predicted IoU.

    Both look at the same made-up picture, and both decode PyTorch's embedding for every kind of
    prompt: a click, several, a box, both, and each with logits fed back; and together those that
    `Backend.decode_many` takes.
    """
    picture = made_up_picture()
    embedding = torch_backend.encode(picture)
    largest = dict.fromkeys(BOUNDS, 0.0)
    largest["embedding"] = _difference(backend.encode(picture), embedding)
    for ours, theirs in _answers(backend, torch_backend, embedding):
        for name, one, other in (
            ("logits", ours.logits, theirs.logits),
            ("predicted IoU", ours.predicted_iou, theirs.predicted_iou),
        ):
            largest[name] = max(largest[name], _difference(one, other))
    return largest


def _answers(
    backend: Backend, torch_backend: Backend, embedding: Floats
) -> Iterator[tuple[Decoded, Decoded]]:
    """Both back ends' answers to the same prompts."""
    alone = []
    for prompt in _prompts():
        fed: Floats | None = None
        for _ in range(2):
            theirs = torch_backend.decode(embedding, prompt, logits=fed)
            yield backend.decode(embedding, prompt, logits=fed), theirs
            fed = theirs.logits[0]
        if is_for_many(prompt):
            alone.append(prompt)
    for prompt, answer in zip(alone, backend.decode_many(embedding, alone), strict=True):
        if answer is None:
            raise ValueError("no masks were made of a prompt that all were wanted of")
        yield answer, torch_backend.decode(embedding, prompt)


def beyond_bounds(found: Mapping[str, float]) -> str | None:
    """Which difference is above its bound, as a sentence's end; None if none is."""
    for name, bound in BOUNDS.items():
        # Written so that NaN is beyond too.
        if not found[name] <= bound:
            return f"its {name} differs from PyTorch's by up to {found[name]:.2g}, over {bound:g}"
    return None


def in_words(found: Mapping[str, float]) -> str:
    """The differences as a part of a sentence.

    >>> in_words({"embedding": 1.53e-6, "logits": 3e-5, "predicted IoU": 4e-7})
    'embedding 1.5e-06, logits 3e-05, predicted IoU 4e-07'
    """
    return ", ".join(f"{name} {value:.2g}" for name, value in found.items())


def made_up_picture() -> npt.NDArray[np.uint8]:
    """A picture with something to see: a shaded ground, a disc, a box, and a little noise."""
    y, x = np.mgrid[: INPUT_SIZE * 3 // 4, :INPUT_SIZE].astype(np.float32)
    ground = np.stack([x / 6, y / 4, 200 - x / 8], axis=-1)
    ground[np.hypot(x - 350, y - 400) < 180] = (220, 60, 40)
    ground[100:300, 600:900] = (30, 160, 90)
    ground += np.random.default_rng(0).normal(0, 6, ground.shape).astype(np.float32)
    picture: npt.NDArray[np.uint8] = np.clip(ground, 0, 255).astype(np.uint8)
    return picture


def _prompts() -> Iterator[Prompt]:
    yield Prompt([(350, 400)])
    yield Prompt([(350, 400), (400, 450)], [(50, 50)])
    yield Prompt(box_xyxy=(590, 90, 910, 310))
    yield Prompt([(750, 200)], [(950, 350)], box_xyxy=(590, 90, 910, 310))


def _difference(one: Floats, other: Floats) -> float:
    return float(np.abs(one - other).max())
