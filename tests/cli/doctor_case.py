"""`cvat-sam doctor` run, and its lines read; a function that answers as it is told."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from serving import served_with, write_main

from cvat_sam.doctor.finding import Finding


@dataclass(frozen=True)
class Diagnosis:
    """What a run has printed.

    Attributes:
        code: its exit code.
        out: standard output.
        err: standard error.
    """

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """Level, what, sentence of each finding."""
        found = [line for line in self.out.splitlines() if line.startswith("  ")]
        return [(line[2:9].strip(), line[9:23].strip(), line[25:]) for line in found]

    @property
    def next_step(self) -> str:
        """The last line."""
        return self.out.splitlines()[-1]

    def level(self, what: str) -> str:
        """Of the one line about this."""
        [level] = [level for level, about, _ in self.lines if about == what]
        return level

    def sentence(self, what: str) -> str:
        """Of the one line about this."""
        [sentence] = [sentence for _, about, sentence in self.lines if about == what]
        return sentence


def environment(**more: str) -> dict[str, str]:
    """This process's own, without what doctor would look at."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SAM_") and name not in ("CVAT_ACCESS_TOKEN", "PASS")
    }
    return {**kept, **more}


def doctor(*arguments: str, program: str = "", **more: str) -> Diagnosis:
    """Run the command to its end.

    Args:
        arguments: of the command.
        program: Python that runs before it.
        more: environment variables.
    """
    start = f"{program}\nfrom cvat_sam.cli import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", start, "doctor", *arguments],
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Diagnosis(done.returncode, done.stdout, done.stderr)


def about(findings: list[Finding], what: str) -> Finding:
    """The one finding about this."""
    [finding] = [finding for finding in findings if finding.what == what]
    return finding


def in_short(findings: list[Finding]) -> dict[str, str]:
    """Levels by what they are of."""
    return {finding.what: finding.level for finding in findings}


MAIN = """
import base64, json, os, time
from pathlib import Path

FOLDER = Path(__file__).parent


def handler(context, event):
    with (FOLDER / "seen.jsonl").open("a") as file:
        body = event.body
        file.write(json.dumps({"keys": sorted(body), "image": len(body["image"]),
                               "points": body.get("pos_points")}) + "\\n")
    script = json.loads((FOLDER / "script.json").read_text())
    told = script[0]
    if len(script) > 1:
        (FOLDER / "script.json").write_text(json.dumps(script[1:]))
    if told.get("ends"):
        os._exit(1)
    time.sleep(told.get("seconds", 0))
    return context.Response(body=told["body"], headers=told.get("headers", {}),
                            content_type=told.get("type", "application/json"),
                            status_code=told.get("status", 200))
"""


@dataclass(frozen=True)
class Told:
    """A function that answers what it is told.

    Attributes:
        url: its address.
        folder: where its main.py is.
    """

    url: str
    folder: Path

    def tell(self, *replies: dict[str, Any]) -> str:
        """Say what it answers, the last one ever after; returns its address."""
        (self.folder / "seen.jsonl").unlink(missing_ok=True)
        (self.folder / "script.json").write_text(json.dumps(replies))
        return self.url

    def seen(self) -> list[dict[str, Any]]:
        """The requests since then."""
        lines = (self.folder / "seen.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]


@contextlib.contextmanager
def told_function(folder: Path, **limits: float) -> Iterator[Told]:
    """Host it in a process of its own, with limits of `cvat_sam.serve.serve`."""
    with served_with(write_main(folder, MAIN), **limits) as host:
        yield Told(host.url, folder)


def as_interactor(mask: np.ndarray, /, **changes: Any) -> dict[str, Any]:
    """A reply with this mask as an interactor gives it, its box and all."""
    rows, columns = mask.nonzero()
    left, top, right, bottom = (
        int(value) for value in (columns.min(), rows.min(), columns.max(), rows.max())
    )
    crop = mask[top : bottom + 1, left : right + 1].astype(int).tolist()
    reply = {
        "mask": crop,
        "bounds": [left, top, right, bottom],
        "points": [[left, top], [right, top], [right, bottom]],
    }
    return {"body": json.dumps(reply | changes)}


def as_detector(*masks: np.ndarray, **changes: Any) -> dict[str, Any]:
    """A reply with these masks as a detector gives them."""
    items = []
    for mask in masks:
        reply = json.loads(as_interactor(mask)["body"])
        items.append(
            {
                "label": "object",
                "type": "mask",
                "mask": [*chain.from_iterable(reply["mask"]), *reply["bounds"]],
                "points": list(chain.from_iterable(reply["points"])),
                "confidence": "0.9",
                **changes,
            }
        )
    return {"body": json.dumps(items)}
