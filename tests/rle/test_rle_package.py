"""The package as a whole: its face, its limit, what it imports."""

import inspect
import re
import subprocess
import sys

import numpy as np
import pytest

import rle
import rle.core
from rle import cvat, exceptions

IMPORTS = """
import sys, numpy, cv2
before = set(sys.modules)
import pkgutil, importlib, rle
for module in pkgutil.walk_packages(rle.__path__, "rle."):
    importlib.import_module(module.name)
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(new - set(sys.stdlib_module_names)))
print("torch" in sys.modules)
"""


def test_it_imports_numpy_and_cv2_alone():
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True
    )
    new, torch = done.stdout.splitlines()
    assert set(new.split()) <= {"rle", "numpy", "cv2"}
    assert torch == "False"


@pytest.mark.parametrize("name", ["encode", "decode"])
def test_the_names_of_python_rle_are_answered_with_ours(name):
    sentence = f"rle.{name} belongs to the package python-rle.*it has rle.cvat.{name}"
    with pytest.raises(AttributeError, match=sentence):
        getattr(rle, name)
    assert not hasattr(rle, name)
    with pytest.raises(ImportError, match=sentence):
        exec(f"from rle import {name}")  # noqa: S102  the statement is what is tested


def test_the_names_of_rle_python_are_answered_with_whose_they_are():
    sentence = "rle.core.aoo would be rle-python's"
    with pytest.raises(AttributeError, match=sentence):
        _ = rle.core.aoo
    with pytest.raises(ImportError, match=sentence):
        from rle.core import aoo  # noqa: F401


def test_another_name_is_answered_as_python_does():
    with pytest.raises(AttributeError, match="module 'rle' has no attribute 'enocde'"):
        _ = rle.enocde


def test_everything_exported_is_there():
    assert all(hasattr(rle, name) for name in rle.__all__)
    assert rle.MAX_PIXELS == 2**28


def test_the_limit_can_be_set(monkeypatch):
    mask = np.ones((3, 4), bool)
    points = cvat.encode(mask)
    monkeypatch.setattr(rle, "MAX_PIXELS", 12)
    assert cvat.decode(cvat.encode(mask), height=3, width=4).all()
    monkeypatch.setattr(rle, "MAX_PIXELS", 11)
    with pytest.raises(rle.InvalidMask, match="above the limit of 11 pixels"):
        cvat.encode(mask)
    with pytest.raises(rle.InvalidSize, match="above the limit of 11 pixels"):
        cvat.decode(points, height=3, width=4)


def test_the_largest_image_is_allowed():
    mask = cvat.decode([0, 1, 2**28 - 1, 0, 2**28 - 1, 0], height=1, width=2**28)
    assert mask[0, -1]
    assert cvat.encode(mask) == [0, 1, 2**28 - 1, 0, 2**28 - 1, 0]


def test_every_error_stands_in_the_tree_and_is_exported():
    errors = [
        value
        for value in vars(exceptions).values()
        if inspect.isclass(value) and issubclass(value, exceptions.RleError)
    ]
    assert len(errors) == 8
    for error in errors:
        assert issubclass(error, ValueError)
        assert getattr(rle, error.__name__) is error
        assert re.search(rf"\b{error.__name__}\b", exceptions.__doc__ or "")
