"""What stands behind the faults: the stand-in's own API, or the way to a real server."""

from collections.abc import Mapping
from email.message import Message
from typing import Any, Protocol

from fake_cvat.fake_http import Reply, Request


class OnlyTheStandIn(Exception):
    """A test asks for what a real server cannot be made to have; says what, and why not."""


class Backend(Protocol):
    """Answers requests, and does what tests ask beside them, past all faults."""

    def answer(self, request: Request) -> Reply:
        """Answer a request to CVAT's API; never raises."""
        ...

    def authorized(self, headers: Message) -> str:
        """How a request shows who it is: Token, Bearer, Session, or "" where it does not."""
        ...

    def edit(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """An edit by somebody else.

        `wanted` has `task` or `job`, `action` (create, update, delete, replace) and `shapes`,
        `tags` or `tracks`; an action "clear" empties the task or job, "drop" takes away the shapes
        with `ids`.
        """
        ...

    def ask(self, asked: str, query: Mapping[str, str], sent: Mapping[str, Any]) -> dict[str, Any]:
        """Answer what is asked of the server beside its API: see fake_control.py."""
        ...

    def change_settings(self, settings: Mapping[str, Any]) -> None:
        """Take settings that are not the server's own."""
        ...

    def reset(self) -> None:
        """Forget all tasks and settings."""
        ...
