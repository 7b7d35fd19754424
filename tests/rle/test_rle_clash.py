"""Other packages called `rle`: each clash ends in one sentence that says what mends it.

The stand-ins are laid out as python-rle 0.0.3 (one file, `rle/__init__.py`, that needs tqdm) and
rle-python 0.2.2 (no `rle/__init__.py`, everything in `rle/core/`) lay out theirs.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import cvat_sam
import rle

OURS = ["rle.cvat", "rle.exceptions", "rle.published"]
COMMANDS = (
    "`pip uninstall -y python-rle rle-python` and then "
    "`pip install --force-reinstall --no-deps cvat-sam`"
)
PYTHON_RLE = "def encode(seq): return seq, [1] * len(seq)\n"


@pytest.fixture
def site(tmp_path):
    """A folder of installed packages: ours, numpy and OpenCV."""
    folder = tmp_path / "site"
    folder.mkdir()
    for installed in Path(np.__file__).parents[1].iterdir():
        if installed.name.lower().startswith(("numpy", "cv2", "opencv")):
            (folder / installed.name).symlink_to(installed)
    for package in (rle, cvat_sam):
        source = Path(package.__file__).parent
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, folder / source.name, ignore=ignored)
    return folder


def run(site, code):
    """Runs code in a Python that sees the folder and the standard library alone."""
    return subprocess.run(
        [sys.executable, "-S", "-B", "-c", code],
        capture_output=True,
        text=True,
        cwd=site.parent,
        env={**os.environ, "PYTHONPATH": str(site)},
    )


def last_line(done):
    assert done.returncode == 1, done.stdout
    return done.stderr.splitlines()[-1]


def rle_core(site):
    (site / "rle" / "core").mkdir(parents=True)
    (site / "rle" / "core" / "__init__.py").write_text("from rle.core.aoo import AREA\n")
    (site / "rle" / "core" / "aoo.py").write_text("AREA = 4\n")


def test_alone_both_packages_import(site):
    done = run(site, "import cvat_sam, rle.cvat; print(rle.cvat.encode([[1]]))")
    assert done.stdout == "[0, 1, 0, 0, 0, 0]\n", done.stderr


@pytest.mark.parametrize("module", OURS)
def test_python_rle_installed_over_ours(site, module):
    (site / "rle" / "__init__.py").write_text(PYTHON_RLE)
    sentence = last_line(run(site, f"import {module}"))
    assert sentence.startswith("rle._clash.RleClashError: ")
    assert f"{site}/rle/__init__.py is not the `rle` of cvat-sam" in sentence
    assert COMMANDS in sentence


@pytest.mark.parametrize("module", OURS)
def test_python_rle_uninstalled_and_our_init_gone_with_it(site, module):
    (site / "rle" / "__init__.py").unlink()
    sentence = last_line(run(site, f"import {module}"))
    assert sentence.startswith("rle._clash.RleClashError: ")
    assert f"{site}/rle has no __init__.py of cvat-sam" in sentence
    assert COMMANDS in sentence


@pytest.mark.parametrize(
    "content", [PYTHON_RLE, "import tqdm_that_is_not_installed\n" + PYTHON_RLE, "1/0\n", ""]
)
def test_cvat_sam_names_a_foreign_rle_whatever_happens_inside(site, content):
    (site / "rle" / "__init__.py").write_text(content)
    sentence = last_line(run(site, "import cvat_sam"))
    assert sentence.startswith("ImportError: cvat-sam comes with a package `rle`")
    assert f"another package of that name, in {site}/rle/__init__.py;" in sentence
    assert COMMANDS in sentence


def test_cvat_sam_names_an_rle_without_init(site):
    (site / "rle" / "__init__.py").unlink()
    sentence = last_line(run(site, "import cvat_sam"))
    assert f"another package of that name, in {site}/rle;" in sentence


def test_cvat_sam_names_rle_python_in_the_place_of_ours(site):
    shutil.rmtree(site / "rle")
    rle_core(site)
    sentence = last_line(run(site, "import cvat_sam"))
    assert f"another package of that name, in {site}/rle;" in sentence
    assert COMMANDS in sentence


def test_cvat_sam_names_a_file_of_the_users_own(site):
    (site.parent / "rle.py").write_text("")
    sentence = last_line(run(site, "import cvat_sam"))
    assert "rle.py;" in sentence
    assert "unless the file is your own: then rename that" in sentence


def test_cvat_sam_says_that_there_is_no_rle_at_all(site):
    shutil.rmtree(site / "rle")
    sentence = last_line(run(site, "import cvat_sam"))
    assert "`import rle` finds nothing;" in sentence


def test_rle_python_beside_ours_works_and_so_do_we(site):
    rle_core(site)
    code = "import cvat_sam, rle.cvat, rle.core.aoo; print(rle.core.AREA, rle.cvat.encode([[1]]))"
    done = run(site, code)
    assert done.stdout == "4 [0, 1, 0, 0, 0, 0]\n", done.stderr


def test_a_missing_numpy_is_not_taken_for_a_clash(site):
    (site / "numpy").unlink()
    assert run(site, "import cvat_sam").returncode == 0
    assert "No module named 'numpy'" in last_line(run(site, "import rle"))


def test_importing_cvat_sam_imports_neither_numpy_nor_torch(site):
    code = "import sys, cvat_sam; print({'numpy', 'cv2', 'torch', 'rle'} & set(sys.modules))"
    assert run(site, code).stdout == "set()\n"
