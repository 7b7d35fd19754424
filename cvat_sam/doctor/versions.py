"""What is installed: read from the packages' own metadata, so that nothing is imported for it."""

import importlib.util
import platform
from collections.abc import Iterator
from importlib import metadata

import cvat_sam
from cvat_sam.doctor.finding import Finding, note, ok

NEEDED = {"numpy": "numpy", "OpenCV": "cv2", "Pillow": "PIL", "nuclio-sdk": "nuclio_sdk"}
RUNTIMES = ("onnxruntime", "openvino", "torch")
# Of what is not imported under its own name, or is built in several ways.
_DISTRIBUTIONS = {
    "cv2": (
        "opencv-python-headless",
        "opencv-python",
        "opencv-contrib-python-headless",
        "opencv-contrib-python",
    ),
    "PIL": ("pillow", "pillow-simd"),
    "nuclio_sdk": ("nuclio-sdk",),
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu", "onnxruntime-openvino"),
}
_IN_A_CLONE = "in a clone of cvat-sam"


def look() -> Iterator[Finding]:
    """Say which versions there are, and what cannot be done for want of a package."""
    system = f"{platform.system()} {platform.machine()}"
    yield ok("cvat-sam", f"{cvat_sam.__version__}, Python {platform.python_version()}, {system}")
    yield _needed()
    yield _runtimes()


def installed(module: str) -> str | None:
    """The version of what `import module` finds; None where it finds nothing.

    >>> installed("no_such_module") is None
    True
    """
    try:
        found = importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        found = False  # shut out, as by sys.modules[name] = None
    if not found:
        return None
    for distribution in _DISTRIBUTIONS.get(module, (module,)):
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return "of a version that is not said"


def can_run_models() -> bool:
    """Whether something is installed that runs a model here."""
    return any(map(installed, ("onnxruntime", "torch")))


def _needed() -> Finding:
    """What the command could not begin without."""
    there = ((title, installed(module)) for title, module in NEEDED.items())
    return ok("packages", ", ".join(f"{title} {version}" for title, version in there))


def _runtimes() -> Finding:
    there = {module: installed(module) for module in RUNTIMES}
    said = ", ".join(f"{module} {version}" for module, version in there.items() if version)
    if not can_run_models():
        return note(
            "runtimes",
            "no model can run here, only functions elsewhere be asked (upload, download, annotate "
            "--function)",
            f"pip install '.[cpu]' {_IN_A_CLONE} runs exported models, '.[torch,cpu]' all",
        )
    if there["torch"] is None:
        return ok("runtimes", f"{said}; without torch no model is exported and no GPU used")
    if there["onnxruntime"] is None:
        return note(
            "runtimes",
            f"{said}, which alone is slow on a CPU",
            f"pip install '.[cpu]' {_IN_A_CLONE} adds openvino and onnxruntime",
        )
    if there["openvino"] is None:
        return note(
            "runtimes",
            f"{said}; on a CPU openvino would be faster",
            f"pip install '.[cpu]' {_IN_A_CLONE} adds it",
        )
    return ok("runtimes", said)
