"""The weights and exported models in the cache folder, summed anew: damaged ones look like right.

A sum that was remembered beside a file is not trusted here.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from cvat_sam import cache
from cvat_sam.doctor import versions
from cvat_sam.doctor.finding import Finding, note, ok, wrong
from cvat_sam.exceptions import CheckpointUnavailable
from cvat_sam.models.backends import exported
from cvat_sam.models.table import MODELS, ModelSpec
from cvat_sam.models.weights import ChosenWeights
from cvat_sam.reporting import megabytes
from cvat_sam.settings import Settings
from cvat_sam.weights import verified


def look(settings: Settings) -> Iterator[Finding]:
    """Look at the model of these settings, there or not, and at what there is of the others.

    Args:
        settings: of this environment.
    """
    try:
        chosen = ChosenWeights.of(MODELS[settings.model].checkpoint, settings.checkpoint)
        own_sum = chosen.sum()
    except (CheckpointUnavailable, OSError) as error:
        step = "name a file that is there in SAM_CHECKPOINT, or unset it"
        yield wrong("own weights", str(error), step)
        return
    if chosen.own is not None:
        size = megabytes(chosen.own.stat().st_size)
        yield ok("own weights", f"{chosen.own} ({size}, SHA-256 {own_sum[:16]}…)")
    names = sorted(MODELS, key=lambda name: name != settings.model)
    for name in names:
        is_chosen = name == settings.model
        weights = own_sum if is_chosen else MODELS[name].checkpoint.sha256
        export = _export(name, weights)
        file = _weights(name, MODELS[name])
        if is_chosen:
            yield export or _no_export(name, has_weights=bool(file), own=chosen.own is not None)
            if chosen.own is None:
                yield file or _no_weights(name, MODELS[name], needed=export is None)
            continue
        yield from filter(None, (export, file))
    yield from _strangers()


def _weights(name: str, entry: ModelSpec) -> Finding | None:
    """The published file of a model; None where it is not there."""
    file = cache.location() / entry.checkpoint.filename
    if not file.exists():
        return None
    what = f"weights {name}"
    again = f"delete {file}; then `cvat-sam weights {name}` fetches it again"
    try:
        published = entry.checkpoint
        complaint = verified.complaint(file, size=published.size, sha256=published.sha256)
    except CheckpointUnavailable as error:
        return wrong(what, str(error), f"make it readable, or {again}")
    if complaint is not None:
        return wrong(what, f"{file} is damaged: it {complaint}", again)
    return ok(what, f"{file.name} is there, and its SHA-256 is right")


def _no_weights(name: str, entry: ModelSpec, *, needed: bool) -> Finding:
    size = megabytes(entry.checkpoint.size)
    if not needed:
        return ok(f"weights {name}", "are not there, and its export needs none")
    return note(
        f"weights {name}",
        f"are not there, and are fetched when a model is run here ({size})",
        f"`cvat-sam weights {name}` fetches them now",
    )


def _export(name: str, weights: str) -> Finding | None:
    """The export of a model; None where it is not there."""
    folder = exported.place(name, weights)
    if not folder.exists():
        return None
    complaint = _damage(folder, weights)
    if complaint is not None:
        again = f"`cvat-sam export {name} --again` makes it anew, where PyTorch is installed"
        return wrong(f"export {name}", f"{folder} {complaint}", again)
    return ok(f"export {name}", f"{folder.name} is there, and its sums are right")


def _damage(folder: Path, weights: str) -> str | None:
    try:
        complaint = exported.complaint(folder, weights)
        if complaint is not None:
            return complaint
        files = json.loads((folder / exported.MANIFEST).read_bytes())["files"]
        for name, file in files.items():
            wrong_sum = verified.complaint(folder / name, size=file["size"], sha256=file["sha256"])
            if wrong_sum is not None:
                return f"is damaged: {name} {wrong_sum}"
    except CheckpointUnavailable as error:
        return f"cannot be read: {error}"
    return None


def _no_export(name: str, *, has_weights: bool, own: bool) -> Finding:
    what = f"export {name}"
    if versions.installed("torch"):
        return note(
            what,
            "is not there, and is made at the first start on a CPU (half a minute, with vit_h ten)",
            f"`cvat-sam export {name}` makes it now",
        )
    if versions.can_run_models():
        own_file = " --checkpoint FILE" if own else ""
        return wrong(
            what,
            "is not there, and without PyTorch nothing else can run here",
            f"`cvat-sam export {name}{own_file}` where PyTorch is installed prints a folder; copy "
            f"it to {cache.location() / 'exported'}",
        )
    return ok(what, "is not there, and nothing could run it here")


def _strangers() -> Iterator[Finding]:
    """Exports of another version's form, which only take room."""
    folder = cache.location() / "exported"
    ending = f"-{exported.FORMAT}"
    try:
        old = [path.name for path in folder.iterdir() if path.is_dir() and path.name[0] != "."]
    except OSError:
        return
    old = sorted(name for name in old if not name.endswith(ending))
    if old:
        yield note(
            "old exports",
            f"{', '.join(old)} in {folder}, of another version of cvat-sam",
            "they can be deleted",
        )
