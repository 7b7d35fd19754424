"""`cvat-sam stage`: a folder that is complete or not there, with just what the function needs."""

import os
import re
import resource
import shutil
import stat
import subprocess
import sys

import pytest
from staged_folders import ROOT, configuration, staged

from cvat_sam.exceptions import InvalidInput, InvalidSetting, InvalidSource
from cvat_sam.staging import Wish, checkout, code, stage, text_edits
from cvat_sam.staging.configuration import text
from cvat_sam.weights.checkpoints import VIT_T


def run(*arguments, program=("-m", "cvat_sam"), **changes):
    environment = {**os.environ, **changes.pop("environment", {})}
    return subprocess.run(
        [sys.executable, *program, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        **changes,
    )


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def cpu(tmp_path_factory, exported):
    return staged("interactor", tmp_path_factory.mktemp("cpu") / "function")


@pytest.fixture(scope="module")
def gpu(tmp_path_factory):
    return staged("detector", tmp_path_factory.mktemp("gpu") / "function", "--gpu")


def test_has_what_the_function_needs_and_no_more(cpu, exported):
    found = files(cpu)
    top = {"LICENSE", "cache", "cvat_sam", "function.yaml", "main.py", "requirements.txt", "rle"}
    assert {path.name for path in cpu.iterdir()} == top
    assert {"cvat_sam/settings.py", "cvat_sam/function/function.py", "rle/cvat.py"} <= found
    assert all(name.endswith(".py") for name in found if name.startswith(("cvat_sam/", "rle/")))
    assert {path.name for path in (cpu / "cvat_sam").iterdir()}.isdisjoint(code.LEFT_OUT)
    networks = {name for name in found if name.startswith("cache/")}
    assert networks == {
        f"cache/exported/{exported.folder.name}/{path.name}"
        for path in exported.folder.iterdir()
        if path.suffix in (".onnx", ".json")
    }
    assert (cpu / "requirements.txt").read_text() == checkout.requirements(gpu=False).read_text()


def test_for_a_gpu_it_has_the_weights_and_no_networks(gpu):
    cache = {name for name in files(gpu) if name.startswith("cache/")}
    assert cache == {f"cache/{VIT_T.filename}"}
    assert (gpu / "cache" / VIT_T.filename).stat().st_size == VIT_T.size
    assert (gpu / "requirements.txt").read_text() == checkout.requirements(gpu=True).read_text()
    assert (gpu / "function.yaml").read_text() == (ROOT / "deploy/detector-gpu.yaml").read_text()


def test_prints_the_folder_and_nothing_else(tmp_path):
    done = run("stage", "embedder", tmp_path / "function", "--gpu")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path / 'function'}\n"


def test_anyone_may_read_it_whatever_the_umask(tmp_path):
    folder = tmp_path / "function"
    done = run("stage", "embedder", folder, "--gpu", umask=0o077)
    assert done.returncode == 0, done.stderr
    modes = {
        (path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (folder, *folder.rglob("*"))
    }
    assert modes == {(True, 0o755), (False, 0o644)}


def test_an_empty_folder_is_filled(tmp_path):
    folder = tmp_path / "function"
    folder.mkdir(mode=0o700)
    staged("detector", folder, "--gpu", "--replicas", "2", "--claim", "embeddings")
    spec = configuration(folder)["spec"]
    assert (spec["minReplicas"], len(spec["volumes"])) == (2, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["function"]


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"kind": "tracker"}, "there is no function 'tracker'; there are interactor, detector, em"),
        ({"model": "vit_x"}, "there is no model 'vit_x'; there are vit_t, vit_b"),
        ({"replicas": 0}, "--replicas: should be at least 1, not 0"),
        ({"port": 0}, "--port: should be 1 to 65535, not 0"),
        ({"port": 65536}, "--port: should be 1 to 65535, not 65536"),
        ({"port": 1, "publish_port": False}, "--port and --no-port do not go together"),
        ({"port": 1, "replicas": 1}, "--port is about a port of this host; with --replicas or"),
        ({"publish_port": False, "claim": "c"}, "--no-port is about a port of this host"),
        ({"claim": "My claim"}, "(small letters, digits, '-' and '.'), not 'My claim'"),
        ({"claim": "c\n  evil: 1"}, "not 'c\\n  evil: 1'"),
        ({"claim": "c" * 254}, "not 'ccc"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_a_sentence(wish, sentence):
    with pytest.raises(InvalidSetting, match=re.escape(sentence)):
        Wish(**{"kind": "interactor", **wish})


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("full", "full has something in it (a); name a folder that is empty or new"),
        ("full/a", "full/a is not a folder; name one that is empty or new"),
        ("full/a/b", "full/a/b is not a folder; name one that is empty or new"),
    ],
)
def test_a_folder_that_is_taken_is_left_alone(tmp_path, name, sentence):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    with pytest.raises(InvalidSetting, match=re.escape(sentence)):
        stage(Wish(kind="interactor"), tmp_path / name)
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "a"]


def test_the_command_says_it_in_one_line(tmp_path):
    done = run("stage", "interactor", "f", "--claim", "My claim", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("cvat-sam: --claim: should be a PersistentVolumeClaim's name")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def small_files_only():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    done = run("stage", "embedder", tmp_path / "function", "--gpu", preexec_fn=small_files_only)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tmp_path / 'function'} cannot be staged: File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_own_weights_go_along_under_a_name_of_ours(tmp_path, gpu):
    own = tmp_path / "my weights: #1.pt"
    shutil.copy(gpu / "cache" / VIT_T.filename, own)
    done = run(
        "stage", "embedder", tmp_path / "f", "--gpu", environment={"SAM_CHECKPOINT": str(own)}
    )
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "f"
    assert {name for name in files(folder) if name.startswith("cache/")} == {"cache/own_weights.pt"}
    assert (folder / "cache" / "own_weights.pt").read_bytes() == own.read_bytes()
    named = {one["name"]: one["value"] for one in configuration(folder)["spec"]["env"]}
    assert named["SAM_CHECKPOINT"] == "/opt/nuclio/cache/own_weights.pt"


def test_own_weights_that_are_not_there_are_said(tmp_path):
    missing = tmp_path / "missing.pt"
    done = run("stage", "embedder", tmp_path / "f", environment={"SAM_CHECKPOINT": str(missing)})
    assert (done.returncode, done.stdout) == (2, "")
    assert f"the weights {missing} cannot be read: No such file" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_export_and_pytorch_it_says_what_to_install(tmp_path):
    program = (
        "import sys; sys.modules |= {'torch': None, 'onnx': None};"
        "from cvat_sam.cli import main; main()"
    )
    cache = {"CVAT_SAM_CACHE": str(tmp_path / "cache")}
    done = run("stage", "interactor", tmp_path / "f", program=["-c", program], environment=cache)
    assert (done.returncode, done.stdout) == (2, "")
    assert "to export vit_t torch and onnx would be needed: pip install '.[torch,cpu]'" in (
        done.stderr
    )
    assert not (tmp_path / "f").exists()


def test_outside_a_clone_it_says_so(tmp_path):
    # As pip installs it: the packages alone.
    for package in ("cvat_sam", "rle"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    program = "from cvat_sam.cli import main; main()"
    done = run("stage", "interactor", "f", program=["-c", program], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tmp_path / 'main.py'} is not there: to stage a function a clone of" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cvat_sam", "rle"]


def test_a_changed_file_is_not_guessed_at(tmp_path, monkeypatch):
    (tmp_path / "function.yaml").write_text("spec: {env: []}\n")
    monkeypatch.setattr(checkout, "ROOT", tmp_path)
    with pytest.raises(InvalidSource, match="was changed, and cannot be staged: the variable SAM_"):
        text(Wish(kind="interactor"), checkpoint=None)


YAML = """\
spec:
  env:
    - name: A
      value: a

  # About b.
  b:
    # About c.
    # More about c.
    c: 1
    d: 2
"""


def test_edits_change_one_place():
    assert text_edits.set_variable(YAML, "A", r"\1") == YAML.replace("value: a", r"value: \1")
    added = "      value: a\n    # Why.\n    - name: B\n      value: b\n"
    assert text_edits.add_variable(YAML, "A", "B", "b", comment="Why.") == YAML.replace(
        "      value: a\n", added
    )
    about_c = "    # About c.\n    # More about c.\n    c: 1\n"
    assert text_edits.replace_line(YAML, "c", "") == YAML.replace(about_c, "")
    assert text_edits.replace_line(YAML, "c", "    e: 3\n") == YAML.replace(about_c, "    e: 3\n")
    assert text_edits.replace_value(YAML, "c", "3") == YAML.replace("c: 1", "c: 3")
    assert text_edits.drop_block(YAML, "b") == YAML[: YAML.index("\n  # About b.")]
    assert text_edits.add_to_spec(YAML, "  e: 1\n") == f"{YAML}\n  e: 1\n"


@pytest.mark.parametrize(
    "edit",
    [
        lambda written: text_edits.set_variable(written, "A", "b"),
        lambda written: text_edits.add_variable(written, "A", "B", "b", comment="Why."),
        lambda written: text_edits.replace_line(written, "c", ""),
        lambda written: text_edits.replace_value(written, "c", "3"),
        lambda written: text_edits.drop_block(written, "b"),
        lambda written: text_edits.add_to_spec(written, "  e: 1\n"),
    ],
)
def test_edits_refuse_what_is_not_there_or_twice(edit):
    edit(YAML)
    with pytest.raises(InvalidInput, match="is not where it was"):
        edit("metadata: {}\n")
    with pytest.raises(InvalidInput, match="is there 2 times|spec is not where it was"):
        edit(YAML + YAML)
