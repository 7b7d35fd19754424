"""Each worker's share of this machine's cores.

A back end starts as many threads as it may use cores (`cvat_sam.models.backends.threads`); workers
that all saw all cores would wait for one another.
"""

import os
from collections.abc import Sequence


def available() -> list[int]:
    """The numbers of the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def shares(cores: Sequence[int], workers: int) -> list[list[int]]:
    """Cores for each worker: the same number for all where it comes out even, at least one.

    >>> shares([0, 1, 2, 3, 4], 2)
    [[0, 1, 2], [3, 4]]
    >>> shares([0, 1], 3)
    [[0], [1], [0]]
    """
    if workers > len(cores):
        return [[cores[number % len(cores)]] for number in range(workers)]
    ends = [-(-len(cores) * number // workers) for number in range(workers + 1)]
    return [list(cores[ends[number] : ends[number + 1]]) for number in range(workers)]


def confine(process: int, cores: Sequence[int]) -> None:
    """Keep a process that has just been started on these cores, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process, cores)
