"""Every function.yaml as Nuclio and CVAT read it."""

import copy
import itertools
import json
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from cvat_sam.serve.host import MAX_REQUEST_BODY_SIZE, WORKER_AVAILABILITY_TIMEOUT
from cvat_sam.settings import FunctionKind, Settings
from cvat_sam.staging import Wish, checkout, configuration

ROOT = Path(__file__).parent.parent.parent
KINDS = get_args(FunctionKind)
CVAT_WAITS = 120

# The fields of Nuclio's function configuration that may be in ours, and what they hold. Read in
# Nuclio 1.13 and 1.14: pkg/functionconfig/types.go, for the trigger's attributes GetHTTPPort there
# and pkg/processor/trigger/http/types.go, for the platform's pkg/platform/local/types.go. nuctl
# says nothing of a misspelt one.
VARIABLE = {"name": str, "value": str}
VOLUME = {"name": str, "persistentVolumeClaim": {"claimName": str}}
FIELDS = {
    "metadata": {"name": str, "namespace": str, "annotations": {...: str}},
    "spec": {
        "description": str,
        "runtime": str,
        "handler": str,
        "eventTimeout": str,
        "readinessTimeoutSeconds": int,
        "resources": {"limits": {"nvidia.com/gpu": int}},
        "env": [VARIABLE],
        "build": {
            "image": str,
            "baseImage": str,
            "directives": {"postCopy": [{"kind": str, "value": str}]},
        },
        "triggers": {
            "http": {
                "kind": str,
                "numWorkers": int,
                "workerAvailabilityTimeoutMilliseconds": int,
                "attributes": {
                    "maxRequestBodySize": int,
                    "port": int,
                    "disablePortPublishing": bool,
                },
            }
        },
        "platform": {"attributes": {"network": str, "restartPolicy": {"name": str}}},
        "minReplicas": int,
        "maxReplicas": int,
        "volumes": [{"volume": VOLUME, "volumeMount": {"name": str, "mountPath": str}}],
        "securityContext": {"fsGroup": int},
    },
}
# What CVAT reads of the annotations; another would be ignored without a word.
ANNOTATIONS = {
    "name",
    "type",
    "spec",
    "version",
    "min_pos_points",
    "min_neg_points",
    "startswith_box_optional",
    "help_message",
}
STAGED = {
    "as it is": {},
    "no port": {"publish_port": False},
    "another port": {"port": 19000},
    "replicas": {"replicas": 3},
    "a claim": {"claim": "embeddings"},
    "both": {"replicas": 2, "claim": "cvat-sam.embeddings"},
}


def read(kind, *, gpu):
    return yaml.safe_load(checkout.variant(kind, gpu=gpu).read_text())


def staged(kind, *, gpu=False, checkpoint=None, **wish):
    text = configuration.text(Wish(kind=kind, gpu=gpu, **wish), checkpoint=checkpoint)
    return yaml.safe_load(text)


def variables(config):
    return {variable["name"]: variable["value"] for variable in config["spec"]["env"]}


def unknown(value, known, place=""):
    """The places in a configuration that are not a known field, or hold something else."""
    if isinstance(known, dict):
        if not isinstance(value, dict):
            return [place]
        return [
            found
            for key, inner in value.items()
            for found in (
                unknown(inner, known.get(key, known.get(...)), f"{place}.{key}")
                if key in known or ... in known
                else [f"{place}.{key}"]
            )
        ]
    if isinstance(known, list):
        if not isinstance(value, list):
            return [place]
        return [found for item in value for found in unknown(item, known[0], f"{place}[]")]
    return [] if type(value) is known else [place]


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(params=[False, True], ids=["cpu", "gpu"])
def gpu(request):
    return request.param


@pytest.fixture
def config(kind, gpu):
    return read(kind, gpu=gpu)


def test_there_is_a_file_for_each_variant_and_no_other():
    files = {checkout.variant(kind, gpu=gpu) for kind in KINDS for gpu in (False, True)}
    assert {ROOT / "function.yaml", *(ROOT / "deploy").glob("*.yaml")} == files
    assert len(files) == 6


@pytest.mark.parametrize("wish", STAGED.values(), ids=STAGED)
def test_every_key_is_a_field_of_nuclios(kind, gpu, wish):
    config = staged(kind, gpu=gpu, **wish)
    assert unknown(config, FIELDS) == []
    assert unknown(read(kind, gpu=gpu), FIELDS) == []
    misspelt = copy.deepcopy(config)
    misspelt["spec"]["triggers"]["http"]["maxWorkers"] = 1
    misspelt["spec"]["env"][0]["value"] = 1
    places = [".spec.env[].value", ".spec.triggers.http.maxWorkers"]
    assert sorted(unknown(misspelt, FIELDS)) == places


def test_environment_is_one_that_the_function_takes(kind, gpu, config):
    environment = variables(config)
    assert len(environment) == len(config["spec"]["env"])
    settings = Settings.from_environment(environment)
    assert settings.function == kind
    assert settings.device == ("cuda" if gpu else "cpu")
    known = {*Settings().variables(), "SAM_CHECKPOINT", "SAM_EMBEDDINGS_DIR"}
    others = {"CVAT_SAM_CACHE": "/opt/nuclio/cache"}
    if not gpu:
        others["ORT_DISABLE_TELEMETRY"] = "1"
    assert {name: environment[name] for name in set(environment) - known} == others


def test_annotations_are_those_that_cvat_reads(kind, config):
    annotations = config["metadata"]["annotations"]
    assert set(annotations) <= ANNOTATIONS
    assert all(isinstance(value, str) for value in annotations.values())
    assert annotations["type"] == ("detector" if kind == "detector" else "interactor")
    labels = json.loads(annotations["spec"])
    if kind == "detector":
        assert labels == [{"id": 0, "name": "object", "type": "mask", "attributes": []}]
    else:
        assert labels == []
        assert annotations["version"] == "2"
        assert int(annotations["min_pos_points"]) == 1
        # 0 lets negative points be given, -1 forbids them.
        assert int(annotations["min_neg_points"]) == 0
        # CVAT reads any text as true.
        assert annotations.get("startswith_box_optional", "true") == "true"


def test_embedder_alone_has_the_name_that_cvats_plugin_knows(kind, config):
    special = config["metadata"]["name"] == "pth-facebookresearch-sam-vit-h"
    assert special == (kind == "embedder")
    # What docker and Kubernetes take for a name.
    assert re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", config["metadata"]["name"])


def test_handler_and_runtime_are_there(config):
    spec = config["spec"]
    module, hook = spec["handler"].split(":")
    assert (ROOT / f"{module}.py").is_file()
    assert hook == "handler"
    runtime = spec["runtime"].removeprefix("python:")
    # nuctl's wheels are for the runtime's minor version: the image must have the same.
    assert spec["build"]["baseImage"].startswith(f"python:{runtime}.")


def test_the_build_installs_the_staged_requirements_and_no_more(kind, gpu, config):
    build = config["spec"]["build"]
    install, user, _ = build["directives"]["postCopy"]
    assert install["kind"] == user["kind"] == "RUN"
    command = "python -m pip install --no-cache-dir -r /opt/nuclio/requirements.txt"
    without = " && python -m pip uninstall --yes openvino-telemetry"
    assert install["value"] == (command if gpu else command + without)
    assert build["image"] == f"cvat-sam-{kind}" + ("-gpu" if gpu else "")


def test_the_container_is_not_root(config):
    *_, user, last = config["spec"]["build"]["directives"]["postCopy"]
    number = configuration.GROUP
    # By number, and last: Docker takes the last one, Kubernetes looks whether it is 0.
    assert last == {"kind": "USER", "value": f"{number}:{number}"}
    assert number > 0
    assert f"useradd --uid {number} --user-group " in user["value"]
    assert "securityContext" not in config["spec"]


def test_limits_fit_each_other(kind, config):
    spec = config["spec"]
    trigger = spec["triggers"]["http"]
    assert trigger["kind"] == "http"
    # `cvat-sam serve` has the limits of a deployment.
    assert trigger["attributes"]["maxRequestBodySize"] == MAX_REQUEST_BODY_SIZE == 32 * 2**20
    wait = 10 if kind == "detector" else WORKER_AVAILABILITY_TIMEOUT
    assert trigger["workerAvailabilityTimeoutMilliseconds"] == 1000 * wait < 1000 * CVAT_WAITS
    seconds = int(re.fullmatch(r"(\d+)s", spec["eventTimeout"])[1])
    assert seconds >= 110
    # Nuclio's own is 120.
    assert spec["readinessTimeoutSeconds"] >= 300
    assert trigger["numWorkers"] == 1


def test_the_detector_answers_while_cvat_still_waits(gpu):
    config = read("detector", gpu=gpu)
    deadline = float(variables(config)["SAM_DEADLINE"])
    spec = config["spec"]
    wait = spec["triggers"]["http"]["workerAvailabilityTimeoutMilliseconds"] / 1000
    assert 60 <= deadline <= deadline + wait <= CVAT_WAITS - 10
    # Nuclio is not to kill a worker that is making its reply.
    assert int(spec["eventTimeout"].removesuffix("s")) >= 2 * deadline


def test_ports_are_fixed_and_each_kinds_own():
    ports = {
        (kind, gpu): read(kind, gpu=gpu)["spec"]["triggers"]["http"]["attributes"]["port"]
        for kind, gpu in itertools.product(KINDS, (False, True))
    }
    # One variant takes the other's place, and CVAT finds it where it was.
    assert all(ports[kind, False] == ports[kind, True] for kind in KINDS)
    chosen = {ports[kind, False] for kind in KINDS}
    assert len(chosen) == len(KINDS)
    # Above those that need root, below those that Linux gives out by itself, and not those of
    # CVAT's compose: its own, Nuclio's dashboard, Traefik's, Grafana's.
    assert all(1024 <= port < 32768 for port in chosen)
    assert not chosen & {8080, 8070, 8090, 3000, 9000}


def test_a_gpu_changes_only_what_it_must(kind):
    cpu, gpu = read(kind, gpu=False), read(kind, gpu=True)
    assert gpu["spec"].pop("resources") == {"limits": {"nvidia.com/gpu": 1}}
    assert "resources" not in cpu["spec"]
    # An image of gigabytes has to come first.
    assert gpu["spec"].pop("readinessTimeoutSeconds") >= cpu["spec"].pop("readinessTimeoutSeconds")
    assert gpu["spec"]["build"].pop("image") == f"{cpu['spec']['build'].pop('image')}-gpu"
    of_the_runtime = {"SAM_DEVICE": "cpu", "ORT_DISABLE_TELEMETRY": "1"}
    assert {**variables(gpu), **of_the_runtime} == variables(cpu)
    gpu["spec"].pop("env"), cpu["spec"].pop("env")
    installs = [one["spec"]["build"]["directives"]["postCopy"].pop(0) for one in (gpu, cpu)]
    assert installs[1]["value"].startswith(installs[0]["value"])
    assert gpu == cpu


def test_staging_changes_nothing_that_was_not_asked_for(kind, gpu):
    text = configuration.text(Wish(kind=kind, gpu=gpu), checkpoint=None)
    assert text == checkout.variant(kind, gpu=gpu).read_text()


def test_model_and_own_weights_are_named(kind, gpu):
    config = staged(kind, gpu=gpu, model="vit_b", checkpoint="own_weights.pt")
    before = read(kind, gpu=gpu)
    named = {"SAM_MODEL": "vit_b", "SAM_CHECKPOINT": "/opt/nuclio/cache/own_weights.pt"}
    assert variables(config) == {**variables(before), **named}
    config["spec"].pop("env"), before["spec"].pop("env")
    assert config == before


def test_a_port_of_ones_own(kind, gpu):
    attributes = staged(kind, gpu=gpu, port=19000)["spec"]["triggers"]["http"]["attributes"]
    assert attributes == {"maxRequestBodySize": 32 * 2**20, "port": 19000}


def test_no_port(kind, gpu):
    attributes = staged(kind, gpu=gpu, publish_port=False)["spec"]["triggers"]["http"]["attributes"]
    # Nuclio looks at a port before it looks whether there is to be one.
    assert attributes == {"maxRequestBodySize": 32 * 2**20, "disablePortPublishing": True}


def test_on_kubernetes_what_is_about_this_host_is_dropped(kind, gpu):
    config = staged(kind, gpu=gpu, replicas=3)
    before = read(kind, gpu=gpu)
    assert (config["spec"].pop("minReplicas"), config["spec"].pop("maxReplicas")) == (3, 3)
    before["spec"].pop("platform")
    before["spec"]["triggers"]["http"]["attributes"].pop("port")
    assert config == before


def test_on_kubernetes_replicas_share_a_claim(kind, gpu):
    config = staged(kind, gpu=gpu, claim="embeddings")
    spec = config["spec"]
    folder = variables(config)["SAM_EMBEDDINGS_DIR"]
    [volume] = spec["volumes"]
    assert volume["volume"]["persistentVolumeClaim"] == {"claimName": "embeddings"}
    assert volume["volume"]["name"] == volume["volumeMount"]["name"]
    assert volume["volumeMount"]["mountPath"] == folder
    # The container's user has to be in the group that may write there.
    assert spec["securityContext"] == {"fsGroup": configuration.GROUP}
    assert spec["minReplicas"] == spec["maxReplicas"] == 1
    assert str(Settings.from_environment(variables(config)).embeddings_dir) == folder
