"""What a stand-in of nuctl, docker, kubectl or cvat-sam does: it writes its words down and answers.

Hundreds are started, so it imports little.
"""

import json
import os
import sys
import time
from pathlib import Path

from known_flags import UnknownFlag, parsed

ROOT = Path(__file__).parent.parent.parent


def stand_in():
    """Do what the program of this process's name is asked, and return its exit status."""
    program, arguments = Path(sys.argv[0]).name, sys.argv[1:]
    folder = Path(os.environ["STAND_INS"])
    try:
        command, options, others = parsed(program, arguments)
    except UnknownFlag as error:
        sys.stderr.write(f"stand-in: {error}\n")
        return 64
    call = {"program": program, "command": command, "options": options, "others": others}
    if options.get("--filename") == "-":
        call["stdin"] = sys.stdin.read()
    if command == "stage":
        stage(*others)
    if command == "deploy":
        staged = Path(options["--path"])
        call["files"] = sorted(str(path.relative_to(staged)) for path in staged.rglob("*"))
        call["config"] = Path(options["--file"]).read_text()
    with (folder / "record").open("a") as record:
        record.write(json.dumps(call) + "\n")
    words = {program, *command.split(), *arguments}
    for answer in reversed(json.loads((folder / "answers").read_text())):
        if set(answer["words"]) <= words:
            sys.stdout.write(answer["out"])
            sys.stderr.write(answer["err"])
            while answer["waits"]:
                time.sleep(0.05)
            return answer["status"]
    return 0


def stage(kind, folder):
    """The least of a staged folder; what cvat-sam makes is for its own tests."""
    Path(folder).mkdir()
    config = ROOT / ("function.yaml" if kind == "interactor" else f"deploy/{kind}.yaml")
    (Path(folder) / "function.yaml").write_text(config.read_text())
    sys.stdout.write(f"{folder}\n")
