"""The first of the sources: an address on the web."""

from dataclasses import dataclass
from pathlib import Path

from cvat_sam.reporting import Reporter


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

        transfer = download.Transfer(self.url, name, size, tries=self.tries, pause=self.pause)
        transfer.run(part, report)
