"""One worker's function: a model, its settings, and a reply to every request."""

import time
import traceback
from dataclasses import dataclass, field
from typing import Any

from cvat_sam.exceptions import InvalidInput, NothingFound
from cvat_sam.function.encodings import Encodings
from cvat_sam.function.kinds import KINDS
from cvat_sam.models.encoded_image import Model
from cvat_sam.models.malloc import keep_freed_pages
from cvat_sam.models.table import load
from cvat_sam.settings import Settings
from cvat_sam.wire import replies


@dataclass(frozen=True)
class Reply:
    """What goes back over HTTP.

    Attributes:
        text: JSON.
        status: 200; 400 where the request is wrong, 422 where the model finds nothing at the place
            asked for, 500 where the fault is ours.
        headers: which model answered, and on which device.
    """

    text: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Function:
    """Answers requests, whatever they are: a wrong one never ends the worker.

    Args:
        settings: what the deployment was told.
        model: ready to look at images.
    """

    def __init__(self, settings: Settings, model: Model) -> None:
        self.settings = settings
        self.model = model
        self._answer = KINDS[settings.function]
        self._encodings = Encodings(model, max_pixels=settings.max_pixels)
        self._headers = {
            "X-Cvat-Sam-Model": model.name,
            "X-Cvat-Sam-Device": model.device,
        }

    @classmethod
    def start(cls, *, logger: Any) -> "Function":
        """Read the environment, load the model and say what is ready.

        Raises:
            InvalidSetting: a variable has a value that cannot be used.
            Unavailable: weights or device cannot be had.
        """
        settings = Settings.from_environment()
        logger.info_with("cvat-sam starts", **settings.variables())
        began = time.perf_counter()
        keep_freed_pages()
        model = load(settings.model, device=settings.device, checkpoint=settings.checkpoint)
        seconds = round(time.perf_counter() - began, 2)
        logger.info_with("cvat-sam is ready", device=model.device, seconds=seconds)
        return cls(settings, model)

    def answer(self, body: object, *, logger: Any) -> Reply:
        """Answer one request.

        Args:
            body: as Nuclio hands it over: a dict, or bytes where its content type was not exactly
                `application/json`.
            logger: Nuclio's.
        """
        began = time.perf_counter()
        reply = self._reply(body, logger=logger)
        logger.info_with(
            "cvat-sam answered",
            function=self.settings.function,
            status=reply.status,
            milliseconds=round((time.perf_counter() - began) * 1000),
            bytes=len(reply.text),
        )
        return reply

    def _reply(self, body: object, *, logger: Any) -> Reply:
        try:
            text = self._answer(body, self._encodings, self.settings)
        except NothingFound as error:
            return self._error(422, str(error))
        except InvalidInput as error:
            return self._error(400, str(error))
        except Exception:
            # The traceback is for whoever keeps the function running, not for the annotator.
            logger.error_with("cvat-sam failed", traceback=traceback.format_exc())
            return self._error(500, "the function failed on this request; its log says where")
        return Reply(text, headers=self._headers)

    def _error(self, status: int, sentence: str) -> Reply:
        return Reply(replies.error(sentence), status, self._headers)
