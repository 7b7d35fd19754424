"""`cvat-sam sa1b` as people run it."""

import subprocess
import sys

COMMAND = [sys.executable, "-m", "cvat_sam.cli", "sa1b"]


def sa1b(folder, *words, **options):
    """Runs a command in a folder; never a traceback, nor a line of Ray's log."""
    ended = subprocess.run(
        [*COMMAND, *map(str, words)], cwd=folder, capture_output=True, text=True, **options
    )
    for line in (ended.stdout + ended.stderr).splitlines():
        assert "Traceback" not in line
        assert "ray" not in line.lower().replace("--ray-address", "") or line.startswith("cvat-sam")
    return ended
