"""What it costs beside time: importing the package, and memory while a mask is encoded."""

import statistics
import subprocess
import sys
import tracemalloc

import numpy as np

import rle
from benchmarks.rle import masks

_PROGRAM = """
import time, numpy, cv2
began = time.perf_counter()
import rle
print(time.perf_counter() - began)
"""


def import_seconds(runs: int = 9) -> float:
    """Seconds that `import rle` takes after numpy and cv2: the median of several processes."""
    command = [sys.executable, "-c", _PROGRAM]
    times = [float(subprocess.check_output(command, text=True)) for _ in range(runs)]
    return statistics.median(times)


def peak_memory() -> dict[str, dict[str, float]]:
    """Memory taken while a mask is encoded, beyond the mask, as multiples of its bytes.

    Returns:
        For each format and mask `peak`, and `answer`: how much of it the result itself is.
    """
    found = {}
    for name, some in masks.named_masks().items():
        for form, encode in (("CVAT", rle.cvat.encode), ("COCO", rle.coco.encode)):
            encode(np.ones((8, 8), bool))  # tables that are built once
            tracemalloc.start()
            answer = encode(some[0])
            left, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            found[f"{form} {name}"] = {
                "peak": peak / some[0].nbytes,
                "answer": left / some[0].nbytes,
            }
            del answer
    return found
