"""A worker that answers clicks, from the other end."""

from typing import Any

from benchmarks.processes import Process


class Worker(Process):
    """A process that answers one way; see `Process`.

    Args:
        way: `stock` or `ours`.
        settings: environment variables of ours.

    Raises:
        WorkerFailed: it does not start.
    """

    def __init__(self, way: str, settings: dict[str, str] | None = None) -> None:
        super().__init__("benchmarks.clicks.worker", [way], settings)

    def answer(self, text: str, *, wanted: bool = False) -> dict[str, Any]:
        """Have a request's text answered.

        Returns:
            `seconds`, the reply's `bytes`, its `timing`, and its `text` if that is wanted.
        """
        return self.ask("answer", text=text, wanted=wanted)

    def reply(self, width: int, height: int, form: str = "") -> dict[str, Any]:
        """Have a reply written for a large mask: `seconds` and `bytes`."""
        return self.ask("reply", width=width, height=height, form=form)
