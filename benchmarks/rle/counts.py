"""Reading and writing what some rivals leave to their users, as well as one can there."""

import numpy as np


def counts_of_string(text: bytes) -> list[int]:
    """The counts in COCO's string, for rivals that read it but do not hand out what they read."""
    octets = np.frombuffer(text, np.uint8).astype(np.int64) - 48
    ends = np.flatnonzero(octets < 32)
    lengths = np.diff(ends, prepend=-1)
    starts = ends - lengths + 1
    place = np.arange(octets.size) - np.repeat(starts, lengths)
    values = np.add.reduceat((octets & 31) << (5 * place), starts)
    values -= ((octets[ends] & 16) != 0) * (np.int64(1) << (5 * lengths))
    values[1::2] = values[1::2].cumsum()
    values[2::2] = values[2::2].cumsum()
    counts: list[int] = values.tolist()
    return counts
