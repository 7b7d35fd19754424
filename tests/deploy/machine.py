"""A machine for the scripts of deploy/: its programs are stand-ins that write down their words."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from known_flags import COMMANDS

ROOT = Path(__file__).parent.parent.parent
PROGRAM = f"""#!{sys.executable} -IS
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import standing_in
sys.exit(standing_in.stand_in())
"""

# All that the scripts take from the system: with these alone on PATH nothing else can be needed.
SYSTEM = ("awk", "basename", "bash", "cat", "dirname", "env", "grep", "mktemp", "rm", "tail", "tr")


def _hears_signals():
    """Under nohup or in the background all that is started ignores what a terminal sends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Machine:
    """A machine that has some of the programs.

    Args:
        folder: empty; a blank in its path must not matter, so there is one.
        has: the programs that it has.
    """

    def __init__(self, folder, *, has=tuple(COMMANDS)):
        self.folder = folder / "a machine"
        self.temporary = self.folder / "temporary files"
        self._programs = self.folder / "programs"
        for made in (self.temporary, self._programs):
            made.mkdir(parents=True)
        for name in SYSTEM:
            (self._programs / name).symlink_to(shutil.which(name))
        for name in has:
            (self._programs / name).write_text(PROGRAM)
            (self._programs / name).chmod(0o755)
        self._answers = []
        self.environment = {
            "PATH": str(self._programs),
            "TMPDIR": str(self.temporary),
            "STAND_INS": str(self.folder),
            "LC_ALL": "C.UTF-8",
        }
        if "cvat-sam" in has:
            self.environment["CVAT_SAM"] = str(self._programs / "cvat-sam")
        self.answer()

    def answer(self, *words, out="", err="", status=0, waits=False):
        """What calls are answered whose program and words include all of these.

        Of several answers that fit the last counts. A call for which there is none succeeds and
        says nothing.
        """
        if words:
            self._answers.append(
                {"words": words, "out": out, "err": err, "status": status, "waits": waits}
            )
        (self.folder / "answers").write_text(json.dumps(self._answers))

    def run(self, script, *arguments, cwd=None, **environment):
        return subprocess.run(
            [ROOT / "deploy" / script, *arguments],
            env=self.environment | environment,
            cwd=cwd or self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, script, *arguments):
        """The same in a process group of its own, as a terminal would."""
        return subprocess.Popen(
            [ROOT / "deploy" / script, *arguments],
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_hears_signals,
        )

    def calls(self, program=None, command=None):
        """What the programs were given, in order."""
        record = self.folder / "record"
        lines = record.read_text().splitlines() if record.exists() else []
        found = [json.loads(line) for line in lines]
        return [
            one
            for one in found
            if program in (None, one["program"]) and command in (None, one["command"])
        ]

    def call(self, program, command):
        [only] = self.calls(program, command)
        return only

    def left_behind(self):
        return sorted(os.listdir(self.temporary))
