"""A model's networks as ONNX files in the cache folder: written once, by whoever has PyTorch.

One folder for each model and each file of weights, named for both, with the networks of `NETWORKS`
and `manifest.json`. The folder is complete or not there: it is renamed into place.
Whoever has it needs neither PyTorch nor the weights themselves.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cvat_sam import cache
from cvat_sam.weights import verified

# Another number where the networks' inputs or outputs become others.
FORMAT = 2
MANIFEST = "manifest.json"
ENCODER = "encoder.onnx"
DECODER = "decoder.onnx"
IMAGE_SIDE = "image_side.onnx"
TOKEN_SIDE = "token_side.onnx"  # noqa: S105  no secret: what a transformer calls its words
MASK_HEAD = "mask_head.onnx"
NETWORKS = (ENCODER, DECODER, IMAGE_SIDE, TOKEN_SIDE, MASK_HEAD)
COMPILED = "openvino"  # a folder; not in the manifest, because anyone can make it again


@dataclass(frozen=True)
class Exported:
    """A model's exported networks.

    Attributes:
        folder: where they are.
        weights: SHA-256 of the file with the weights that are in them.
        differences: the largest difference to PyTorch that was found, for each runtime that was
            there to be asked; see `checking`.
    """

    folder: Path
    weights: str
    differences: Mapping[str, Mapping[str, float]]

    @property
    def encoder(self) -> Path:
        """The image encoder: `image` `(1, 3, 1024, 1024)` in, `embedding` out."""
        return self.folder / ENCODER

    @property
    def decoder(self) -> Path:
        """Prompt encoder and mask decoder; see `prompted_decoder`."""
        return self.folder / DECODER

    @property
    def image_side(self) -> Path:
        """The decoder for many prompts on one image, and the next two; see `shared_decoder`."""
        return self.folder / IMAGE_SIDE

    @property
    def token_side(self) -> Path:
        """Its part for each prompt."""
        return self.folder / TOKEN_SIDE

    @property
    def mask_head(self) -> Path:
        """Its part for each prompt whose masks are wanted."""
        return self.folder / MASK_HEAD

    @property
    def compiled(self) -> Path:
        """The folder where OpenVINO keeps what it compiled for this machine."""
        return self.folder / COMPILED


def place(model: str, weights: str) -> Path:
    """The folder of a model's export, whether it is there or not.

    Args:
        model: its name in the table.
        weights: SHA-256 of the file with its weights.
    """
    return cache.location() / "exported" / f"{model}-{weights[:16]}-{FORMAT}"


def find(model: str, weights: str) -> Exported | None:
    """The export of a model, or None where there is none that is whole."""
    folder = place(model, weights)
    return None if complaint(folder, weights) else read(folder)


def complaint(folder: Path, weights: str) -> str | None:
    """What is wrong with an export; None if nothing is.

    Returns:
        The end of a sentence that begins with the folder's name.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        if (manifest["format"], manifest["weights"]) != (FORMAT, weights):
            return "is the export of something else"
        for name, file in manifest["files"].items():
            if not verified.is_whole(folder / name, size=file["size"], sha256=file["sha256"]):
                return f"is damaged: {name} is not what was written"
        if missing := set(NETWORKS) - manifest["files"].keys():
            return f"has no {sorted(missing)[0]}"
        read(folder)
    except FileNotFoundError:
        return "is not there"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"is damaged: its {MANIFEST} cannot be read ({type(error).__name__})"
    return None


def write_manifest(
    folder: Path, *, model: str, weights: str, differences: Mapping[str, Mapping[str, float]]
) -> None:
    """Note what the files in `folder` are, so that `find` can tell whether they are whole."""
    files = {
        path.name: {"size": path.stat().st_size, "sha256": verified.sum_of(path)}
        for path in sorted(folder.iterdir())
        if path.is_file()
    }
    manifest = {
        "format": FORMAT,
        "model": model,
        "weights": weights,
        "files": files,
        "differences": differences,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")


def read(folder: Path) -> Exported:
    """What is in a folder that nothing is wrong with."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    return Exported(folder, manifest["weights"], manifest["differences"])
