"""Memory over a long tar: `python -m benchmarks.sa1b.flat TAR EVERY` prints megabytes."""

import json
import os
import sys
from pathlib import Path

from cvat_sam import sa1b

# Of the highest to the lowest, once it is under way.
GOAL = 0.10


def main() -> None:
    """Read all of it, down to pixels, and print what the process holds every so many images."""
    tar, every = sys.argv[1], int(sys.argv[2])
    held = []
    for number, record in enumerate(sa1b.read(tar, top_k=20), 1):
        record.masks()
        if number % every == 0:
            held.append(_megabytes())
    print(json.dumps(held))


def spread(held: list[float]) -> float:
    """How far the samples go from their middle, as a share of it: 0.1 is ± 10 %."""
    middle = (max(held) + min(held)) / 2
    return (max(held) - min(held)) / 2 / middle


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
