"""How many threads a network may use: what this process was given, not what the machine has."""

import math
import os
from pathlib import Path

# Where a container of control groups version 2 sees its own limit: "200000 100000" is two cores.
CPU_MAX = Path("/sys/fs/cgroup/cpu.max")


def available() -> int:
    """The number of cores this process may use, at least 1.

    ONNX Runtime and OpenVINO count the machine's cores; in a container that is given two of 64
    they would start 64 threads that wait for one another.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, _quota()))


def _quota() -> int:
    try:
        quota, period = CPU_MAX.read_text().split()
        return math.ceil(int(quota) / int(period))
    # "max" is no number: no limit. Nor is there one where there is no such file.
    except (OSError, ValueError, ZeroDivisionError):
        return os.cpu_count() or 1
