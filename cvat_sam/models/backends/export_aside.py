"""Exports a model in a process of its own, so that this one never imports PyTorch."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import cvat_sam
from cvat_sam.exceptions import Unavailable
from cvat_sam.models.backends.wanted import Wanted
from cvat_sam.reporting import Reporter

# What the exporting process has to have. A name that cannot be imported ends it in a sentence; one
# that is not there is known without starting it.
NEEDED = ("torch", "segment_anything", "onnx")


def run(wanted: Wanted, reason: str) -> None:
    """Run `cvat-sam export`, and pass on what it says.

    Args:
        wanted: the model and its weights.
        reason: why there is something to export, as a sentence's beginning.

    Raises:
        Unavailable: it cannot be run here, or it failed.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise Unavailable(
            f"{reason}, and to export {wanted.name} here {' and '.join(missing)} would be needed; "
            f"run 'cvat-sam export {wanted.name}' where they are and copy the folder here"
        )
    command = [sys.executable, "-m", "cvat_sam", "export", wanted.name]
    if wanted.weights.own is not None:
        command += ["--checkpoint", str(wanted.weights.own)]
    with subprocess.Popen(
        command,
        env=os.environ | {"PYTHONPATH": _path()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        last = _passed_on(process, wanted.report)
    if process.returncode != 0:
        raise Unavailable(f"{wanted.name} could not be exported: {last}")


def _passed_on(process: "subprocess.Popen[str]", report: Reporter) -> str:
    """Say every line as it comes; returns the last one, which is the reason where it fails."""
    last = "it said nothing"
    assert process.stderr is not None  # noqa: S101  # it is a pipe
    for line in process.stderr:
        if stripped := line.strip():
            last = stripped.removeprefix("cvat-sam: ")
            report.say(last)
    return last


def _path() -> str:
    """Where modules are looked for, with this very package first."""
    here = str(Path(cvat_sam.__file__).parents[1])
    return os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
