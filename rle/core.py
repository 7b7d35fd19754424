"""Nothing of ours: the package rle-python keeps its whole contents in a folder `rle/core/`.

Where both are installed in one folder Python prefers `rle/core/` to this file, and both packages
work. So no code of ours may ever be called `core`; and where only this file is found (a clone, an
editable install) whoever asks for rle-python's names is told why they are not here.
"""

from typing import NoReturn

from rle import _clash

# Makes this file a package to Python, whose import system then asks __getattr__ first.
__path__: list[str] = []


def __getattr__(name: str) -> NoReturn:
    sentence = (
        f"rle.core.{name} would be rle-python's, whose `rle` is hidden here by the `rle` of "
        "cvat-sam; give each an environment of its own"
    )
    _clash.refuse("rle.core", name, sentence)
