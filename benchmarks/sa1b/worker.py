"""One way of one task, in a process of its own.

`python -m benchmarks.sa1b.worker FOLDER INDEX WAY CALLS` prints JSON: seconds of the fastest call,
how much the process grew at most, and a file with what was answered.
"""

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.sa1b.answers import keep
from benchmarks.sa1b.tasks import TASKS


def main() -> None:
    """Measure, print, and keep the answer."""
    folder, index, way, calls = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    call = getattr(TASKS[index], way)(folder)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    for turn in range(calls):
        began = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - began)
        if turn + 1 < calls:
            del answer
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    path = folder / f"{index}-{way}.npz"
    keep(path, answer)
    print(json.dumps({"seconds": min(seconds), "megabytes": grown / 1024, "answer": str(path)}))


if __name__ == "__main__":
    main()
