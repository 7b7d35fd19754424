"""The three kinds of function: what each makes of a request's body."""

from collections.abc import Callable

from cvat_sam.exceptions import NothingFound
from cvat_sam.function.embeddings.encodings import Encodings
from cvat_sam.function.timing import Timing, Visited
from cvat_sam.models.encoded_image import EncodedImage
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.settings import FunctionKind, Settings
from cvat_sam.wire import replies
from cvat_sam.wire.prompts import Prompts
from cvat_sam.wire.requests import DetectorRequest, EmbedderRequest, InteractorRequest, parse


def interactor(body: object, encodings: Encodings, settings: Settings, timing: Timing) -> str:
    """One object: clicks and a box in, its mask out; or one for each box or point."""
    with timing.part("parse"):
        request = parse(body, InteractorRequest)
        prompts = request.prompts()
        prompt = request.prompt()
    if prompts is not None:
        return _each_as_shapes(prompts, request.image, encodings, timing)
    prompt.require_something()
    encoded = encodings.get(request.image, prompt=prompt, timing=timing)
    with timing.part("mask"):
        found = encoded.segment(prompt)
    if found is None:
        raise NothingFound(
            "the model finds no object at this place; click elsewhere on it or draw a box around it"
        )
    with timing.part("reply"):
        return replies.shapes([found]) if request.reply == "shapes" else replies.interactor(found)


def detector(body: object, encodings: Encodings, settings: Settings, timing: Timing) -> str:
    """All objects whose confidence is at least the request's threshold; or those asked for.

    Where the time is up (`SAM_DEADLINE`, from when the request came), what is found by then.
    """
    from cvat_sam.models.everything.everything import everything

    with timing.part("parse"):
        request = parse(body, DetectorRequest)
        prompts = request.prompts()
    if prompts is not None:
        return _each_as_shapes(prompts, request.image, encodings, timing)
    threshold = request.threshold or 0.0
    encoded = encodings.get(request.image, timing=timing)
    with timing.part("mask"):
        done = everything(
            encoded,
            settings.grid(),
            encode_crop=encodings.of_crops(request.image, timing=timing),
            until=timing.began + settings.deadline,
        )
    timing.visited = Visited(done.visited, done.points)
    sure = [one for one in done.found if one.confidence >= threshold]
    with timing.part("reply"):
        return replies.shapes(sure) if request.reply == "shapes" else replies.detector(sure)


def _each_as_shapes(prompts: Prompts, image: bytes, encodings: Encodings, timing: Timing) -> str:
    found = each(prompts, encodings.get(image, prompt=prompts, timing=timing), timing)
    with timing.part("reply"):
        return replies.shapes(found)


def each(prompts: Prompts, encoded: EncodedImage, timing: Timing) -> list[FoundMask | None]:
    """The mask that answers each prompt, in order, None where the model finds nothing.

    Raises:
        InvalidRequest: one of the prompts does not fit the image; none was asked then.
    """
    checked = prompts.checked(height=encoded.height, width=encoded.width)
    with timing.part("mask"):
        return encoded.segment_each(checked.each)


def embedder(body: object, encodings: Encodings, settings: Settings, timing: Timing) -> str:
    """The image's embedding, for CVAT's own plugin that decodes in the browser."""
    with timing.part("parse"):
        request = parse(body, EmbedderRequest)
    encoded = encodings.get(request.image, timing=timing)
    with timing.part("reply"):
        return replies.embedder(encoded.embedding)


KINDS: dict[FunctionKind, Callable[[object, Encodings, Settings, Timing], str]] = {
    "interactor": interactor,
    "detector": detector,
    "embedder": embedder,
}
