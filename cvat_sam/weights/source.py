"""Where a file comes from: what a source is, and the first of them, an address on the web."""

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Url:
    """A file on a web server.

    A transfer that is cut goes on where it stopped (`Range`, RFC 9110 section 14), in this process
    or a later one. There is no `If-Range`: the file's sum is known beforehand, so pieces of two
    different files cannot pass for one.

    Attributes:
        url: its address.
        tries: how often in a row it is asked without a byte of progress.
        pause: seconds before the second try; doubled for each further one.
    """

    url: str
    tries: int = 4
    pause: float = 1.0

    def __str__(self) -> str:
        return self.url

    def fetch(self, part: Path, *, name: str, size: int, report: Reporter) -> None:
        """Download to `part`, in as many requests as it takes; see `Source`."""
        # Late: most starts find the file, and what speaks HTTP takes a tenth of a second to import.
        from cvat_sam.weights import download

        download.download(self, part, name=name, size=size, report=report)
