"""deploy/kubernetes.sh against stand-ins of nuctl, kubectl, docker and cvat-sam."""

import pytest
import yaml
from known_flags import COMMANDS
from machine import Machine

KINDS = ["interactor", "detector", "embedder"]
REGISTRY = ("--registry", "registry.example:5000/team")


@pytest.fixture
def machine(tmp_path):
    """A cluster with neither the project nor a claim."""
    machine = Machine(tmp_path)
    machine.answer("nuctl", "get", "project", out="No projects found", status=1)
    return machine


def there_is(machine, claim, modes, size="10Gi"):
    machine.answer("kubectl", "get", claim, "jsonpath={.spec.accessModes[*]}", out=modes)
    machine.answer("kubectl", "get", claim, "jsonpath={.spec.resources.requests.storage}", out=size)


def deployed(machine, *arguments, **environment):
    run = machine.run("kubernetes.sh", *arguments, **environment)
    assert run.returncode == 0, run.stderr
    return machine.call("nuctl", "deploy")


@pytest.mark.parametrize("kind", KINDS)
def test_deploys_what_was_staged_with_a_claim_of_its_own(machine, kind):
    call = deployed(machine, kind, *REGISTRY)
    options = call["options"]
    assert options.pop("--file") == options.pop("--path") + "/function.yaml"
    assert options == {
        "--project-name": "cvat",
        "--platform": "kube",
        "--namespace": "nuclio",
        "--registry": REGISTRY[1],
        # Nine tenths of 10 GiB, in megabytes.
        "--env": "SAM_EMBEDDINGS_DIR_MB=9216",
    }
    claim = f"cvat-sam-{kind}-embeddings"
    stage = machine.call("cvat-sam", "stage")
    assert stage["others"][0] == kind
    assert stage["options"] == {"--replicas": "1", "--claim": claim}
    apply = machine.call("kubectl", "apply")
    assert yaml.safe_load(apply["stdin"]) == {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": claim, "namespace": "nuclio"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "10Gi"}},
        },
    }


def test_nothing_is_made_in_the_cluster_before_the_folder_is_staged(machine):
    machine.answer("cvat-sam", "stage", err="cvat-sam: there is no model 'foo'", status=2)
    run = machine.run("kubernetes.sh", "detector", *REGISTRY, "--model", "foo")
    assert run.returncode == 2
    assert "there is no model 'foo'" in run.stderr
    assert [call["command"] for call in machine.calls("kubectl")] == ["get"]
    assert machine.calls("nuctl") == []


def test_replicas_share_a_claim_that_all_nodes_can_write(machine):
    deployed(
        machine,
        *("interactor", *REGISTRY, "--replicas", "4", "--gpu", "--model", "vit_h"),
        *("--cache-size", "500Mi", "--storage-class", "nfs", "--namespace", "cvat"),
    )
    stage = machine.call("cvat-sam", "stage")
    assert stage["options"] == {
        "--replicas": "4",
        "--claim": "cvat-sam-interactor-embeddings",
        "--gpu": True,
        "--model": "vit_h",
    }
    claim = yaml.safe_load(machine.call("kubectl", "apply")["stdin"])
    assert claim["metadata"]["namespace"] == "cvat"
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert claim["spec"]["storageClassName"] == "nfs"
    assert claim["spec"]["resources"]["requests"]["storage"] == "500Mi"
    call = machine.call("nuctl", "deploy")
    assert call["options"]["--env"] == "SAM_EMBEDDINGS_DIR_MB=450"
    assert call["options"]["--namespace"] == "cvat"


def test_claim_that_is_there_stays_as_it_is(machine):
    there_is(machine, "cvat-sam-interactor-embeddings", "ReadWriteMany", "20Gi")
    run = machine.run("kubernetes.sh", "interactor", *REGISTRY, "--cache-size", "5Gi")
    assert run.returncode == 0
    assert "is there and stays as it is" in run.stderr
    assert machine.calls("kubectl", "apply") == []
    options = machine.call("nuctl", "deploy")["options"]
    assert options["--env"] == "SAM_EMBEDDINGS_DIR_MB=18432"


def test_claim_that_is_named_is_taken_and_its_size_is_not_ours(machine):
    there_is(machine, "shared", "ReadWriteOnce ReadWriteMany")
    call = deployed(machine, "interactor", *REGISTRY, "--claim", "shared", "--replicas", "2")
    assert machine.calls("kubectl", "apply") == []
    assert machine.call("cvat-sam", "stage")["options"]["--claim"] == "shared"
    assert "--env" not in call["options"]


def test_claim_with_a_size_in_another_unit_leaves_the_functions_own_limit(machine):
    there_is(machine, "cvat-sam-interactor-embeddings", "ReadWriteOnce", "1T")
    assert "--env" not in deployed(machine, "interactor", *REGISTRY)["options"]


def test_registry_can_come_from_nuctls_variable(machine):
    call = deployed(machine, "interactor", "--run-registry=inside:5000", NUCTL_REGISTRY="outside")
    assert call["options"]["--registry"] == "outside"
    assert call["options"]["--run-registry"] == "inside:5000"


def test_project_is_made_where_the_function_goes(machine):
    deployed(machine, "interactor", *REGISTRY, "--namespace", "mine")
    create = machine.call("nuctl", "create project")
    assert create["options"] == {"--platform": "kube", "--namespace": "mine"}
    machine.answer("nuctl", "get", "project", out=" NAMESPACE | NAME \n")
    machine.run("kubernetes.sh", "interactor", *REGISTRY)
    assert len(machine.calls("nuctl", "create project")) == 1


def test_further_options_are_nuctls_and_come_last(machine):
    call = deployed(
        machine, "interactor", *REGISTRY, "--", "--env", "SAM_EMBEDDINGS_DIR_MB=100", "--verbose"
    )
    assert call["options"]["--env"] == ["SAM_EMBEDDINGS_DIR_MB=9216", "SAM_EMBEDDINGS_DIR_MB=100"]
    assert call["options"]["--verbose"] is True


def test_says_what_comes_next(machine):
    run = machine.run("kubernetes.sh", "detector", *REGISTRY, "--namespace", "mine")
    assert "deploy/state.sh detector --platform kube --namespace mine" in run.stdout
    assert "deploy/remove.sh detector --platform kube --namespace mine" in run.stdout


def test_help_lists_every_option(machine):
    run = machine.run("kubernetes.sh", "--help")
    assert run.returncode == 0
    for option in (
        *("--registry", "--run-registry", "--gpu", "--model", "--replicas", "--namespace"),
        *("--claim", "--cache-size", "--storage-class"),
    ):
        assert f"    {option} " in run.stdout
    assert machine.calls() == []


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("kubectl", "apply"), 1),
        (("cvat-sam", "stage"), 2),
        (("nuctl", "create", "project"), 1),
        (("nuctl", "deploy"), 7),
    ],
)
def test_failure_of_a_step_is_the_scripts_failure(machine, words, status):
    machine.answer(*words, err="why\n", status=status)
    run = machine.run("kubernetes.sh", "interactor", *REGISTRY)
    assert run.returncode == status
    assert "why\n" in run.stderr
    assert "is deployed" not in run.stdout
    last = machine.calls()[-1]
    assert [last["program"], *last["command"].split()] == list(words)
    assert machine.left_behind() == []


def test_nothing_is_left_behind(machine):
    deployed(machine, "interactor", *REGISTRY)
    assert machine.left_behind() == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say which function"),
        (["tracker"], "not 'tracker'"),
        (["interactor"], "--registry says where the image is pushed"),
        (["interactor", "--replicas", "0"], "--replicas takes a number from 1 on, not '0'"),
        (["interactor", "--replicas", "two"], "--replicas takes a number from 1 on, not 'two'"),
        (["interactor", "--registry"], "--registry needs a value"),
        (["interactor", "--port", "1"], "there is no option --port"),
        (["interactor", "--cache-size", "10"], "--cache-size is 10Mi at least, a number with Mi"),
        (["interactor", "--cache-size", "9Mi"], "--cache-size is 10Mi at least"),
        (["interactor", "--cache-size", "1.5Gi"], "not '1.5Gi'"),
        (["interactor", "--claim", "a: b"], "--claim takes a name of letters"),
        (["interactor", *REGISTRY, "--claim", "a", "--cache-size", "1Gi"], "--claim names one"),
        (["interactor", *REGISTRY, "--storage-class", "a", "--claim", "b"], "--claim names one"),
    ],
)
def test_wrong_command_line_gets_one_sentence(machine, arguments, sentence):
    run = machine.run("kubernetes.sh", *arguments)
    assert run.returncode == 2
    assert run.stderr.startswith("deploy/kubernetes.sh: ")
    assert sentence in run.stderr
    assert run.stderr.count("\n") == 1
    assert machine.calls() == []


@pytest.mark.parametrize("missing", ["nuctl", "docker", "kubectl"])
def test_program_that_is_missing_is_named(tmp_path, missing):
    machine = Machine(tmp_path, has=set(COMMANDS) - {missing})
    run = machine.run("kubernetes.sh", "interactor", *REGISTRY)
    assert run.returncode == 2
    assert f"{missing} is not on PATH" in run.stderr
    assert machine.calls() == []


def test_claim_of_one_node_is_refused_for_several_replicas(machine):
    there_is(machine, "cvat-sam-interactor-embeddings", "ReadWriteOnce")
    run = machine.run("kubernetes.sh", "interactor", *REGISTRY, "--replicas", "2")
    assert run.returncode == 2
    assert "2 replicas need a claim with ReadWriteMany" in run.stderr
    assert "has ReadWriteOnce" in run.stderr
    assert {call["command"] for call in machine.calls()} == {"get"}


def test_claim_that_is_named_and_not_there_is_refused(machine):
    run = machine.run("kubernetes.sh", "interactor", *REGISTRY, "--claim", "gone")
    assert run.returncode == 2
    assert "there is no claim gone in the namespace nuclio" in run.stderr
    assert {call["command"] for call in machine.calls()} == {"get"}


def test_cluster_that_cannot_be_reached_is_said(machine):
    machine.answer("kubectl", "get", err="connection refused\n", status=1)
    run = machine.run("kubernetes.sh", "interactor", *REGISTRY)
    assert run.returncode == 2
    assert "connection refused\n" in run.stderr
    assert "kubectl could not look for the claim cvat-sam-interactor-embeddings" in run.stderr
    assert machine.calls("nuctl") == []
