"""Whether a GPU is here, and who sees it: the system, NVIDIA's tool, PyTorch."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cvat_sam.doctor import versions
from cvat_sam.doctor.finding import Finding, note, ok, one_line, wrong
from cvat_sam.models.backends import gpu

NVIDIA_SMI_SECONDS = 20
# The import alone takes two seconds, on a slow disk many.
TORCH_SECONDS = 120

_ASK_NVIDIA_SMI = ("--query-gpu=name,memory.total,driver_version", "--format=csv,noheader")
# Asked in a process of its own: PyTorch takes seconds and hundreds of megabytes.
_ASK_TORCH = """
import json, torch
count = torch.cuda.device_count() if torch.cuda.is_available() else 0
names = [torch.cuda.get_device_name(i) for i in range(count)]
print(json.dumps({"cuda": torch.version.cuda, "names": names}))
"""
_IN_A_CONTAINER = (
    "in a container it needs `resources: limits: nvidia.com/gpu: 1` and NVIDIA's container toolkit"
)


def look(devices: Path = Path("/dev")) -> Iterator[Finding]:
    """Say what is seen of a GPU.

    Args:
        devices: the folder of device files.
    """
    by_tool = _nvidia_smi()
    if by_tool is not None:
        yield by_tool
    is_there = any(devices.glob(gpu.CARDS)) or (devices / gpu.WSL).exists()
    is_there = is_there or (by_tool is not None and by_tool.level == "ok")
    if is_there and os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        yield note("GPU", "CUDA_VISIBLE_DEVICES hides it, so models run on the CPU here")
    elif is_there:
        yield _torch()
    elif by_tool is None:
        yield ok("GPU", "none is seen, so models run on the CPU here")


def _nvidia_smi() -> Finding | None:
    """What NVIDIA's tool says; None where it is not there."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    step = f"the driver has to work before anything else does; {_IN_A_CONTAINER}"
    try:
        done = subprocess.run(
            [program, *_ASK_NVIDIA_SMI],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=NVIDIA_SMI_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return wrong("nvidia-smi", f"does not answer within {NVIDIA_SMI_SECONDS} s", step)
    except OSError as error:
        return wrong("nvidia-smi", f"{program} cannot be run: {error.strerror}", step)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    if done.returncode != 0 or not lines:
        said = one_line(" ".join([*lines, done.stderr]) or f"exit code {done.returncode}")
        return wrong("nvidia-smi", f"sees no GPU: {said}", step)
    return ok("nvidia-smi", one_line("; ".join(lines)))


def _torch() -> Finding:
    version = versions.installed("torch")
    if version is None:
        return note(
            "GPU",
            "one seems to be here, and is not used: PyTorch alone runs models on it",
            "pip install '.[torch]' in a clone of cvat-sam",
        )
    told = _told_by_torch()
    if isinstance(told, str):
        return wrong(
            "GPU",
            f"torch {version} cannot be asked about it: {told}",
            f"install it again: `{sys.executable} -c 'import torch'` should work",
        )
    cuda, names = told
    if names:
        return ok("GPU", f"torch {version} sees {', '.join(names)}")
    if cuda is None:
        return wrong(
            "GPU",
            f"one seems to be here, and torch {version} was built without CUDA",
            "install a build with CUDA, see https://pytorch.org/get-started/locally/",
        )
    return wrong(
        "GPU",
        f"one seems to be here, and torch {version}, built for CUDA {cuda}, does not see it",
        f"bring the driver up to date, as far as CUDA {cuda} (nvidia-smi shows which it can); "
        f"{_IN_A_CONTAINER}",
    )


def _told_by_torch() -> tuple[str | None, list[str]] | str:
    """For which CUDA it is built and the GPUs that it sees; or why it says nothing."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _ASK_TORCH],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TORCH_SECONDS,
            check=False,
        )
        told = json.loads(done.stdout.strip().rpartition("\n")[2])
        return told["cuda"], [one_line(name) for name in told["names"]]
    except subprocess.TimeoutExpired:
        return f"it does not answer within {TORCH_SECONDS} s"
    except OSError as error:
        return str(error.strerror)
    except (ValueError, KeyError, TypeError):
        lines = done.stderr.strip().splitlines()
        return one_line(lines[-1]) if lines else f"it ended with exit code {done.returncode}"
