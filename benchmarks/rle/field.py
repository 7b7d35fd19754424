"""Which contenders are here, and which of their functions does what."""

import importlib
import importlib.metadata
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

OURS = "rle"

# Module of `rivals`, and the distribution whose version is written down with the results.
RIVALS = {
    "pycocotools": "pycocotools",
    "cvat_sdk": "cvat_sdk",
    "rlemasklib": "rlemasklib",
    "hotcoco": "hotcoco",
    "faster_coco_eval": "faster-coco-eval",
    "supervision": "supervision",
    "datumaro": "datumaro",
    "segment_anything": "segment-anything",
    "article": None,
    "notebook": None,
    "multiclass_rle": None,
    "kaggle": None,
}

Call = Callable[..., Any]


class Field:
    """The contenders of this environment.

    Attributes:
        modules: By the label they have in the table.
        missing: Why a rival is not here, by the name of its module.
        versions: Of the distributions that were found.
    """

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}
        self.missing: dict[str, str] = {}
        self.versions = {name: importlib.metadata.version(name) for name in ("numpy",)}
        for name in ("ours", *RIVALS):
            try:
                module = importlib.import_module(f"benchmarks.rle.rivals.{name}")
            except ImportError as fault:
                if name == "ours":
                    raise
                self.missing[name.replace("_", "-")] = str(fault)
                continue
            self.modules[module.LABEL] = module
            if distribution := RIVALS.get(name):
                self.versions[distribution] = importlib.metadata.version(distribution)

    def functions(self, name: str) -> dict[str, Call]:
        """What does something, by "label" or "label, variant".

        Who has no function for a batch is called for one mask after another.
        """
        found: dict[str, Call] = {}
        for label, module in self.modules.items():
            for attribute in dir(module):
                base, _, variant = attribute.partition("__")
                if base == name:
                    found[f"{label}, {variant}" if variant else label] = getattr(module, attribute)
            if name.endswith("_batch") and label != OURS:
                single = getattr(module, name.removesuffix("_batch"), None)
                if single:
                    one_by_one = decoding(single) if "decode" in name else encoding(single)
                    found[f"{label}, one by one"] = one_by_one
        return found


def label_of(name: str) -> str:
    """The contender without the variant."""
    return name.partition(", ")[0]


def encoding(encode: Call) -> Call:
    """Encodes masks one after another."""
    return lambda masks: [encode(mask) for mask in masks]


def decoding(decode: Call) -> Call:
    """Decodes masks one after another into one array."""

    def batch(items: Sequence[Any], *size: int) -> Any:
        first = decode(items[0], *size)
        images = np.empty((len(items), *first.shape), first.dtype)
        images[0] = first
        for image, item in zip(images[1:], items[1:], strict=True):
            image[...] = decode(item, *size)
        return images

    return batch
