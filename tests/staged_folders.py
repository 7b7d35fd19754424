"""Staged folders, run as their container would run them: on their own, and without a network."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from serving import Hosted

ROOT = Path(__file__).resolve().parent.parent
IN_THE_IMAGE = "/opt/nuclio"
# As every other test of the function has it: two cores, a small grid, and however long it takes.
OF_THIS_MACHINE = {"SAM_POINTS_PER_SIDE": "8", "SAM_DEADLINE": "100000"}

# Python imports it at the start of every interpreter on whose path it is.
NO_NETWORK = """
import sys

def refuse(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if host != "127.0.0.1":
        raise OSError(f"the test allows no network: {event} {host}")

sys.addaudithook(refuse)
"""

HOST = """
import json
from pathlib import Path

from cvat_sam.serve import serve

def ready(url):
    import cvat_sam, main, rle, sys
    modules = {name: sys.modules[name].__file__ for name in ("cvat_sam", "main", "rle")}
    print(json.dumps({"url": url, "modules": modules, "path": sys.path}), flush=True)

serve(path=Path(FOLDER), ready=ready)
"""


def staged(kind: str, folder: Path, *options: str) -> Path:
    """`cvat-sam stage`, in a process of its own as the scripts run it."""
    command = [sys.executable, "-m", "cvat_sam", "stage", kind, str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def configuration(folder: Path) -> dict[str, Any]:
    """Its function.yaml."""
    return yaml.safe_load((folder / "function.yaml").read_text())


def python_of(folder: Path, place: Path) -> Path:
    """An interpreter with what Nuclio brings and what the folder's own build installs.

    Args:
        folder: a staged one.
        place: where it is made, unless another test with the same requirements has made it.
    """
    python = place / "bin" / "python"
    if python.exists():
        return python
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    # Nuclio brings its own versions of these two, whichever they are.
    words = ["-m", "pip", "install", "--quiet", "nuclio-sdk", "msgpack"]
    subprocess.run([python, *words], check=True)
    install = configuration(folder)["spec"]["build"]["directives"]["postCopy"][0]["value"]
    # In an image pip's cache would be ballast; here it is the machine's.
    install = install.replace(IN_THE_IMAGE, str(folder)).replace("--no-cache-dir ", "")
    path = f"{python.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-c", install],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return python


def environment(folder: Path, home: Path, **settings: str) -> dict[str, str]:
    """What its container has for variables, at the folder's place here, and no network.

    Args:
        folder: a staged one.
        home: of the user that it runs as; is written.
        settings: on top of the function.yaml's.
    """
    guard = home / "guard"
    guard.mkdir(parents=True, exist_ok=True)
    (guard / "sitecustomize.py").write_text(NO_NETWORK)
    deployed = {
        variable["name"]: variable["value"].replace(IN_THE_IMAGE, str(folder))
        for variable in configuration(folder)["spec"]["env"]
    }
    nowhere = "http://127.0.0.1:9"
    return {
        **deployed,
        **OF_THIS_MACHINE,
        "HOME": str(home),
        "PATH": os.defpath,
        # Nuclio puts the folder's place in front.
        "PYTHONPATH": f"{folder}:{guard}",
        # So that what is written is what the function writes.
        "PYTHONDONTWRITEBYTECODE": "1",
        **dict.fromkeys(["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"], nowhere),
        **settings,
    }


@contextlib.contextmanager
def hosted(
    folder: Path, *, python: Path, home: Path, **settings: str
) -> Iterator[tuple[Hosted, dict[str, Any]]]:
    """The folder's main.py behind `cvat_sam.serve`'s sockets, and what the host says of itself."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / "serve.log"
    with (
        log.open("w") as stream,
        subprocess.Popen(
            [python, "-c", HOST.replace("FOLDER", repr(str(folder)))],
            cwd=home,
            env=environment(folder, home, **settings),
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, log.read_text()
            said = json.loads(line)
            yield Hosted(said["url"], process, log), said
        finally:
            process.terminate()
