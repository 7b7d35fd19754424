"""Where main.py is looked for."""

import sys
from pathlib import Path

import pytest
from serving import write_main

from cvat_sam.exceptions import HooksUnavailable
from cvat_sam.serve.hooks import find_main, load_hooks

ROOT = Path(__file__).resolve().parents[2]
MAIN = "def init_context(context): pass\ndef handler(context, event): pass\n"


@pytest.fixture
def imports_undone(monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(sys.modules, "main", None)


def test_the_current_folder_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(write_main(tmp_path, MAIN))
    assert find_main() == (tmp_path / "main.py").resolve()


def test_the_folder_beside_the_package_comes_second(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_main() == ROOT / "main.py"


def test_a_file_may_be_named_itself(tmp_path):
    file = write_main(tmp_path, MAIN) / "main.py"
    assert find_main(file) == file.resolve()


def test_a_named_folder_without_main_is_not_passed_over(tmp_path):
    with pytest.raises(HooksUnavailable, match=f"no main.py in {tmp_path}"):
        find_main(tmp_path)


def test_hooks_are_those_of_the_file(tmp_path, imports_undone):
    hooks = load_hooks(write_main(tmp_path, MAIN))
    assert hooks.file == (tmp_path / "main.py").resolve()
    assert hooks.handler is sys.modules["main"].handler
    assert hooks.init_context is sys.modules["main"].init_context


def test_init_context_may_be_absent(tmp_path, imports_undone):
    hooks = load_hooks(write_main(tmp_path, "def handler(context, event): pass\n"))
    assert hooks.init_context is None


def test_a_main_without_handler_is_refused(tmp_path, imports_undone):
    with pytest.raises(HooksUnavailable, match="has no function handler"):
        load_hooks(write_main(tmp_path, "def handle(context, event): pass\n"))


def test_what_the_import_raises_is_passed_on(tmp_path, imports_undone):
    with pytest.raises(ZeroDivisionError):
        load_hooks(write_main(tmp_path, "1 / 0\n"))
