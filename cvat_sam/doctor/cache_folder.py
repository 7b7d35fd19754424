"""The folder where weights and exported models are kept."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from cvat_sam import cache
from cvat_sam.doctor import writable
from cvat_sam.doctor.finding import Finding, note, ok, wrong

# MobileSAM's weights and its export take 0.2 GB, SAM's ViT-H three times 2.6.
LITTLE_BYTES = 500_000_000

_ELSEWHERE = f"{cache.VARIABLE} can name another folder"


def look() -> Iterator[Finding]:
    """Say where it is, whether it can be written, and how much room there is."""
    folder = cache.location()
    try:
        yield _at(folder)
    except OSError as error:
        yield wrong("cache", f"{folder} cannot be looked into: {error.strerror}", _ELSEWHERE)


def _at(folder: Path) -> Finding:
    there = writable.nearest(folder)
    complaint = writable.complaint(there)
    if complaint and there == folder and folder.is_dir():
        # As in an image that has everything in it already.
        return note("cache", f"{folder} {complaint}, so nothing can be fetched into it")
    if complaint:
        return wrong("cache", f"{there} {complaint}", _ELSEWHERE)
    free = shutil.disk_usage(there).free
    room = f"{free / 1e9:,.1f} GB are free there"
    if free < LITTLE_BYTES:
        return note("cache", f"{folder}; only {room}", _ELSEWHERE)
    where = str(folder) if there == folder else f"{folder}, which will be made at the first need"
    return ok("cache", f"{where}; {room}")
