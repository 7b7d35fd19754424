"""On what it was measured."""

import importlib.metadata
import os
import platform
import time
from typing import Any

from benchmarks import processor

PACKAGES = (
    *("torch", "segment-anything", "timm", "onnxruntime", "openvino"),
    *("numpy", "opencv-python-headless", "pillow"),
)


def facts() -> dict[str, Any]:
    """Date, processor, cores that this process may use, Python, versions of what is installed."""
    affinity = getattr(os, "sched_getaffinity", None)
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": processor.name(),
        "cores": len(affinity(0)) if affinity else os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: version for name in PACKAGES if (version := _version(name))},
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
