"""The folder of results: what is done in it, and what it is of.

    about.json          which command made it, with which conditions
    done/NAME.json      of each source that is done: what tells it from others, and what came of it
    coco/NAME.json, masks/NAME.parquet, pairs/NAME.parquet      results

A result has its name when it is whole. What is done is written down last, so of a run that was
killed at any moment, what is not written down is made anew.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cvat_sam.exceptions import InvalidSetting, Unwritable
from cvat_sam.files import make_folder, unfinished_of, write_atomically
from cvat_sam.lock import locked
from cvat_sam.sa1b.work.jobs import Job, Outcome
from cvat_sam.targets.unfinished import writing

ABOUT, DONE = "about.json", "done"
_KINDS = {"coco": ".json", "masks": ".parquet", "pairs": ".parquet", DONE: ".json"}


def result_path(job: Job, kind: str, suffix: str) -> Path:
    """Where a result of a job goes."""
    if job.folder is None:
        raise InvalidSetting(f"{job.kind} writes files and needs a folder for them")
    return job.folder / kind / f"{job.name}{suffix}"


@contextmanager
def opened(folder: Path, jobs: Sequence[Job], *, again: bool) -> Iterator[dict[str, Outcome]]:
    """Makes a folder ready for jobs, which nobody else works in meanwhile.

    Args:
        folder: of the results; made if it is not there.
        jobs: at least one, all of one kind and with the same conditions.
        again: whether what is done is to be done anew.

    Yields:
        What was done before, by the job's name.

    Raises:
        InvalidSetting: the folder holds results of another kind, with other conditions, or of
            another source of the same name; or something else.
        Unwritable: it cannot be made.
        InUse: another process works in it.
    """
    _check_folder(folder)
    make_folder(folder)
    with locked(folder / ".lock", f"another `cvat-sam sa1b` with the folder {folder}"):
        _check_about(folder, jobs[0])
        before = {} if again else _done(folder, jobs)
        write_atomically(folder / ABOUT, _json(_about(jobs[0])))
        yield before


def begin(job: Job) -> None:
    """Takes away that a job is done, and what a process that was killed has left of it."""
    if job.folder is None:
        return
    with writing(job.folder):
        _done_path(job.folder, job).unlink(missing_ok=True)
        for kind, suffix in _KINDS.items():
            for left in unfinished_of(result_path(job, kind, suffix)):
                left.unlink(missing_ok=True)


def write_down(job: Job, outcome: Outcome, identity: dict[str, Any]) -> None:
    """Writes down that a job is done, of a source that was `identity` when it was begun."""
    if job.folder is not None:
        make_folder(job.folder / DONE)
        done = {"source": identity, "outcome": asdict(outcome)}
        write_atomically(_done_path(job.folder, job), _json(done))


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise Unwritable(f"{folder} cannot be written: it is a file")
    if folder.is_dir() and not (folder / ABOUT).is_file():
        other = next((one for one in folder.iterdir() if not one.name.startswith(".")), None)
        if other is not None:
            raise InvalidSetting(
                f"{folder} has something else in it ({other.name}); results need a folder of their "
                "own"
            )


def _check_about(folder: Path, job: Job) -> None:
    if not (folder / ABOUT).is_file():
        return
    there, wanted = _read(folder / ABOUT), _about(job)
    if there != wanted:
        raise InvalidSetting(
            f"{folder} holds results of `{_words(there)}`, and these would be of "
            f"`{_words(wanted)}`; give another folder"
        )


def _done(folder: Path, jobs: Sequence[Job]) -> dict[str, Outcome]:
    found = {}
    for job in jobs:
        path = _done_path(folder, job)
        if not path.is_file():
            continue
        done = _read(path)
        if done.get("source") != job.identity():
            raise InvalidSetting(
                f"{folder} has results of another {job.name}, or of what {job.piece.paths[0]} was "
                "before; --again replaces them, and another folder keeps both"
            )
        outcome = dict(done["outcome"])
        found[job.name] = Outcome(**{**outcome, "faults": tuple(outcome["faults"])})
    return found


def _done_path(folder: Path, job: Job) -> Path:
    return folder / DONE / f"{job.name}.json"


def _about(job: Job) -> dict[str, Any]:
    return {"command": f"cvat-sam sa1b {job.kind}", "conditions": job.wanted.said}


def _words(about: dict[str, Any]) -> str:
    conditions = about.get("conditions") or {}
    options = [f"--{name.replace('_', '-')} {value}" for name, value in conditions.items()]
    return " ".join([str(about.get("command")), *options])


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InvalidSetting(f"{path} cannot be read: {error}") from None
    if not isinstance(read, dict):
        raise InvalidSetting(f"{path} is none of ours: it should be an object")
    return read


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
