"""Finding and importing a function's `main.py`."""

import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cvat_sam.exceptions import HooksUnavailable


@dataclass(frozen=True)
class Hooks:
    """The two functions that Nuclio calls.

    Attributes:
        file: The file they come from.
        handler: `handler(context, event)`, called for each request.
        init_context: `init_context(context)`, called once before the first request; may be absent.
    """

    file: Path
    handler: Callable[[Any, Any], Any]
    init_context: Callable[[Any], Any] | None


def find_main(path: Path | None = None) -> Path:
    """Find the file with the hooks.

    Args:
        path: A folder with a main.py, or the file itself. None means the current folder if it has
            a main.py, otherwise the folder beside the package (a clone of the repository).

    Raises:
        HooksUnavailable: there is no such file.
    """
    beside_package = Path(__file__).resolve().parents[2]
    folders = [path] if path is not None else [Path.cwd(), beside_package]
    for folder in folders:
        file = folder / "main.py" if folder.is_dir() else folder
        if file.is_file():
            return file.resolve()
    places = " nor ".join(f"in {folder}" for folder in folders)
    raise HooksUnavailable(f"There is no main.py {places}; run this in the function's folder.")


def load_hooks(path: Path | None = None) -> Hooks:
    """Import main.py as Nuclio does: under the name `main`, its folder first on `sys.path`.

    Whatever the import itself raises is passed on.

    Args:
        path: As in `find_main`.

    Raises:
        HooksUnavailable: there is no main.py, or it has no `handler`.
    """
    file = find_main(path)
    spec = importlib.util.spec_from_file_location("main", file)
    if spec is None or spec.loader is None:
        raise HooksUnavailable(f"{file} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(file.parent))
    sys.modules["main"] = module
    spec.loader.exec_module(module)
    handler = getattr(module, "handler", None)
    if not callable(handler):
        raise HooksUnavailable(f"{file} has no function handler(context, event).")
    return Hooks(file=file, handler=handler, init_context=getattr(module, "init_context", None))
