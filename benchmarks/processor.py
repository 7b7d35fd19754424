"""Which processor a benchmark ran on."""

import platform
from pathlib import Path


def name() -> str:
    """The processor's name as the kernel has it, else the kind of machine."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
