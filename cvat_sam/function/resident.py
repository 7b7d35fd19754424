"""How much memory this process takes."""

import os
from pathlib import Path

STATM = Path("/proc/self/statm")


def resident_megabytes() -> int | None:
    """Megabytes that are in memory now; None where the system does not tell (proc(5), statm)."""
    try:
        pages = int(STATM.read_text().split()[1])
    except OSError:
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
