"""deploy/local.sh against stand-ins of nuctl, docker and cvat-sam."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from known_flags import COMMANDS
from machine import Machine

ROOT = Path(__file__).parent.parent.parent
KINDS = ["interactor", "detector", "embedder"]
THROUGH_DASHBOARD = {"out": "yes\n"}


@pytest.fixture
def machine(tmp_path):
    """CVAT runs on it as its compose file makes it, and the project is not there yet."""
    machine = Machine(tmp_path)
    machine.answer("nuctl", "get", "project", out="No projects found", status=1)
    machine.answer("docker", "network", "cvat_cvat", out="cvat_cvat\n")
    return machine


def deployed(machine, *arguments, **environment):
    run = machine.run("local.sh", *arguments, **environment)
    assert run.returncode == 0, run.stderr
    return machine.call("nuctl", "deploy")


@pytest.mark.parametrize("kind", KINDS)
def test_deploys_what_was_staged(machine, kind):
    call = deployed(machine, kind)
    assert call["files"] == ["function.yaml"]
    environment = yaml.safe_load(call["config"])["spec"]["env"]
    assert {"name": "SAM_FUNCTION", "value": kind} in environment
    assert call["others"] == []
    options = call["options"]
    assert options.pop("--file") == options.pop("--path") + "/function.yaml"
    platform = json.loads(options.pop("--platform-config"))
    assert platform == {"attributes": {"network": "cvat_cvat"}}
    assert options == {
        "--project-name": "cvat",
        "--platform": "local",
        "--namespace": "nuclio",
    }


def test_makes_the_project_first(machine):
    deployed(machine, "interactor")
    order = [call["command"] for call in machine.calls("nuctl")]
    assert order == ["get project", "create project", "deploy"]
    create = machine.call("nuctl", "create project")
    assert create["others"] == ["cvat"]
    assert create["options"] == {"--platform": "local", "--namespace": "nuclio"}


def test_takes_a_project_that_is_there(machine):
    machine.answer("nuctl", "get", "project", out=" NAMESPACE | NAME \n")
    deployed(machine, "interactor")
    assert machine.calls("nuctl", "create project") == []


def test_stages_as_it_is_told(machine):
    deployed(machine, "--gpu", "detector", "--model=vit_b", "--port", "18099")
    call = machine.call("cvat-sam", "stage")
    assert call["others"][0] == "detector"
    assert call["options"] == {"--gpu": True, "--model": "vit_b", "--port": "18099"}


def test_network_and_namespace_can_be_others(machine):
    machine.answer("docker", "network", "other_cvat", out="other_cvat\n")
    call = deployed(machine, "interactor", CVAT_NETWORK="other_cvat")
    assert json.loads(call["options"]["--platform-config"])["attributes"]["network"] == "other_cvat"
    run = machine.run("local.sh", "interactor", "--network", "other_cvat", "--namespace", "mine")
    assert "deploy/state.sh interactor --namespace mine." in run.stdout
    assert "deploy/remove.sh interactor --namespace mine." in run.stdout
    call = machine.calls("nuctl", "deploy")[-1]
    assert json.loads(call["options"]["--platform-config"])["attributes"]["network"] == "other_cvat"
    assert call["options"]["--namespace"] == "mine"


def test_further_options_are_nuctls(machine):
    call = deployed(machine, "interactor", "--", "--verbose", "--env", "SAM_DEADLINE=50 s")
    assert call["options"]["--verbose"] is True
    assert call["options"]["--env"] == "SAM_DEADLINE=50 s"


def test_port_is_published_where_cvat_calls_it(machine):
    deployed(machine, "interactor")
    assert machine.call("cvat-sam", "stage")["options"] == {}


def test_no_port_is_published_where_cvat_calls_through_the_dashboard(machine):
    machine.answer("docker", "inspect", "cvat_server", **THROUGH_DASHBOARD)
    machine.answer("docker", "inspect", "cvat_worker_annotation", **THROUGH_DASHBOARD)
    deployed(machine, "interactor")
    assert machine.call("cvat-sam", "stage")["options"] == {"--no-port": True}


def test_port_is_published_where_one_of_cvats_two_callers_calls_it(machine):
    machine.answer("docker", "inspect", "cvat_server", **THROUGH_DASHBOARD)
    deployed(machine, "interactor")
    assert machine.call("cvat-sam", "stage")["options"] == {}


def test_port_that_is_asked_for_is_published(machine):
    for container in ("cvat_server", "cvat_worker_annotation"):
        machine.answer("docker", "inspect", container, **THROUGH_DASHBOARD)
    deployed(machine, "interactor", "--port", "18099")
    assert machine.call("cvat-sam", "stage")["options"] == {"--port": "18099"}


def test_passwords_of_cvats_containers_stay_in_docker(machine):
    deployed(machine, "interactor")
    for call in machine.calls("docker", "inspect"):
        assert 'eq . "CVAT_NUCLIO_INVOKE_METHOD=dashboard"' in call["options"]["--format"]
        assert "println" not in call["options"]["--format"]


def test_no_port_is_warned_of_where_cvat_needs_one(machine):
    run = machine.run("local.sh", "interactor", "--no-port")
    assert run.returncode == 0
    assert "will not reach this function" in run.stderr
    assert machine.call("cvat-sam", "stage")["options"] == {"--no-port": True}
    for container in ("cvat_server", "cvat_worker_annotation"):
        machine.answer("docker", "inspect", container, **THROUGH_DASHBOARD)
    assert machine.run("local.sh", "interactor", "--no-port").stderr == ""


@pytest.mark.parametrize("kind", KINDS)
def test_says_where_cvat_shows_it(machine, kind):
    run = machine.run("local.sh", kind)
    expected = "Automatic annotation" if kind == "detector" else "under Interactors"
    assert expected in run.stdout
    assert f"deploy/state.sh {kind}" in run.stdout
    # What only a build could tell is not told.
    assert "image" not in run.stdout


def test_help_says_what_is_open(machine):
    run = machine.run("local.sh", "--help")
    assert run.returncode == 0
    assert "set -euo" not in run.stdout
    for option in ("--gpu", "--model", "--port", "--no-port", "--network", "--namespace"):
        assert f"    {option} " in run.stdout
    text = " ".join(run.stdout.split())
    assert "Nuclio's dashboard has no password" in text
    assert "whoever reaches the port can have masks made" in text
    assert machine.calls() == []


def test_nothing_is_left_behind(machine):
    deployed(machine, "interactor")
    assert machine.left_behind() == []


@pytest.mark.parametrize(
    ("words", "status"), [(("nuctl", "deploy"), 7), (("cvat-sam", "stage"), 2)]
)
def test_failure_of_a_step_is_the_scripts_failure(machine, words, status):
    machine.answer(*words, err="why\n", status=status)
    run = machine.run("local.sh", "interactor")
    assert run.returncode == status
    assert run.stderr == "why\n"
    assert "is deployed" not in run.stdout
    assert machine.left_behind() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_behind_where_somebody_stops_it(machine, number):
    machine.answer("nuctl", "deploy", waits=True)
    process = machine.start("local.sh", "interactor")
    while not machine.calls("nuctl", "deploy"):
        assert process.poll() is None
        time.sleep(0.02)
    assert len(machine.left_behind()) == 1
    os.killpg(process.pid, number)
    assert process.wait() == 128 + number
    assert machine.left_behind() == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say which function: interactor, detector or embedder, not ''"),
        (["tracker"], "not 'tracker'"),
        (["interactor", "detector"], "one function at a time, not 'detector' after interactor"),
        (["detector", "--verbose"], "there is no option --verbose; --help lists them"),
        (["detector", "--model"], "--model needs a value"),
        (["detector", "--model", "--gpu"], "--model needs a value"),
        (["detector", "--port="], "--port needs a value"),
        (["detector", "--port", "http"], "--port takes a number from 1 on, not 'http'"),
        (["detector", "--port", "0"], "--port takes a number from 1 on, not '0'"),
        (["detector", "--port", "65536"], "--port is 65535 at most, not 65536"),
        (["detector", "--port", "1", "--no-port"], "--port and --no-port exclude each other"),
        (["detector", "--no-port", "--port", "1"], "--port and --no-port exclude each other"),
        (["detector", "--gpu=yes"], "--gpu takes no value"),
        (["--gpu=detector"], "--gpu takes no value"),
        (["detector", "--network", 'a"b'], "--network takes a name of letters"),
        (["detector", "--namespace", "a b"], "--namespace takes a name of letters"),
    ],
)
def test_wrong_command_line_gets_one_sentence(machine, arguments, sentence):
    run = machine.run("local.sh", *arguments)
    assert run.returncode == 2
    assert run.stderr.startswith("deploy/local.sh: ")
    assert sentence in run.stderr
    assert run.stderr.count("\n") == 1
    assert machine.calls() == []


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("nuctl", "nuctl is not on PATH"),
        ("docker", "docker is not on PATH"),
    ],
)
def test_program_that_is_missing_is_named(tmp_path, missing, sentence):
    machine = Machine(tmp_path, has=set(COMMANDS) - {missing})
    run = machine.run("local.sh", "interactor")
    assert run.returncode == 2
    assert sentence in run.stderr
    assert machine.calls() == []


def test_cvat_sam_that_cannot_be_run_is_named(machine):
    run = machine.run("local.sh", "interactor", CVAT_SAM="/nowhere/cvat-sam")
    assert run.returncode == 2
    assert "CVAT_SAM is '/nowhere/cvat-sam', which cannot be run" in run.stderr
    assert machine.calls() == []


@pytest.mark.parametrize(
    "complaint",
    [
        "Error response from daemon: network cvat_cvat not found\n",
        "Error: No such network: cvat_cvat\n",
    ],
)
def test_network_that_is_not_there_is_said(machine, complaint):
    machine.answer("docker", "network", "inspect", out="[]\n", err=complaint, status=1)
    machine.answer("docker", "network", "ls", out="bridge\nhost\nannotation_cvat\n")
    run = machine.run("local.sh", "interactor")
    assert run.returncode == 2
    assert "there is no network 'cvat_cvat'" in run.stderr
    assert "(there are: bridge host annotation_cvat)" in run.stderr
    assert machine.calls("cvat-sam") == machine.calls("nuctl") == []


def test_docker_that_may_not_be_used_is_said(machine):
    complaint = "permission denied while trying to connect to the Docker daemon socket\n"
    machine.answer("docker", "network", "inspect", out="[]\n", err=complaint, status=1)
    run = machine.run("local.sh", "interactor")
    assert run.returncode == 2
    assert f"docker says: {complaint}" in run.stderr


def test_folder_that_nuctl_cannot_write_to_is_said(machine):
    # Root can write to any folder but those of this kind.
    run = machine.run("local.sh", "interactor", cwd="/proc/self")
    assert run.returncode == 2
    assert "nuctl writes files to the present folder, /proc/" in run.stderr
    assert machine.calls() == []


def test_option_that_nuctl_does_not_document_fails(machine):
    run = machine.run("local.sh", "interactor", "--", "--colour", "red")
    assert run.returncode == 64
    assert "nuctl deploy has no --colour" in run.stderr


def test_cvat_sam_of_this_checkout_stages(machine):
    """The real one: what nuctl is given is what it staged."""
    run = subprocess.run(
        [ROOT / "deploy" / "local.sh", "interactor", "--no-port"],
        env={
            **os.environ,
            **machine.environment,
            "PATH": f"{machine.environment['PATH']}:{os.environ['PATH']}",
            "CVAT_SAM": str(Path(sys.executable).parent / "cvat-sam"),
        },
        cwd=machine.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    call = machine.call("nuctl", "deploy")
    assert {"main.py", "function.yaml", "requirements.txt", "rle/cvat.py"} <= set(call["files"])
    assert any(name.startswith("cache/exported/vit_t") for name in call["files"])
    trigger = yaml.safe_load(call["config"])["spec"]["triggers"]["http"]
    assert trigger["attributes"]["disablePortPublishing"] is True
    assert "port" not in trigger["attributes"]
    assert machine.left_behind() == []
