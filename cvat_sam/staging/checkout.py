"""Where the files of a deployment are: beside the package, in a clone of the repository."""

from pathlib import Path

from cvat_sam.exceptions import Unavailable
from cvat_sam.settings import FunctionKind

# Beside the package and nowhere else: what is staged is the very code that stages it.
ROOT = Path(__file__).resolve().parents[2]


def variant(kind: FunctionKind, *, gpu: bool) -> Path:
    """The function.yaml of a kind of function, on a CPU or a GPU.

    Raises:
        Unavailable: this is no clone.
    """
    if kind == "interactor" and not gpu:
        return file("function.yaml")
    return file(f"deploy/{kind}{'-gpu' if gpu else ''}.yaml")


def requirements(*, gpu: bool) -> Path:
    """The packages that it needs, with their versions.

    Raises:
        Unavailable: this is no clone.
    """
    return file(f"deploy/requirements-{'gpu' if gpu else 'cpu'}.txt")


def file(name: str) -> Path:
    """A file or folder of the clone.

    Raises:
        Unavailable: this is no clone.
    """
    path = ROOT / name
    if not path.exists():
        raise Unavailable(
            f"{path} is not there: to stage a function a clone of cvat-sam is needed, with the "
            "package installed from it (make demo does so)"
        )
    return path
