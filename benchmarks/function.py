"""Our way: the hooks of `main.py`, called as Nuclio calls them."""

from typing import Any

import nuclio_sdk

import main


class Log:
    """A logger of Nuclio's kind that keeps sentences and drops the lines of requests.

    Attributes:
        sentences: what was said in words, such as which back end was taken and why.
    """

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def info(self, sentence: str) -> None:
        """Keep it."""
        self.sentences.append(sentence)

    warn = info

    def error(self, sentence: str) -> None:
        """A benchmark of failures measures nothing."""
        raise RuntimeError(sentence)

    def info_with(self, message: str, **values: Any) -> None:
        """Drop it."""

    warn_with = info_with

    def error_with(self, message: str, **values: Any) -> None:
        """A benchmark of failures measures nothing."""
        raise RuntimeError(f"{message}: {values.get('traceback', values)}")


class Ours:
    """A worker of Nuclio's whose settings are in the environment."""

    def __init__(self) -> None:
        log = Log()
        self._context = nuclio_sdk.Context(logger=log)
        main.init_context(self._context)
        model = self._context.user_data.function.model
        self.facts: dict[str, Any] = {
            "backend": model.backend.name,
            "device": model.device,
            "said": log.sentences,
        }

    def answer(self, text: str) -> tuple[str, str]:
        """Answer a request's text with a reply's, and with its `Server-Timing`, if it has one."""
        response = main.handler(self._context, nuclio_sdk.Event(body=text))
        if response.status_code != 200:
            raise RuntimeError(f"{response.status_code}: {response.body[:500]}")
        return response.body, response.headers.get("Server-Timing", "")
