"""The settings that this environment has: those of commands here, not of a deployed function."""

import os
from collections.abc import Generator, Mapping
from pathlib import Path

from cvat_sam.doctor import writable
from cvat_sam.doctor.finding import Finding, note, ok, wrong
from cvat_sam.exceptions import InvalidSetting
from cvat_sam.models.backends import gpu
from cvat_sam.settings import Settings, unknown_variables

_README = "the README's table has all variables and their values"


def look(environment: Mapping[str, str] | None = None) -> Generator[Finding, None, Settings]:
    """Say which settings are in force here, and which cannot be.

    Returns:
        The settings; those without any variable where one of them cannot be used.
    """
    environment = os.environ if environment is None else environment
    for sentence in unknown_variables(environment):
        # With a question it is misspelt; without one it may be another program's.
        if sentence.endswith("?"):
            yield wrong("settings", sentence, f"spell it so, or unset it; {_README}")
        else:
            yield note("settings", sentence)
    try:
        settings = Settings.from_environment(environment)
    except InvalidSetting as error:
        yield wrong("settings", str(error), f"change it or unset it; {_README}")
        return Settings()
    given = {name: value for name, value in settings.variables().items() if environment.get(name)}
    listed = ", ".join(f"{name}={value}" for name, value in given.items())
    yield ok("settings", listed or "no variable SAM_… is set, so all have their defaults")
    if settings.device.startswith("cuda") and not gpu.may_be_here():
        yield wrong(
            "settings",
            f"SAM_DEVICE={settings.device} insists on a GPU, and none is seen here",
            "take SAM_DEVICE=auto or cpu, or give this machine a GPU that nvidia-smi sees",
        )
    if settings.embeddings_dir is not None:
        yield _embeddings(settings.embeddings_dir.expanduser())
    return settings


def _embeddings(folder: Path) -> Finding:
    there = writable.nearest(folder)
    complaint = writable.complaint(there)
    if complaint is None:
        later = "" if there == folder else ", which the function will make"
        return ok("embeddings", f"{folder}{later}")
    step = "name another folder in SAM_EMBEDDINGS_DIR, or unset it"
    return wrong("embeddings", f"{there} {complaint}", step)
