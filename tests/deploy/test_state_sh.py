"""deploy/state.sh against stand-ins of nuctl, docker and kubectl.

The lines of the log are as a real processor writes them; test_state_of_a_real_log.py has one.
"""

import pytest
from known_flags import COMMANDS
from machine import Machine

INTERACTOR = "cvat-sam-interactor"
CONTAINER = f"nuclio-nuclio-{INTERACTOR}"
POD = f"nuclio-{INTERACTOR}-5d8f7c9b6-x2x7k"

# As nuctl prints it.
HEAD = " NAMESPACE | NAME                | PROJECT | STATE     | REPLICAS | NODE PORT \n"
ROW = " nuclio    | {:<19} | cvat    | {:<9} | {:<8} | {:<9} \n"


def line(level, message, **values):
    """A line of Nuclio's log for people, with its colours."""
    colour = {"D": 32, "I": 34, "W": 33, "E": 31}[level]
    more = ", ".join(f'"{key}": {value}' for key, value in values.items())
    return (
        f"26.11.22 05:16:26.734 \x1b[{colour}m({level})\x1b[0m "
        "\x1b[37m-manager.event connection\x1b[0m "
        f'{message} {{{more}{", " if more else ""}"worker_id": "0"}}\n'
    )


def starts(device="auto"):
    return line("I", "cvat-sam starts", SAM_MODEL='"vit_t"', SAM_DEVICE=f'"{device}"')


def ready(device="cpu", backend="openvino"):
    return line(
        "I", "cvat-sam is ready", device=f'"{device}"', backend=f'"{backend}"', memory_mb=511
    )


def answered(status):
    return line("I", "cvat-sam answered", milliseconds=0.5, status=status, function='"interactor"')


NO_SINKS = (
    "26.11.22 05:16:26.736 \x1b[33m(W)\x1b[0m \x1b[37m                processor\x1b[0m "
    "No metric sinks configured, metrics will not be published\n"
)


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def runs(
    machine,
    log,
    *,
    state="ready",
    container="running|healthy|0|false||0.0.0.0:18070 [::]:18070 ",
):
    """The interactor is deployed next to CVAT's compose, and its container has this log."""
    table = HEAD + ROW.format(INTERACTOR, state, "1/1", "18070")
    machine.answer("nuctl", "get", "function", out=table)
    machine.answer("docker", "inspect", CONTAINER, out=container + "\n")
    machine.answer("docker", "logs", CONTAINER, out=log)


def lines_of(run):
    return [" ".join(one.split()) for one in run.stdout.splitlines()]


def test_function_that_is_well(machine):
    runs(machine, starts() + ready() + NO_SINKS + answered(200) * 3 + answered(400))
    run = machine.run("state.sh", "interactor")
    assert lines_of(run) == [
        f"{INTERACTOR} (interactor)",
        "state ready, 1/1 replicas",
        f"container {CONTAINER} is running, healthy, restarted 0 times",
        "port 0.0.0.0:18070 [::]:18070 of the host, without a password",
        "device cpu, openvino",
        lines_of(run)[5],
    ]
    assert lines_of(run)[5].startswith("replies 4 in the log, of the last 4: ")
    assert set(lines_of(run)[5].partition("of the last 4: ")[2].split(", ")) == {
        "3 × 200",
        "1 × 400",
    }
    assert (run.returncode, run.stderr) == (0, "")
    assert machine.left_behind() == []


def test_name_is_as_good_as_the_kind(machine):
    runs(machine, starts() + ready())
    by_name = machine.run("state.sh", INTERACTOR)
    assert by_name.stdout == machine.run("state.sh", "interactor").stdout
    assert "replies none in the log" in lines_of(by_name)


def test_only_the_last_twenty_replies_are_told(machine):
    runs(machine, starts() + ready() + answered(500) * 5 + answered(200) * 20)
    run = machine.run("state.sh", "interactor")
    assert "replies 25 in the log, of the last 20: 20 × 200" in lines_of(run)


def test_function_without_a_port(machine):
    runs(machine, starts() + ready(), container="running|healthy|0|false||")
    run = machine.run("state.sh", "interactor")
    assert "port none on the host; CVAT reaches it through Nuclio's dashboard only" in lines_of(run)
    assert run.returncode == 0


@pytest.mark.parametrize(
    ("log", "container"),
    [
        (starts("auto") + ready(), "running|healthy|0|false|[gpu]|"),
        (starts("cuda") + ready(), "running|healthy|0|false||"),
    ],
    ids=["the container has one", "the setting asks for one"],
)
def test_gpu_that_is_not_used_is_said(machine, log, container):
    runs(machine, log, container=container)
    run = machine.run("state.sh", "interactor")
    assert "device cpu, openvino, though a GPU is asked for" in lines_of(run)
    assert run.returncode == 1


def test_gpu_that_is_used_is_said(machine):
    log = starts("cuda") + ready("cuda:0", "torch")
    runs(machine, log, container="running|healthy|0|false|[gpu]|")
    run = machine.run("state.sh", "interactor")
    assert "device cuda:0, torch" in lines_of(run)
    assert run.returncode == 0


def test_last_start_counts(machine):
    runs(machine, starts() + ready("cuda:0", "torch") + starts() + ready("cpu", "onnx"))
    assert "device cpu, onnx" in lines_of(machine.run("state.sh", "interactor"))


def test_start_that_failed_is_told(machine):
    log = starts("cuda") + line("E", "cvat-sam cannot start: the device cuda was asked for")
    container = "restarting||7|false|[gpu]|"
    runs(machine, log, state="unhealthy", container=container)
    run = machine.run("state.sh", "interactor")
    assert "state unhealthy, 1/1 replicas" in lines_of(run)
    assert f"container {CONTAINER} is restarting, restarted 7 times" in lines_of(run)
    assert "start failed: the device cuda was asked for" in lines_of(run)
    assert run.returncode == 1


def test_start_that_goes_on_is_told(machine):
    runs(machine, starts() + ready() + starts())
    run = machine.run("state.sh", "interactor")
    assert "device unknown" in " ".join(lines_of(run))
    assert run.returncode == 1


def test_memory_that_was_not_enough_is_told(machine):
    runs(machine, starts() + ready(), container="exited||0|true||")
    run = machine.run("state.sh", "interactor")
    assert "memory the kernel ended it for want of memory" in lines_of(run)
    assert run.returncode == 1


def test_last_warnings_and_errors_are_told(machine):
    complaints = [line("W", f"warning {number}") for number in range(7)]
    complaints += [
        line(
            "E",
            "cvat-sam failed",
            traceback=r'"Traceback (most recent):\n  File \"main.py\"\nValueError: odd {x}\n"',
        ),
        '{"datetime": "2026-11-22 05:16:23,353", "level": "error", "message": "lost"}\n',
        NO_SINKS,
    ]
    runs(machine, starts() + ready() + "".join(complaints))
    run = machine.run("state.sh", "interactor")
    told = [one for one in lines_of(run) if one.startswith("told")]
    assert len(told) == 5
    assert "(W) -manager.event connection warning 4" in told[0]
    assert told[3].endswith("(E) -manager.event connection cvat-sam failed: ValueError: odd {x}")
    assert '"message": "lost"' in told[4]
    assert "\x1b" not in run.stdout
    # What was complained of need not be wrong now.
    assert run.returncode == 0
    run = machine.run("state.sh", "interactor", "--lines", "1")
    assert [one for one in lines_of(run) if one.startswith("told")] == told[4:]


def test_all_that_are_deployed_are_shown(machine):
    table = HEAD
    table += ROW.format(INTERACTOR, "ready", "1/1", "18070")
    table += ROW.format("cvat-sam-detector", "building", "0/1", "")
    table += ROW.format("somebody-elses", "error", "0/1", "")
    machine.answer("nuctl", "get", "function", out=table)
    machine.answer("docker", "inspect", out="running||0|false||\n")
    machine.answer("docker", "logs", out=starts() + ready())
    run = machine.run("state.sh")
    heads = [one for one in run.stdout.splitlines() if not one.startswith(" ")]
    assert heads == [f"{INTERACTOR} (interactor)", "cvat-sam-detector (detector)"]
    assert "state building, 0/1 replicas" in lines_of(run)
    assert run.returncode == 1


def test_function_that_is_not_deployed_is_said(machine):
    machine.answer("nuctl", "get", "function", out="No functions found\n")
    run = machine.run("state.sh", "detector")
    assert run.stdout.startswith("cvat-sam-detector is not deployed in the namespace nuclio")
    assert run.returncode == 1
    run = machine.run("state.sh", "--namespace", "mine")
    expected = "none of this project's functions is deployed in the namespace mine\n"
    assert (run.stdout, run.returncode) == (expected, 1)


def test_without_docker_it_says_what_nuctl_knows(tmp_path):
    machine = Machine(tmp_path, has=set(COMMANDS) - {"docker"})
    machine.answer(
        "nuctl", "get", "function", out=HEAD + ROW.format(INTERACTOR, "ready", "1/1", "")
    )
    run = machine.run("state.sh", "interactor")
    assert "state ready, 1/1 replicas" in lines_of(run)
    assert "container docker is not on PATH" in " ".join(lines_of(run))
    assert run.returncode == 1


def test_without_nuctl_it_says_what_docker_knows(tmp_path):
    machine = Machine(tmp_path, has=set(COMMANDS) - {"nuctl"})
    machine.answer("docker", "inspect", out="running|healthy|0|false||\n")
    machine.answer("docker", "logs", out=starts() + ready())
    run = machine.run("state.sh", "interactor")
    assert "nuctl is not on PATH" in run.stderr
    assert "device cpu, openvino" in lines_of(run)
    assert run.returncode == 1


def test_docker_that_may_not_be_used_is_said(machine):
    complaint = "permission denied while trying to connect to the Docker daemon socket\n"
    # nuctl needs docker too, and prints its errors with the calls that led there.
    why = (
        f"\nError - exit status 1\n    ...//shellrunner.go:114\n\nCall stack:\nstdout:\n{complaint}"
    )
    machine.answer("nuctl", "get", "function", err=why, status=1)
    machine.answer("docker", "inspect", out="[]\n", err=complaint, status=1)
    run = machine.run("state.sh", "interactor")
    assert f"nuctl could not list the functions: {complaint}" in run.stderr
    assert f"docker says: {complaint.strip()}" in run.stdout
    assert run.returncode == 1


def in_cluster(machine, pods, service="ClusterIP "):
    table = HEAD + ROW.format(INTERACTOR, "ready", "2/2", "")
    machine.answer("nuctl", "get", "function", out=table)
    machine.answer("kubectl", "get", "service", out=service)
    machine.answer("kubectl", "get", "pods", out=pods)


def test_cluster_with_two_pods(machine):
    in_cluster(machine, f"{POD}|Running|true|0||1\nother|Running|true|2||1\n")
    machine.answer("kubectl", "logs", POD, out=starts("cuda") + ready("cuda:0", "torch"))
    machine.answer("kubectl", "logs", "other", out=starts("cuda") + ready("cpu", "torch"))
    run = machine.run("state.sh", "interactor", "--platform", "kube", "--namespace", "mine")
    assert lines_of(run) == [
        f"{INTERACTOR} (interactor)",
        "state ready, 2/2 replicas",
        "port inside the cluster only",
        f"pod {POD} is Running, restarted 0 times",
        "device cuda:0, torch",
        "replies none in the log",
        "pod other is Running, restarted 2 times",
        "device cpu, torch, though a GPU is asked for",
        "replies none in the log",
    ]
    assert run.returncode == 1
    [pods] = [one for one in machine.calls("kubectl", "get") if one["others"] == ["pods"]]
    assert pods["options"]["--selector"] == f"nuclio.io/function-name={INTERACTOR}"
    assert {call["options"]["--namespace"] for call in machine.calls()} == {"mine"}
    assert {call["program"] for call in machine.calls()} == {"nuctl", "kubectl"}


def test_pod_that_does_not_start_is_said(machine):
    in_cluster(machine, f"{POD}|Pending||||1\n", service="NodePort 31000")
    complaint = 'Error from server (BadRequest): container "nuclio" is waiting to start\n'
    machine.answer("kubectl", "logs", err=complaint, status=1)
    run = machine.run("state.sh", "interactor", "--platform", "kube")
    assert "port NodePort 31000, outside the cluster, without a password" in lines_of(run)
    assert f"pod {POD} is Pending, not ready, restarted 0 times" in lines_of(run)
    assert f"log kubectl says: {complaint.strip()}" in lines_of(run)
    assert run.returncode == 1


def test_reason_that_a_pod_waits_is_said(machine):
    in_cluster(machine, f"{POD}|Running|false|9|CrashLoopBackOff|\n")
    log = starts() + line("E", "cvat-sam cannot start: the weights are damaged")
    machine.answer("kubectl", "logs", out=log)
    run = machine.run("state.sh", "interactor", "--platform", "kube")
    expected = f"pod {POD} is Running, not ready (CrashLoopBackOff), restarted 9 times"
    assert expected in lines_of(run)
    assert "start failed: the weights are damaged" in lines_of(run)


def test_cluster_without_pods(machine):
    in_cluster(machine, "")
    run = machine.run("state.sh", "interactor", "--platform", "kube")
    assert "pods there is none" in lines_of(run)
    assert run.returncode == 1


def test_it_changes_nothing(machine):
    runs(machine, starts() + ready())
    in_cluster(machine, f"{POD}|Running|true|0||\n")
    machine.run("state.sh")
    machine.run("state.sh", "--platform", "kube")
    commands = {(call["program"], call["command"]) for call in machine.calls()}
    assert commands == {
        ("nuctl", "get function"),
        ("docker", "inspect"),
        ("docker", "logs"),
        ("kubectl", "get"),
        ("kubectl", "logs"),
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["tracker"], "'tracker' is no function of this project: cvat-sam-interactor"),
        (["interactor", "detector"], "one function, or none for all, not 'detector' too"),
        (["--platform", "swarm"], "--platform is local or kube, not 'swarm'"),
        (["--platform"], "--platform needs a value"),
        (["--lines", "some"], "--lines takes a number from 1 on, not 'some'"),
        (["--watch"], "there is no option --watch"),
    ],
)
def test_wrong_command_line_gets_one_sentence(machine, arguments, sentence):
    run = machine.run("state.sh", *arguments)
    assert run.returncode == 2
    assert run.stderr.startswith("deploy/state.sh: ")
    assert sentence in run.stderr
    assert run.stderr.count("\n") == 1
    assert machine.calls() == []


def test_help_lists_every_option(machine):
    run = machine.run("state.sh", "--help")
    assert run.returncode == 0
    assert all(f"    {one} " in run.stdout for one in ("--platform", "--namespace", "--lines"))
