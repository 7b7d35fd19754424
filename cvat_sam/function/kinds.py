"""The three kinds of function: what each makes of a request's body."""

from collections.abc import Callable

from cvat_sam.exceptions import NothingFound
from cvat_sam.images.decoding import decode
from cvat_sam.models.encoded_image import EncodedImage, Model
from cvat_sam.settings import FunctionKind, Settings
from cvat_sam.wire import replies
from cvat_sam.wire.requests import (
    DetectorRequest,
    EmbedderRequest,
    ImageRequest,
    InteractorRequest,
    parse,
)


def interactor(body: object, model: Model, settings: Settings) -> str:
    """One object: clicks and a box in, its mask out."""
    request = parse(body, InteractorRequest)
    # What is wrong is refused before the work: encoding takes a second, these checks nothing.
    prompt = request.prompt()
    prompt.require_something()
    image = decode(request.image, max_pixels=settings.max_pixels)
    height, width = image.shape[:2]
    prompt = prompt.checked(height=height, width=width)
    found = model.encode(image).segment(prompt)
    if found is None:
        raise NothingFound(
            "the model finds no object at this place; click elsewhere on it or draw a box around it"
        )
    return replies.interactor(found)


def detector(body: object, model: Model, settings: Settings) -> str:
    """All objects whose confidence is at least the request's threshold."""
    from cvat_sam.models.everything import everything

    request = parse(body, DetectorRequest)
    threshold = request.threshold or 0.0
    found = everything(_encode(request, model, settings), settings.grid())
    return replies.detector(one for one in found if one.confidence >= threshold)


def embedder(body: object, model: Model, settings: Settings) -> str:
    """The image's embedding, for CVAT's own plugin that decodes in the browser."""
    request = parse(body, EmbedderRequest)
    return replies.embedder(_encode(request, model, settings).embedding_array())


KINDS: dict[FunctionKind, Callable[[object, Model, Settings], str]] = {
    "interactor": interactor,
    "detector": detector,
    "embedder": embedder,
}


def _encode(request: ImageRequest, model: Model, settings: Settings) -> EncodedImage:
    return model.encode(decode(request.image, max_pixels=settings.max_pixels))
