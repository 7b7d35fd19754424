"""What Nuclio calls: `init_context` once in each worker, `handler` for each request."""

from typing import Any

from cvat_sam.exceptions import CvatSamError
from cvat_sam.function import Function


def init_context(context: Any) -> None:
    """Load the model; until this returns, Nuclio sends the worker no request."""
    try:
        context.user_data.function = Function.start(logger=context.logger)
    except CvatSamError as error:
        # A traceback, which is what Nuclio writes of any other exception, would hide the sentence.
        context.logger.error(f"cvat-sam cannot start: {error}")
        raise SystemExit(2) from None


def handler(context: Any, event: Any) -> Any:
    """Answer one request of CVAT's."""
    reply = context.user_data.function.answer(event.body, logger=context.logger)
    return context.Response(
        body=reply.text,
        headers=reply.headers,
        content_type="application/json",
        status_code=reply.status,
    )
