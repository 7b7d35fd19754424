"""Progress is drawn for a person at a terminal and for nobody else."""

import os
import pty
import subprocess
import sys

import pytest

PROGRAM = """
from cvat_sam.reporting import StandardError

report = StandardError()
report.say("fetching [weights].pt")
with report.transfer("weights.pt", 40_000_000) as advance:
    for done in (0, 10_000_000, 40_000_000):
        advance(done)
    {then}
"""


def run_on_a_terminal(program):
    ours, its = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=its, env=environment
    )
    os.close(its)
    seen = b""
    try:
        while more := os.read(ours, 4096):
            seen += more
    except OSError:
        pass  # Linux's way of saying that the other end is closed
    os.close(ours)
    stdout, _ = process.communicate(timeout=30)
    return seen.decode(), stdout


def test_a_terminal_gets_a_bar():
    seen, stdout = run_on_a_terminal(PROGRAM.format(then=""))
    assert "fetching [weights].pt" in seen
    assert "40.0/40.0 MB" in seen
    assert stdout == b""


def test_a_terminal_gets_its_cursor_back_when_a_transfer_fails():
    seen, _ = run_on_a_terminal(PROGRAM.format(then="raise KeyboardInterrupt"))
    hidden, shown = "\x1b[?25l", "\x1b[?25h"
    assert seen.count(hidden) == seen.count(shown) == 1
    assert seen.index(hidden) < seen.index(shown)


@pytest.mark.parametrize("then", ["", "raise SystemExit"])
def test_a_pipe_gets_sentences_and_no_bar(then):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(then=then)], capture_output=True, check=False
    )
    assert done.stdout == b""
    assert done.stderr == b"fetching [weights].pt\n"
