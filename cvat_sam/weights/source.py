"""Where a file may come from."""

from pathlib import Path
from typing import Protocol

from cvat_sam.exceptions import CheckpointUnavailable
from cvat_sam.reporting import Reporter


class SourceFailed(CheckpointUnavailable):
    """A source has not given the file; another may. Its text follows the source's name."""


class Source(Protocol):
    """Somewhere a file can be had."""

    def fetch(self, part: Path, *, name: str, size: int, report: Reporter) -> None:
        """Write the file to `part`, going on with what is there already if that can be done.

        What it writes is not to be trusted before its sum is checked.

        Raises:
            SourceFailed: this source does not have it, or cannot be reached.
            CheckpointUnavailable: it cannot be written.
        """
