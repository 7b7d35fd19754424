"""The function in a fresh environment that has the short requirements file and nothing else."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from function_requests import IMAGE, clicked, is_a_list_of_objects, is_the_cat

from cvat_sam.models.backends.exported import Exported

ROOT = Path(__file__).parent.parent.parent
REQUIREMENTS = ROOT / "deploy" / "requirements-cpu.txt"

PROGRAM = """
import json, sys
from types import SimpleNamespace
import main

class Logger:
    def info(self, message): print("log:", message, file=sys.stderr)
    def info_with(self, message, **values): print("log:", message, values, file=sys.stderr)
    error_with = warn = info_with

class Response:
    def __init__(self, body, headers, content_type, status_code):
        self.body, self.status_code = body, status_code

context = SimpleNamespace(logger=Logger(), user_data=SimpleNamespace(), Response=Response)
main.init_context(context)
reply = main.handler(context, SimpleNamespace(body=json.load(sys.stdin)))
print(reply.status_code)
print(reply.body)
"""


def pinned(text):
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return {line for line in lines if line}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory, exported: Exported):
    """A folder with the function's files and cache, and an interpreter with its requirements."""
    folder = tmp_path_factory.mktemp("deployed")
    shutil.copy(ROOT / "main.py", folder)
    for package in ("rle", "cvat_sam"):
        shutil.copytree(ROOT / package, folder / package)
    networks = folder / "cache" / "exported" / exported.folder.name
    shutil.copytree(exported.folder, networks, ignore=shutil.ignore_patterns("openvino"))
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]
    subprocess.run([python, *words], check=True)
    return folder, python


@pytest.fixture(scope="module")
def ask(deployed):
    """Starts a worker with these settings and gives its answer to one request, and its log."""
    folder, python = deployed

    def asked(body, **settings):
        ended = subprocess.run(
            [python, "-c", PROGRAM],
            cwd=folder,
            env={"CVAT_SAM_CACHE": str(folder / "cache"), "HOME": str(folder), **settings},
            input=json.dumps(body),
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, ended.stderr
        status, text = ended.stdout.splitlines()
        assert status == "200", text
        assert "vit_t runs on openvino, cpu, fp32" in ended.stderr
        return json.loads(text), ended.stderr

    return asked


def test_answers_a_click(ask):
    reply, _ = ask(clicked())
    is_the_cat(reply)


def test_finds_everything_at_crops_too(ask):
    settings = {"POINTS_PER_SIDE": "6", "CROP_N_LAYERS": "1", "DEADLINE": "100000"}
    settings["CROP_N_POINTS_DOWNSCALE_FACTOR"] = "3"
    settings["MIN_MASK_REGION_AREA"] = "20"
    reply, log = ask(
        {"image": IMAGE, "threshold": 0.5},
        SAM_FUNCTION="detector",
        **{f"SAM_{name}": value for name, value in settings.items()},
    )
    is_a_list_of_objects(reply)
    assert "'points': '52/52'" in log


def test_has_no_torch(deployed):
    folder, python = deployed
    program = "import importlib.util as u; print(u.find_spec('torch'), u.find_spec('requests'))"
    ended = subprocess.run([python, "-c", program], capture_output=True, text=True, cwd=folder)
    assert ended.stdout == "None None\n"


def test_versions_are_those_the_project_is_tested_with():
    constraints = pinned((ROOT / "constraints.txt").read_text())
    assert pinned(REQUIREMENTS.read_text()) <= constraints
