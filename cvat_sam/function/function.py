"""One worker's function: a model, its settings, and a reply to every request."""

import time
import traceback
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cvat_sam.exceptions import InvalidInput, NothingFound
from cvat_sam.function.embeddings.encodings import Encodings
from cvat_sam.function.embeddings.folder import Folder
from cvat_sam.function.embeddings.memory import Memory
from cvat_sam.function.kinds import KINDS
from cvat_sam.function.log_reporter import LogReporter
from cvat_sam.function.resident import resident_megabytes
from cvat_sam.function.timing import Timing
from cvat_sam.models.backends.malloc import keep_freed_pages
from cvat_sam.models.model import Model
from cvat_sam.out_of_memory import is_out_of_memory, let_go
from cvat_sam.reporting import Reporter, StandardError
from cvat_sam.settings import Settings, unknown_variables
from cvat_sam.wire import replies

MEGABYTE = 1_000_000
# Above what a worker has when it is ready: more than photographs of 12 megapixels take.
KEPT_MEGABYTES = 500
FAILED = "the function failed on this request; its log says where"
OUT_OF_MEMORY = (
    "the function has not enough memory for this request, even with its caches emptied; "
    "give it more memory, or a smaller image"
)


@dataclass(frozen=True)
class Reply:
    """What goes back over HTTP.

    Attributes:
        text: JSON.
        status: 200; 400 where the request is wrong, 422 where the model finds nothing at the place
            asked for, 503 where memory is not enough, 500 where the fault is ours.
        headers: which model answered, on which device, and where the time went.
    """

    text: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class _Answered(NamedTuple):
    text: str
    status: int = 200
    # Why, without the values that were sent.
    refused: str | None = None


class Function:
    """Answers requests, whatever they are: a wrong one never ends the worker.

    Args:
        settings: what the deployment was told.
        model: ready to look at images.
        report: hears what is wrong with the folder of embeddings; standard error by default.
    """

    def __init__(self, settings: Settings, model: Model, *, report: Reporter | None = None) -> None:
        self.settings = settings
        self.model = model
        self._answer = KINDS[settings.function]
        self._encodings = _encodings(settings, model, report)
        self._usual_megabytes = resident_megabytes() or 0
        self._headers = {
            "X-Cvat-Sam-Model": model.name,
            "X-Cvat-Sam-Device": model.device,
        }

    @classmethod
    def start(cls, *, logger: Any) -> "Function":
        """Read the environment, load the model, run it once, and say what is ready.

        Raises:
            InvalidSetting: a variable has a value that cannot be used.
            Unavailable: weights or device cannot be had.
        """
        settings = Settings.from_environment()
        logger.info_with("cvat-sam starts", **settings.variables())
        for sentence in unknown_variables():
            logger.warn(sentence)
        report = LogReporter(logger)
        keep_freed_pages()
        began = time.perf_counter()
        model = settings.load_model(report)
        loaded = time.perf_counter()
        model.warm_up(everything=settings.function == "detector")
        warm = time.perf_counter()
        function = cls(settings, model, report=report)
        logger.info_with(
            "cvat-sam is ready",
            device=model.device,
            backend=model.backend.name,
            load_seconds=round(loaded - began, 2),
            warm_up_seconds=round(warm - loaded, 2),
            **_memory(),
        )
        return function

    def answer(self, body: object, *, logger: Any) -> Reply:
        """Answer one request.

        Args:
            body: as Nuclio hands it over: a dict, or bytes where its content type was not exactly
                `application/json`.
            logger: Nuclio's.
        """
        timing = Timing()
        text, status, refused = self._answered(body, timing, logger=logger)
        timing.stop()
        if timing.visited is not None and not timing.visited.is_all:
            asked, points = timing.visited
            logger.warn(
                f"the time was up: {asked:,} of {points:,} points were asked in "
                f"{self.settings.deadline:g} s (SAM_DEADLINE); the reply has what they found"
            )
        milliseconds = timing.milliseconds()
        logger.info_with(
            "cvat-sam answered",
            function=self.settings.function,
            status=status,
            **({} if refused is None else {"refused": refused}),
            milliseconds=milliseconds.pop("total"),
            **{f"{part}_ms": taken for part, taken in milliseconds.items()},
            **({} if timing.embedding is None else {"embedding": timing.embedding}),
            **({} if timing.visited is None else {"points": str(timing.visited)}),
            bytes=len(text),
            **_memory(),
        )
        self._give_back()
        return Reply(text, status, {**self._headers, "Server-Timing": timing.header()})

    def _give_back(self) -> None:
        """Let go of what one very large image took: a worker would keep it for good."""
        if (resident_megabytes() or 0) > self._usual_megabytes + KEPT_MEGABYTES:
            let_go()
            # What is left then is in use: it is not to be looked for again at every request.
            self._usual_megabytes = max(self._usual_megabytes, resident_megabytes() or 0)

    def _answered(self, body: object, timing: Timing, *, logger: Any) -> _Answered:
        answered = self._tried(body, timing, logger=logger)
        if answered is None:
            self._encodings.forget()
            let_go()
            logger.warn("the embeddings in memory were dropped; the request is tried once more")
            answered = self._tried(body, timing, logger=logger)
        if answered is None:
            let_go()
            answered = _Answered(replies.error(OUT_OF_MEMORY), 503)
        return answered

    def _tried(self, body: object, timing: Timing, *, logger: Any) -> _Answered | None:
        """None where memory was not enough."""
        try:
            return _Answered(self._answer(body, self._encodings, self.settings, timing))
        except NothingFound as error:
            return _Answered(replies.error(str(error)), 422)
        except InvalidInput as error:
            return _Answered(replies.error(str(error)), 400, refused=error.for_log)
        except Exception as error:
            if not is_out_of_memory(error):
                # The traceback is for whoever keeps the function running, not for the annotator.
                logger.error_with("cvat-sam failed", traceback=traceback.format_exc())
                return _Answered(replies.error(FAILED), 500)
            logger.warn_with("cvat-sam ran out of memory", error=_first_line(error))
        # The error is gone, and with it what its frames held.
        return None


def _encodings(settings: Settings, model: Model, report: Reporter | None) -> Encodings:
    folder = None
    if settings.embeddings_dir is not None:
        folder = Folder(
            settings.embeddings_dir.expanduser(),
            limit=settings.embeddings_dir_mb * MEGABYTE,
            identity=model.identity,
            report=report or StandardError(),
        )
    memory = Memory(settings.embeddings_mb * MEGABYTE)
    return Encodings(model, max_pixels=settings.max_pixels, memory=memory, folder=folder)


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0].rstrip(": ")


def _memory() -> dict[str, int]:
    megabytes = resident_megabytes()
    return {} if megabytes is None else {"memory_mb": megabytes}
