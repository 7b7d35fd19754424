"""deploy/local.sh against a stand-in of nuctl that writes down what it was given."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
SCRIPT = ROOT / "deploy" / "local.sh"

NUCTL = f"""#!{sys.executable}
import json, os, pathlib, sys
arguments = sys.argv[1:]
record = {{"arguments": arguments}}
if "--path" in arguments:
    folder = pathlib.Path(arguments[arguments.index("--path") + 1])
    record["files"] = sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
    record["config"] = pathlib.Path(arguments[arguments.index("--file") + 1]).read_text()
with open(os.environ["RECORD"], "a") as file:
    print(json.dumps(record), file=file)
"""


def deploy(tmp_path, *arguments, nuctl=NUCTL):
    programs = tmp_path / "bin"
    programs.mkdir()
    if nuctl:
        (programs / "nuctl").write_text(nuctl)
        (programs / "nuctl").chmod(0o755)
    record = tmp_path / "record"
    record.touch()
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "RECORD": str(record),
        "TMPDIR": str(tmp_path),
    }
    run = subprocess.run(
        [SCRIPT, *arguments], env=environment, capture_output=True, text=True, cwd=tmp_path
    )
    return run, [json.loads(line) for line in record.read_text().splitlines()]


@pytest.mark.parametrize("kind", ["interactor", "detector", "embedder"])
def test_deploys_a_folder_with_what_the_function_needs_and_no_more(tmp_path, kind):
    run, [project, deployed] = deploy(tmp_path, kind)
    assert run.returncode == 0, run.stderr
    assert project["arguments"] == ["create", "project", "cvat", "--platform", "local"]
    assert deployed["arguments"][0] == "deploy"
    environment = yaml.safe_load(deployed["config"])["spec"]["env"]
    assert {"name": "SAM_FUNCTION", "value": kind} in environment
    files = set(deployed["files"])
    assert {"main.py", "function.yaml", "rle/cvat.py", "cvat_sam/settings.py"} <= files
    assert {"pyproject.toml", "constraints.txt"} <= files
    top = {name.partition("/")[0] for name in files}
    assert not top & {"tests", "benchmarks", "deploy", ".git", ".venv", "demo-output"}
    assert not any("__pycache__" in name for name in files)


def test_network_is_cvats_and_further_options_are_passed_on(tmp_path):
    _, [_, deployed] = deploy(tmp_path, "interactor", "--verbose")
    arguments = deployed["arguments"]
    platform = json.loads(arguments[arguments.index("--platform-config") + 1])
    assert platform == {"attributes": {"network": "cvat_cvat"}}
    assert arguments[arguments.index("--project-name") + 1] == "cvat"
    assert arguments[-1] == "--verbose"


def test_nothing_is_left_behind(tmp_path):
    deploy(tmp_path, "interactor")
    assert sorted(os.listdir(tmp_path)) == ["bin", "record"]


def test_failure_of_nuctl_is_the_scripts_failure(tmp_path):
    run, _ = deploy(tmp_path, "interactor", nuctl="#!/bin/sh\nexit 7\n")
    assert run.returncode == 7
    assert sorted(os.listdir(tmp_path)) == ["bin", "record"]


@pytest.mark.parametrize(
    ("arguments", "nuctl", "sentence"),
    [
        ([], NUCTL, "say which function: interactor, detector or embedder, not ''"),
        (["tracker"], NUCTL, "not 'tracker'"),
        (["detector"], None, "nuctl is not on PATH"),
    ],
)
def test_what_is_missing_is_said(tmp_path, arguments, nuctl, sentence):
    run, records = deploy(tmp_path, *arguments, nuctl=nuctl)
    assert run.returncode == 2
    assert sentence in run.stderr
    assert records == []
