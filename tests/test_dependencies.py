"""Dependencies point one way, and torch is imported only for a model, or for a tensor."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def imported_by(path):
    """The top-level names of what a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


def test_rle_knows_nothing_of_cvat_sam():
    tensors = ROOT / "rle" / "torch.py"
    paths = {*(ROOT / "rle").rglob("*.py")} - {tensors}
    names = {name for path in paths for name in imported_by(path)}
    assert names - sys.stdlib_module_names == {"numpy", "cv2", "rle"}
    assert {*imported_by(tensors)} - sys.stdlib_module_names == {"numpy", "rle", "torch"}


def test_cvat_sam_knows_nothing_of_main():
    names = {name for path in (ROOT / "cvat_sam").rglob("*.py") for name in imported_by(path)}
    assert "main" not in names
    assert "tests" not in names
    assert "rle" in names


@pytest.mark.parametrize(
    "module",
    [
        "rle",
        "rle.ops",
        "rle.polygon",
        "rle.torch",
        "cvat_sam",
        "cvat_sam.cli",
        "cvat_sam.client",
        "cvat_sam.client.annotating.annotate",
        "cvat_sam.client.download",
        "cvat_sam.client.annotating.refine_boxes",
        "cvat_sam.client.uploads.uploading",
        "cvat_sam.doctor.function_url",
        "cvat_sam.doctor.here",
        "cvat_sam.doctor.server",
        "cvat_sam.function",
        "cvat_sam.images.decoding",
        "cvat_sam.models",
        "cvat_sam.sa1b",
        "cvat_sam.sa1b.workers",
        "cvat_sam.serve",
        "cvat_sam.settings",
        "cvat_sam.sources",
        "cvat_sam.staging",
        "cvat_sam.targets",
        "cvat_sam.wire.replies",
        "cvat_sam.wire.requests",
        "main",
    ],
)
def test_import_does_not_import_what_runs_networks(module):
    heavy = {"torch", "timm", "onnxruntime", "openvino", "cupy", "pyarrow", "ray"}
    program = f"import sys, {module}; sys.exit(bool({heavy} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0


def test_without_torch_a_model_is_refused_in_a_sentence(tmp_path, cat_png):
    (tmp_path / "cat.png").write_bytes(cat_png)
    # Nor what could run a model that was exported.
    program = """
import sys
for package in ("torch", "onnxruntime", "openvino"):
    sys.modules[package] = None
from cvat_sam.cli import main
main()
"""
    words = [sys.executable, "-c", program, "segment", "cat.png", "--everything"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "to run a model here PyTorch is needed: pip install" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
