"""deploy/remove.sh against stand-ins of nuctl, docker and kubectl."""

import json

import pytest
import yaml
from known_flags import COMMANDS
from machine import ROOT, Machine

NAMES = {
    "interactor": "cvat-sam-interactor",
    "detector": "cvat-sam-detector",
    "embedder": "pth-facebookresearch-sam-vit-h",
}


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def deployed(machine, name, **variables):
    """nuctl knows this function, with these variables in its environment."""
    env = [{"name": key, "value": value} for key, value in variables.items()]
    config = {"metadata": {"name": name}, "spec": {"env": env}, "status": {"state": "ready"}}
    machine.answer("nuctl", "get", "function", name, out=json.dumps(config, indent="\t"))


@pytest.mark.parametrize("kind", NAMES)
def test_names_are_those_of_the_files(kind):
    for suffix in ("", "-gpu"):
        stem = f"deploy/{kind}{suffix}.yaml" if kind + suffix != "interactor" else "function.yaml"
        config = yaml.safe_load((ROOT / stem).read_text())
        # A GPU's variant takes the place of the other.
        assert config["metadata"]["name"] == NAMES[kind]


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("by", ["kind", "name"])
def test_removes_what_is_deployed_here(machine, kind, by):
    name = NAMES[kind]
    deployed(machine, name, SAM_FUNCTION=kind)
    machine.answer("docker", "inspect", f"nuclio-nuclio-{name}", out=f"cvat-sam-{kind}:latest\n")
    run = machine.run("remove.sh", kind if by == "kind" else name)
    assert run.returncode == 0, run.stderr
    call = machine.call("nuctl", "delete function")
    assert call["others"] == [name]
    assert call["options"] == {"--platform": "local", "--namespace": "nuclio"}
    assert run.stdout == (
        f"{name} is removed.\nIts image stays: docker image rm cvat-sam-{kind}:latest\n"
    )
    assert machine.left_behind() == []


def test_removes_from_a_cluster_and_says_which_claim_stays(machine):
    deployed(machine, "cvat-sam-detector", SAM_FUNCTION="detector")
    machine.answer("kubectl", "get", "deployment", "nuclio-cvat-sam-detector", out="shared other")
    run = machine.run("remove.sh", "detector", "--platform", "kube", "--namespace", "mine")
    assert run.returncode == 0, run.stderr
    assert machine.call("nuctl", "delete function")["options"] == {
        "--platform": "kube",
        "--namespace": "mine",
    }
    for claim in ("shared", "other"):
        assert f"kubectl delete persistentvolumeclaim {claim} --namespace mine" in run.stdout
    # It is said, not done.
    assert {call["command"] for call in machine.calls("kubectl")} == {"get"}


def test_without_docker_the_image_is_named_as_well_as_can_be(tmp_path):
    machine = Machine(tmp_path, has=set(COMMANDS) - {"docker"})
    deployed(machine, "cvat-sam-detector", SAM_FUNCTION="detector")
    run = machine.run("remove.sh", "detector")
    assert run.returncode == 0
    assert "docker image ls lists it as cvat-sam-detector" in run.stdout


@pytest.mark.parametrize("status", [0, 1])
def test_nothing_to_remove_is_no_fault(machine, status):
    machine.answer("nuctl", "get", "function", out="No functions found", status=status)
    run = machine.run("remove.sh", "embedder")
    assert run.returncode == 0
    assert "is not deployed in the namespace nuclio; there is nothing to remove" in run.stdout
    assert machine.calls("nuctl", "delete function") == []


def test_cvats_own_function_of_that_name_stays(machine):
    deployed(machine, NAMES["embedder"], MODEL="vit_h")
    run = machine.run("remove.sh", "embedder")
    assert run.returncode == 2
    assert "that is deployed is not this project's" in run.stderr
    assert machine.calls("nuctl", "delete function") == []


def test_nuctl_that_cannot_look_is_said(machine):
    why = "\nError - exit status 1\n\nCall stack:\nCannot connect to the Docker daemon.\n"
    machine.answer("nuctl", "get", "function", err=why, status=1)
    run = machine.run("remove.sh", "interactor")
    assert run.returncode == 2
    assert (
        "nuctl could not look for cvat-sam-interactor: Cannot connect to the Docker" in run.stderr
    )
    assert machine.calls("nuctl", "delete function") == []


def test_failure_of_nuctl_is_the_scripts_failure(machine):
    deployed(machine, "cvat-sam-interactor", SAM_FUNCTION="interactor")
    why = "Function is being provisioned and cannot be deleted\n"
    machine.answer("nuctl", "delete", "function", err=why, status=1)
    run = machine.run("remove.sh", "interactor")
    assert run.returncode == 1
    assert run.stderr == why
    assert "is removed" not in run.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say which function"),
        (["nuclio"], "'nuclio' is no function of this project"),
        (["interactor", "detector"], "one function at a time, not 'detector'"),
        (["interactor", "--platform", "docker"], "--platform is local or kube, not 'docker'"),
        (["interactor", "--namespace"], "--namespace needs a value"),
        (["interactor", "--force"], "there is no option --force"),
    ],
)
def test_wrong_command_line_gets_one_sentence(machine, arguments, sentence):
    run = machine.run("remove.sh", *arguments)
    assert run.returncode == 2
    assert run.stderr.startswith("deploy/remove.sh: ")
    assert sentence in run.stderr
    assert run.stderr.count("\n") == 1
    assert machine.calls() == []


def test_program_that_is_missing_is_named(tmp_path):
    machine = Machine(tmp_path, has=set(COMMANDS) - {"nuctl"})
    run = machine.run("remove.sh", "interactor")
    assert run.returncode == 2
    assert "nuctl is not on PATH" in run.stderr


def test_help_lists_every_option(machine):
    run = machine.run("remove.sh", "--help")
    assert run.returncode == 0
    assert all(f"    {one} " in run.stdout for one in ("--platform", "--namespace"))
