"""The three kinds of function: what each makes of a request's body."""

from collections.abc import Callable

from cvat_sam.exceptions import NothingFound
from cvat_sam.function.encodings import Encodings
from cvat_sam.settings import FunctionKind, Settings
from cvat_sam.wire import replies
from cvat_sam.wire.requests import DetectorRequest, EmbedderRequest, InteractorRequest, parse


def interactor(body: object, encodings: Encodings, settings: Settings) -> str:
    """One object: clicks and a box in, its mask out."""
    request = parse(body, InteractorRequest)
    prompt = request.prompt()
    prompt.require_something()
    found = encodings.get(request.image, prompt=prompt).segment(prompt)
    if found is None:
        raise NothingFound(
            "the model finds no object at this place; click elsewhere on it or draw a box around it"
        )
    return replies.interactor(found)


def detector(body: object, encodings: Encodings, settings: Settings) -> str:
    """All objects whose confidence is at least the request's threshold."""
    from cvat_sam.models.everything import everything

    request = parse(body, DetectorRequest)
    threshold = request.threshold or 0.0
    found = everything(encodings.get(request.image), settings.grid())
    return replies.detector(one for one in found if one.confidence >= threshold)


def embedder(body: object, encodings: Encodings, settings: Settings) -> str:
    """The image's embedding, for CVAT's own plugin that decodes in the browser."""
    request = parse(body, EmbedderRequest)
    return replies.embedder(encodings.get(request.image).embedding_array())


KINDS: dict[FunctionKind, Callable[[object, Encodings, Settings], str]] = {
    "interactor": interactor,
    "detector": detector,
    "embedder": embedder,
}
