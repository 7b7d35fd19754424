"""What makes a clash over the name `rle` fail with a sentence.

Two packages on the Python package index also install something called `rle`. python-rle puts its
own `rle/__init__.py` over ours (or is deleted together with ours); rle-python has no
`rle/__init__.py`, only a folder `rle/core/`, which gets along with our files (see `rle.core`).
`rle.exceptions` imports this module, and every public module imports `rle.exceptions`, so whichever
is imported first notices that the `rle` around it is not ours.
"""

import sys
from types import ModuleType
from typing import NoReturn

MEND = (
    "`pip uninstall -y python-rle rle-python` and then "
    "`pip install --force-reinstall --no-deps cvat-sam` "
    "(with the path of your clone for cvat-sam, if you work from one) mend it"
)


class RleClashError(ImportError):
    """Another package called `rle` stands where ours should."""


def check(package: ModuleType) -> None:
    """Makes sure that a module called `rle` is this package.

    Args:
        package: What `sys.modules["rle"]` holds.

    Raises:
        RleClashError: It is another one, or ours without its `__init__.py`.
    """
    if getattr(package, "__distribution__", None) == "cvat-sam":
        return
    if file := getattr(package, "__file__", None):
        found = f"{file} is not the `rle` of cvat-sam but another package's of that name"
    else:
        places = ", ".join(getattr(package, "__path__", ()))
        found = f"{places} has no __init__.py of cvat-sam: another package's removal took it away"
    raise RleClashError(f"{found}; {MEND}", name="rle")


def refuse(module: str, name: str, sentence: str) -> NoReturn:
    """Answers, from a package's `__getattr__`, for a name of another package's `rle`.

    Args:
        module: The full name of the package that was asked.
        name: The name that was asked for.
        sentence: Whose it is and what to do.

    Raises:
        AttributeError: It was asked as `module.name`, and `hasattr` is False.
        ImportError: It was asked as `from module import name`, where Python would put a sentence
            of its own in the place of an AttributeError's.
    """
    if sys._getframe(2).f_globals.get("__name__") == "importlib._bootstrap":
        raise ImportError(sentence, name=module)
    raise AttributeError(sentence, name=name)


check(sys.modules["rle"])
