import subprocess
import sys

import pytest

import cvat_sam


def run(*arguments):
    command = [sys.executable, "-m", "cvat_sam", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_help_names_every_command():
    shown = run("--help")
    assert shown.returncode == 0
    for command in ("demo", "segment", "serve", "weights", "stage", "doctor"):
        assert command in shown.stdout
        assert run(command, "--help").returncode == 0


def test_version():
    assert run("--version").stdout.strip() == f"cvat-sam {cvat_sam.__version__}"


@pytest.mark.parametrize("arguments", [["paint"], ["weights", "--no-such-option"], ["segment"]])
def test_wrong_usage_is_exit_code_2_without_a_traceback(arguments):
    wrong = run(*arguments)
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr


def test_model_that_there_is_not():
    wrong = run("weights", "vit_x")
    assert wrong.returncode == 2
    [line] = wrong.stderr.splitlines()
    assert line == "cvat-sam: there is no model 'vit_x'; there are vit_t, vit_b, vit_l, vit_h"
