"""Every command of the README runs, and every example is true."""

import doctest
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fake_cvat.process import FakeCvat
from PIL import Image
from sa1b_making import image, write_folder, write_tar

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"^\$ (.+)$", README, re.MULTILINE)
SCRIPTS = [
    code for code in re.findall(r"^```python\n(.*?)^```", README, re.M | re.S) if ">>>" not in code
]
[OF_FUNCTION] = [code for code in SCRIPTS if "import requests" in code]
[OF_CLIENT] = [code for code in SCRIPTS if "import Client" in code]
OF_SA1B = [code for code in SCRIPTS if "cvat_sam.sa1b" in code]

# These are the gate itself, or are run whole by a test of their own.
ELSEWHERE = {
    "make test": "this run",
    "make lint": ".ci/run",
    "make bench-clicks": "tests/bench/test_bench_clicks.py",
    "make bench-everything": "tests/bench/test_bench_everything.py",
    "make bench-rle": "tests/bench/test_bench_rle.py",
    "make bench-sa1b": "tests/bench/test_bench_sa1b.py",
    "make bench-upload": "tests/bench/test_bench_upload.py",
    "make fuzz": "tests/rle/test_rle_fuzz_smoke.py",
    "make load-test": "tests/bench/test_bench_load.py",
    "make fuzz-function": "tests/function/test_fuzz_function.py",
    "deploy/local.sh interactor": "tests/deploy/test_local_sh.py",
    "deploy/local.sh detector --gpu": "tests/deploy/test_local_sh.py",
    "deploy/state.sh": "tests/deploy/test_state_sh.py",
    "deploy/remove.sh detector": "tests/deploy/test_remove_sh.py",
    "cvat-sam doctor --function http://localhost:18071 --server-host http://localhost:8080": (
        "tests/cli/test_doctor_function.py"
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, cat_png):
    """A folder with the README's photographs, and masks as `segment` writes them."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "cat.png").write_bytes(cat_png)
    shutil.copy(folder / "cat.png", folder / "coffee.png")
    mask = {"image": "cat.png", "label": "object", "points": [0, 4, 10, 10, 13, 10]}
    (folder / "masks.json").write_text(json.dumps([mask]))
    images = [image(seed, height=120, width=180, masks=30) for seed in (1, 2)]
    write_tar(folder / "sa_000000.tar", images)
    write_folder(folder, images)
    return folder


@pytest.fixture(scope="module")
def cvat(folder):
    """A stand-in for CVAT with the README's photographs in a task."""
    with Image.open(folder / "cat.png") as picture:
        width, height = picture.size
    with FakeCvat(images=folder) as cvat:
        frames = [(name, width, height) for name in ("cat.png", "coffee.png")]
        frames += [(f"sa_{number}.jpg", 180, 120) for number in (1, 2)]
        cvat.task = cvat.add_task(frames, labels=["Cat", "object"])
        box = {"type": "rectangle", "frame": 0, "label_id": cvat.labels(cvat.task)["Cat"]}
        box["points"] = [60.0, 1.0, 400.0, 299.0]
        cvat.edit(task=cvat.task, action="create", shapes=[box])
        yield cvat


def environment(**more):
    scripts = str(Path(sys.executable).parent)
    path = f"{scripts}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "SAM_POINTS_PER_SIDE": "4", **more}


@pytest.mark.parametrize("command", [line for line in COMMANDS if "--task 7" in line])
def test_command_runs_with_a_cvat(command, folder, cvat):
    line = command.replace("http://localhost:8080", cvat.url).replace(
        "--task 7", f"--task {cvat.task}"
    )
    run_with(cvat, line.split(), folder)
    assert cvat.export(cvat.task)["status"] == 200


def test_the_client_in_python_runs(folder, cvat):
    code = OF_CLIENT.replace("http://localhost:8080", cvat.url)
    code = code.replace("task=7", f"task={cvat.task}").replace("(7,", f"({cvat.task},")
    printed = run_with(cvat, [sys.executable, "-c", code], folder)
    stored, before, masks = map(int, printed.split())
    assert stored + before == 1  # the command may have been here already
    assert masks >= 1


@pytest.mark.parametrize("code", OF_SA1B)
def test_sa1b_in_python_runs(code, folder):
    printed = subprocess.check_output([sys.executable, "-c", code], cwd=folder, text=True)
    assert "120, 180" in printed
    assert len(OF_SA1B) == 2


def run_with(cvat, words, folder):
    secrets = {"CVAT_ACCESS_TOKEN": cvat.bearer, "XDG_STATE_HOME": str(folder / "state")}
    run = subprocess.run(
        words, cwd=folder, env=environment(**secrets), capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.mark.parametrize(
    "command", [line for line in COMMANDS if line not in ELSEWHERE and "--task 7" not in line]
)
def test_command_runs(command, folder):
    words = command.split()
    if words[:2] == ["cvat-sam", "serve"]:
        with subprocess.Popen(
            words, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
        ) as server:
            try:
                assert server.stdout.readline() == "http://127.0.0.1:8070\n"
                # The README's client, with the README's server.
                client = [sys.executable, "-c", OF_FUNCTION]
                printed = subprocess.check_output(client, cwd=folder, text=True)
                assert re.fullmatch(r"\[\d+, \d+, \d+, \d+\] 0\.\d+\n", printed)
            finally:
                server.terminate()
        assert server.returncode == 0
        return
    where = ROOT if words[0] == "make" else folder
    run = subprocess.run(words, cwd=where, env=environment(), capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    for written in re.findall(r"(?:-o|--json) (\S+)", command):
        assert (where / written).exists()


def test_commands_that_are_run_elsewhere_are_still_in_the_readme():
    assert set(ELSEWHERE) <= set(COMMANDS)


def test_python_examples_are_true():
    examples = doctest.DocTestParser().get_doctest(README, {}, "README.md", None, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    assert examples.examples
    assert runner.run(examples).failed == 0


def test_every_setting_is_in_the_table():
    from cvat_sam.settings import Settings

    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (?:`(.*?)`)?", README, re.MULTILINE))
    variables = {f"SAM_{field.upper()}" for field, _ in Settings()}
    assert rows.keys() - {"CVAT_SAM_CACHE"} == variables
    in_effect = Settings().variables()
    for variable in variables:
        assert rows[variable].lower() == in_effect.get(variable, "").lower()


def test_links_and_pictures_are_there():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).is_file(), target
