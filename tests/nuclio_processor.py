"""A real Nuclio processor as a process of its own, where this machine has one."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from serving import Hosted

VARIABLES = ("NUCLIO_PROCESSOR", "NUCLIO_PYTHON_WRAPPER_PATH")

needs_processor = pytest.mark.skipif(
    not all(os.environ.get(name) for name in VARIABLES),
    reason=(
        "needs a real Nuclio processor: set NUCLIO_PROCESSOR to the program and "
        "NUCLIO_PYTHON_WRAPPER_PATH to its _nuclio_wrapper.py"
    ),
)

START_SECONDS = 120


def plain_spec(
    *, worker_availability_timeout: float = 10, max_request_body_size: int = 33554432
) -> dict[str, Any]:
    """The least that a processor takes for a `spec`, with limits in seconds and bytes."""
    http = {
        "kind": "http",
        "numWorkers": 1,
        "workerAvailabilityTimeoutMilliseconds": int(worker_availability_timeout * 1000),
        "attributes": {"maxRequestBodySize": max_request_body_size},
    }
    return {
        "runtime": "python:3.11",
        "handler": "main:handler",
        "eventTimeout": "60s",
        "triggers": {"http": http},
    }


@contextlib.contextmanager
def processed(
    folder: Path,
    *,
    spec: dict[str, Any],
    home: Path,
    python: Path = Path(sys.executable),
    **settings: str,
) -> Iterator[Hosted]:
    """A processor that runs a folder's main.py on free ports of 127.0.0.1.

    Args:
        folder: has main.py.
        home: where configuration and log are written.
        python: the interpreter that runs main.py.
        spec: a function.yaml's `spec`; the address of its HTTP trigger is replaced.
        settings: environment variables on top of this process's own.
    """
    trigger_port, admin_port, health_port = free_ports(3)
    (config, platform, log) = (home / name for name in ("f.yaml", "platform.yaml", "processor.log"))
    # JSON is YAML.
    config.write_text(json.dumps(configuration(spec, port=trigger_port)))
    platform.write_text(
        json.dumps(
            {
                "kind": "local",
                "webAdmin": {"listenAddress": f"127.0.0.1:{admin_port}"},
                "healthCheck": {"listenAddress": f"127.0.0.1:{health_port}"},
                "logger": {
                    "sinks": {"out": {"kind": "stdout"}},
                    "system": [{"level": "debug", "sink": "out"}],
                    "functions": [{"level": "debug", "sink": "out"}],
                },
            }
        )
    )
    environment = {
        **os.environ,
        **settings,
        "NUCLIO_PYTHON_EXE_PATH": str(python),
        "NUCLIO_PYTHON_PATH": str(folder),
    }
    with (
        log.open("w") as stream,
        subprocess.Popen(
            [os.environ["NUCLIO_PROCESSOR"], "--config", config, "--platform-config", platform],
            cwd=home,
            env=environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        try:
            wait_until_ready(f"http://127.0.0.1:{health_port}/ready", process, log)
            yield Hosted(f"http://127.0.0.1:{trigger_port}", process, log)
        finally:
            # Asked politely, it takes ten seconds. Its workers are in its group.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            for path in re.findall(r"/tmp/nuclio-rpc-\w+\.sock", log.read_text()):  # noqa: S108
                Path(path).unlink(missing_ok=True)


def configuration(spec: dict[str, Any], *, port: int) -> dict[str, Any]:
    """The processor's own form of a function.yaml, listening on a port of 127.0.0.1."""
    (name,) = (n for n, t in spec["triggers"].items() if t["kind"] == "http")
    trigger = {**spec["triggers"][name], "name": name, "url": f"127.0.0.1:{port}"}
    return {
        "metadata": {
            "name": "f",
            "namespace": "nuclio",
            "labels": {"nuclio.io/project-name": "cvat"},
        },
        "spec": {**spec, "triggers": {**spec["triggers"], name: trigger}},
    }


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on; the processor says nothing when one is taken."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def wait_until_ready(url: str, process: subprocess.Popen[str], log: Path) -> None:
    """Wait for the processor's own word that every worker is ready."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the processor ended: {log.read_text()[-3000:]}"
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(url, timeout=5).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"not ready in {START_SECONDS} s: {log.read_text()[-3000:]}")
