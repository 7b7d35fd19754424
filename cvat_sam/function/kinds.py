"""The three kinds of function: what each makes of a request's body."""

from collections.abc import Callable

from cvat_sam.exceptions import NothingFound
from cvat_sam.function.encodings import Encodings
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.settings import FunctionKind, Settings
from cvat_sam.wire import replies
from cvat_sam.wire.prompts import Prompts
from cvat_sam.wire.requests import DetectorRequest, EmbedderRequest, InteractorRequest, parse


def interactor(body: object, encodings: Encodings, settings: Settings) -> str:
    """One object: clicks and a box in, its mask out; or one for each box or point."""
    request = parse(body, InteractorRequest)
    prompts = request.prompts()
    if prompts is not None:
        return replies.shapes(each(prompts, request.image, encodings))
    prompt = request.prompt()
    prompt.require_something()
    found = encodings.get(request.image, prompt=prompt).segment(prompt)
    if found is None:
        raise NothingFound(
            "the model finds no object at this place; click elsewhere on it or draw a box around it"
        )
    return replies.shapes([found]) if request.reply == "shapes" else replies.interactor(found)


def detector(body: object, encodings: Encodings, settings: Settings) -> str:
    """All objects whose confidence is at least the request's threshold; or those asked for."""
    from cvat_sam.models.everything import everything

    request = parse(body, DetectorRequest)
    prompts = request.prompts()
    if prompts is not None:
        return replies.shapes(each(prompts, request.image, encodings))
    threshold = request.threshold or 0.0
    found = everything(encodings.get(request.image), settings.grid())
    sure = [one for one in found if one.confidence >= threshold]
    return replies.shapes(sure) if request.reply == "shapes" else replies.detector(sure)


def each(prompts: Prompts, image: bytes, encodings: Encodings) -> list[FoundMask | None]:
    """The mask that answers each prompt, in order, None where the model finds nothing.

    Raises:
        InvalidImage: the bytes are no image, or it has too many pixels.
        InvalidRequest: one of the prompts does not fit the image; none was asked then.
    """
    encoded = encodings.get(image, prompt=prompts)
    # Once more, because an image that was kept has not been checked against these.
    checked = prompts.checked(height=encoded.height, width=encoded.width)
    # One by one: in a batch the networks' sums differ in the fifth decimal, so that a mask would
    # depend on its neighbours in the request, and on a CPU a batch is not faster.
    return [encoded.segment(prompt) for prompt in checked.each]


def embedder(body: object, encodings: Encodings, settings: Settings) -> str:
    """The image's embedding, for CVAT's own plugin that decodes in the browser."""
    request = parse(body, EmbedderRequest)
    return replies.embedder(encodings.get(request.image).embedding_array())


KINDS: dict[FunctionKind, Callable[[object, Encodings, Settings], str]] = {
    "interactor": interactor,
    "detector": detector,
    "embedder": embedder,
}
