"""What deploy/state.sh reads of a real processor's log."""

import subprocess
from pathlib import Path

import pytest
import requests
from function_requests import clicked
from nuclio_processor import needs_processor, plain_spec, processed

ROOT = Path(__file__).parent.parent.parent


@needs_processor
def test_start_and_replies_are_found_in_the_log(tmp_path, exported):
    with processed(ROOT, spec=plain_spec(), home=tmp_path, SAM_DEVICE="cpu") as function:
        for body in (clicked(), clicked(), {"image": "no image"}):
            requests.post(function.url, json=body, timeout=60)
    told = digest(function.log)
    assert set(told.pop("replies").split(", ")) == {"2 × 200", "1 × 400"}
    assert told == {"asked": "cpu", "ready": "cpu, openvino", "cannot": "", "total": "3"}


@needs_processor
def test_why_a_start_failed_is_found_in_the_log(tmp_path):
    failing = {"SAM_CHECKPOINT": str(tmp_path / "not there.pt")}
    with (
        pytest.raises(AssertionError, match="the processor ended"),
        processed(ROOT, spec=plain_spec(), home=tmp_path, **failing),
    ):
        pass
    told = digest(tmp_path / "processor.log")
    assert "not there.pt" in told["cannot"]
    assert "worker_id" not in told["cannot"]
    assert told["ready"] == ""


def digest(log):
    words = ["awk", "-v", "keep=1", "-f", str(ROOT / "deploy" / "digest.awk"), str(log)]
    lines = subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()
    told = dict(line.partition(" ")[::2] for line in lines)
    told.pop("told", None)
    return told
