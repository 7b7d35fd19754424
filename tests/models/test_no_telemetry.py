"""The runtimes leave nothing in the user's home and call nobody, whatever their wheels would do."""

import json
import os
import subprocess
import sys

import pytest

# Python's own connections are seen by the hook; OpenVINO's telemetry is written in Python.
PROGRAM = """
import json, sys
seen = []
sys.addaudithook(
    lambda event, values: seen.append(event)
    if event in ("socket.connect", "socket.getaddrinfo") else None
)
from cvat_sam.models import load
model = load("vit_t", device="cpu", backend=sys.argv[1])
model.warm_up()
import time
time.sleep(1)  # what is sent is sent on a thread
print(json.dumps([seen, model.backend.name]))
"""


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_a_start_speaks_to_nobody_and_leaves_nothing(backend, exported, tmp_path):
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "CVAT_SAM_CACHE": str(exported.folder.parent.parent),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, backend], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[], backend]
    assert list(home.rglob("*")) == []
    assert list(temporary.rglob("*")) == []
