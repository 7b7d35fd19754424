"""Masks a second into a task, against one bare PATCH and cvat-sdk's own call; and memory.

The server is the stand-in of the tests, which takes as long over a request as a CVAT 2.15 did that
was measured. `make bench-upload` runs this.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import requests

import rle

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from fake_cvat.process import FakeCvat  # type: ignore[import-not-found]  # noqa: E402

WIDTH, HEIGHT, FRAMES = 640, 480, 100


def items(count: int) -> list[dict[str, Any]]:
    """Round masks on a hundred frames, of some sixty runs each."""
    rng = np.random.default_rng(0)
    y, x = np.ogrid[-15:16, -15:16]
    disc = y * y + x * x <= 15 * 15
    runs = rle.cvat.encode(disc)[:-4]
    made = []
    for number in range(count):
        left, top = int(rng.integers(WIDTH - 31)), int(rng.integers(HEIGHT - 31))
        points = [*runs, left, top, left + 30, top + 30]
        made.append({"frame": number % FRAMES, "label": "object", "points": points})
    return made


def bare(cvat: FakeCvat, task: int, masks: list[dict[str, Any]]) -> float:
    """One PATCH with everything, written beforehand."""
    label = cvat.labels(task)["object"]
    shapes = [
        {"type": "mask", "frame": m["frame"], "label_id": label, "points": m["points"]}
        | {"occluded": False, "z_order": 0, "attributes": []}
        for m in masks
    ]
    body = json.dumps({"version": 0, "tags": [], "tracks": [], "shapes": shapes}).encode()
    headers = {"Authorization": f"Token {cvat.token}", "Content-Type": "application/json"}
    url = f"{cvat.url}/api/tasks/{task}/annotations?action=create"
    began = time.perf_counter()
    requests.patch(url, data=body, headers=headers, timeout=600).json()
    return time.perf_counter() - began


def sdk(cvat: FakeCvat, task: int, masks: list[dict[str, Any]]) -> float:
    """cvat-sdk's models, then its call that creates annotations."""
    from cvat_sdk.api_client import ApiClient, Configuration, models

    label = cvat.labels(task)["object"]
    with ApiClient(Configuration(host=cvat.url)) as client:
        client.set_default_header("Authorization", f"Token {cvat.token}")
        began = time.perf_counter()
        shapes = [
            models.LabeledShapeRequest(
                type="mask",
                frame=m["frame"],
                label_id=label,
                points=[float(number) for number in m["points"]],
            )
            for m in masks
        ]
        client.tasks_api.partial_update_annotations(
            "create",
            task,
            patched_labeled_data_request=models.PatchedLabeledDataRequest(shapes=shapes),
            _parse_response=False,
        )
        return time.perf_counter() - began


def ours(cvat: FakeCvat, task: int, path: Path) -> tuple[float, float, float]:
    """The command, in a process of its own: seconds in all, seconds of sending, peak MB."""
    with tempfile.TemporaryDirectory() as state:
        environment = os.environ | {
            "CVAT_ACCESS_TOKEN": cvat.bearer,
            "XDG_STATE_HOME": state,
        }
        command = [sys.executable, "-m", "benchmarks.upload", "--child", cvat.url, str(task)]
        began = time.perf_counter()
        out = subprocess.check_output([*command, str(path)], env=environment, cwd=ROOT, text=True)
        seconds = time.perf_counter() - began
    sending, most = map(float, out.split()[-2:])
    return seconds, sending, most


def child(url: str, task: int, path: Path) -> None:
    """An upload that measures itself."""
    from cvat_sam.client import AccessToken, Secret, Server, upload
    from cvat_sam.client.http.connection import Connection
    from cvat_sam.client.uploads.progress import Progress

    began: list[float] = []
    server = Server(url, credentials=AccessToken(Secret(os.environ["CVAT_ACCESS_TOKEN"])))
    progress = Progress(planned=lambda masks: began.append(time.perf_counter()))
    with Connection(server) as connection:
        report = upload(connection, [path], task=task, progress=progress)
    sending = time.perf_counter() - began[0]
    if report.stored != report.masks:
        raise SystemExit(f"{report.stored} of {report.masks} masks stored")
    print(sending, peak())


def peak() -> float:
    """The most memory that this process has had, in MB.

    Not what getrusage says: that counts from the fork, when it was a copy of its parent.
    """
    status = Path("/proc/self/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.upload", description=__doc__)
    parser.add_argument("--masks", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=100_000, help="for the memory")
    parser.add_argument("--child", nargs=3, metavar=("URL", "TASK", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        url, task, path = options.child
        child(url, int(task), Path(path))
        return
    with FakeCvat() as cvat, tempfile.TemporaryDirectory() as folder:
        _compare(cvat, Path(folder), options.masks)
        _memory(cvat, Path(folder), options.many)


def _task(cvat: FakeCvat, jobs: int = 1) -> int:
    frames = [(f"{number:03}.png", WIDTH, HEIGHT) for number in range(FRAMES)]
    each = FRAMES // jobs
    return int(cvat.add_task(frames, jobs=[(i * each, (i + 1) * each - 1) for i in range(jobs)]))


def _compare(cvat: FakeCvat, folder: Path, count: int) -> None:
    masks = items(count)
    path = folder / "masks.json"
    path.write_text(json.dumps(masks))
    cvat.settings(cost=1)
    print(f"{count:,} masks, masks a second")
    for jobs in (1, 100):
        print(f"into a task of {jobs} job{'s' * (jobs > 1)}")
        rate = count / bare(cvat, _task(cvat, jobs), masks)
        print(f"  one bare PATCH        {rate:8,.0f}")
        try:
            print(f"  cvat-sdk's call       {count / sdk(cvat, _task(cvat, jobs), masks):8,.0f}")
        except ImportError:
            print("  cvat-sdk is not installed here")
        seconds, sending, _ = ours(cvat, _task(cvat, jobs), path)
        print(f"  cvat-sam upload       {count / seconds:8,.0f}")
        share = count / sending / rate
        print(f"  of it sending alone   {count / sending:8,.0f}, {share:.0%} of the bare PATCH")


def _memory(cvat: FakeCvat, folder: Path, many: int) -> None:
    cvat.settings(cost=0)
    for count in (1000, many):
        path = folder / f"{count}.json"
        path.write_text(json.dumps(items(count)))
        seconds, _, most = ours(cvat, _task(cvat), path)
        print(f"{count:,} masks: {most:.0f} MB at most, {seconds:.1f} s")


if __name__ == "__main__":
    main()
