"""What OpenVINO compiled and keeps in files, taken only while it is what was written.

OpenVINO runs such a file as it is: with a few bytes of it damaged, masks are wrong and nothing is
said. So a sum lies beside each file, and a file that does not have its sum is deleted, after which
OpenVINO compiles again.
"""

from contextlib import suppress
from pathlib import Path

from cvat_sam.exceptions import Unwritable
from cvat_sam.files import write_atomically
from cvat_sam.weights import verified

FILES = "*.blob"


def drop_damaged(folder: Path) -> None:
    """Delete the files that are not known to be whole; before OpenVINO looks into the folder."""
    for path in folder.glob(FILES):
        with suppress(OSError):  # another process may have deleted it
            if not _sum_of_file(path).is_file() or verified.sum_of(path) != _noted(path):
                path.unlink()
                _sum_of_file(path).unlink(missing_ok=True)


def note_sums(folder: Path) -> None:
    """Write down the sums of the files that have none yet; after OpenVINO has compiled."""
    for path in folder.glob(FILES):
        # Without its sum it is compiled once more by the next start, and that is all.
        with suppress(OSError, Unwritable):
            if not _sum_of_file(path).is_file():
                write_atomically(_sum_of_file(path), verified.sum_of(path).encode())


def _sum_of_file(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _noted(path: Path) -> str:
    return _sum_of_file(path).read_text(errors="replace")
