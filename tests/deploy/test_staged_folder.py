"""A staged folder at work, with nothing of the clone: its own requirements and no network."""

import contextlib
import subprocess
import sys
from pathlib import Path

import function_requests
import pytest
import requests
from function_requests import IMAGE, Case, clicked, is_a_list_of_objects, is_the_cat
from staged_folders import configuration, environment, hosted, python_of, staged

KINDS = ("interactor", "detector", "embedder")
# A second look at crops, with few points.
CROPS = {
    "SAM_POINTS_PER_SIDE": "6",
    "SAM_CROP_N_LAYERS": "1",
    "SAM_CROP_N_POINTS_DOWNSCALE_FACTOR": "3",
    "SAM_MIN_MASK_REGION_AREA": "20",
}


def ask(url, case):
    headers = {"Content-Type": case.content_type, **case.headers}
    reply = requests.post(url, data=case.data, headers=headers, timeout=300)
    assert reply.status_code == case.status, reply.text[:300]
    case.check(reply.json())
    return reply


def files(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def folders(tmp_path_factory, exported):
    place = tmp_path_factory.mktemp("staged")
    return {kind: staged(kind, place / kind) for kind in KINDS}


@pytest.fixture(scope="module")
def python(folders, tmp_path_factory):
    return python_of(folders["interactor"], tmp_path_factory.getbasetemp() / "cpu-environment")


@pytest.fixture(scope="module")
def untouched(folders):
    """The files of each before it runs."""
    return {kind: files(folder) for kind, folder in folders.items()}


@pytest.fixture(scope="module")
def start(folders, untouched, python, tmp_path_factory):
    """Starts a kind's folder, once for the same settings."""
    hosts = {}
    with contextlib.ExitStack() as stack:

        def started(kind, **settings):
            key = kind, *settings.items()
            if key not in hosts:
                home = tmp_path_factory.mktemp(f"{kind}-home")
                running = hosted(folders[kind], python=python, home=home, **settings)
                hosts[key] = stack.enter_context(running)
            return hosts[key]

        yield started


@pytest.mark.parametrize("case", function_requests.CASES, ids=lambda case: case.name)
def test_every_case_is_answered_as_it_must_be(case, start):
    host, _ = start(case.kind)
    reply = ask(host.url, case)
    assert reply.headers["X-Cvat-Sam-Model"] == "vit_t"
    assert reply.headers["X-Cvat-Sam-Device"] == "cpu"


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_the_clone_is_imported_and_nothing_is_fetched(kind, start, folders, python):
    host, said = start(kind)
    folder = folders[kind]
    assert said["modules"] == {
        "cvat_sam": str(folder / "cvat_sam" / "__init__.py"),
        "main": str(folder / "main.py"),
        "rle": str(folder / "rle" / "__init__.py"),
    }
    own = (str(folder), str(python.parents[1]), str(host.log.parent))
    standard_library = str(Path(contextlib.__file__).parent.parent)
    others = [one for one in said["path"] if one and not one.startswith(own)]
    assert all(standard_library in one and "site-packages" not in one for one in others)
    log = host.log.read_text()
    assert "vit_t runs on openvino, cpu, fp32" in log
    assert "fetching" not in log
    assert "warning" not in log


def test_finds_everything_at_crops_too(start):
    host, _ = start("detector", **CROPS)
    request = {"image": IMAGE, "threshold": 0.5}
    ask(host.url, Case("crops", "detector", request, 200, is_a_list_of_objects))
    assert "'points': '52/52'" in host.log.read_text()


def test_writes_nothing_but_what_it_checked_and_compiled(start, folders, untouched, exported):
    host, _ = start("interactor")
    new = files(folders["interactor"]) - untouched["interactor"]
    networks = Path("cache") / "exported" / exported.folder.name
    checked = {path for path in new if path.name.endswith(".verified")}
    compiled = new - checked
    assert {path.parent for path in checked} == {networks}
    assert {path.parent for path in compiled} == {networks / "openvino"}
    # Nor into its home, but what the test put there: no one's telemetry either.
    assert {path.parts[0] for path in files(host.log.parent)} == {"guard", "serve.log"}


def test_its_environment_has_no_torch_and_no_telemetry(folders, python, tmp_path):
    program = (
        "import importlib.util as u;"
        "names = 'torch', 'requests', 'typer', 'rich', 'openvino_telemetry';"
        "print([name for name in names if u.find_spec(name)])"
    )
    ended = subprocess.run([python, "-c", program], capture_output=True, text=True, cwd=tmp_path)
    assert ended.stdout == "[]\n"


def test_the_network_is_really_off(folders, python, tmp_path):
    program = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    variables = environment(folders["interactor"], tmp_path)
    ended = subprocess.run([python, "-c", program], capture_output=True, text=True, env=variables)
    assert "OSError: the test allows no network: socket.getaddrinfo 192.0.2.1" in ended.stderr


def test_for_a_gpu_it_answers_from_its_weights_with_the_same_pins(tmp_path):
    """Over the tests' own interpreter, whose packages are those; and on the CPU, without a GPU."""
    folder = staged("interactor", tmp_path / "function", "--gpu")
    assert configuration(folder)["spec"]["env"][2] == {"name": "SAM_DEVICE", "value": "cuda"}
    settings = {"SAM_DEVICE": "cpu", "SAM_BACKEND": "torch"}
    home = tmp_path / "home"
    with hosted(folder, python=Path(sys.executable), home=home, **settings) as (host, said):
        assert {Path(file).is_relative_to(folder) for file in said["modules"].values()} == {True}
        ask(host.url, Case("a click", "interactor", clicked(), 200, is_the_cat))
        log = host.log.read_text()
    assert "vit_t runs on torch, cpu, fp32" in log
    assert "fetching" not in log
    found = {path.name for path in (folder / "cache").iterdir()}
    assert found == {"mobile_sam.pt", ".mobile_sam.pt.verified"}
