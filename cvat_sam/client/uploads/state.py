"""Where the client keeps what outlives it: journals and locks, in the user's state folder."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs

from cvat_sam.client.uploads.journal import Journal
from cvat_sam.exceptions import InvalidSource


def journal_path(facts: Mapping[str, Any]) -> Path:
    """Where the journal of some work lies.

    Args:
        facts: "server" and "task", and what else tells the work from other work.
    """
    return _folder_of(facts["server"], facts["task"]) / f"{_key(facts)}.sqlite"


def other_journals(server: str, task: int, *, but: Path) -> list[Path]:
    """The journals of all other work on a task that has its journal in the usual place."""
    found = _folder_of(server, task).glob("*.sqlite")
    return sorted(path for path in found if path.resolve() != but.resolve())


def lock_path(server: str, task: int) -> Path:
    """Where the lock of a task lies."""
    return _state() / "locks" / f"{_key({'server': server, 'task': task})}.lock"


def claim(journal: Journal, facts: Mapping[str, Any]) -> None:
    """Make sure that a journal is of this work, and not of other.

    Raises:
        InvalidSource: it is of other work.
    """
    text = json.dumps(facts, sort_keys=True)
    before = journal.fact("work", text)
    if before != text:
        raise InvalidSource(f"{journal.path} is the journal of other work: {before}, not {text}")
    journal.note(work=text)


def _folder_of(server: str, task: int) -> Path:
    return _state() / "uploads" / _key({"server": server, "task": task})


def _state() -> Path:
    return platformdirs.user_state_path("cvat-sam")


def _key(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]
