"""A task in the stand-in for CVAT, and short ways to talk about it."""

import itertools
import time

GOOD = [1, 2, 1, 4, 1, 2, 1, 10, 5, 13, 7]
FRAMES = [("img0.png", 64, 48), ("img1.png", 100, 80), ("img2.png", 37, 53), ("img3.png", 64, 48)]
CELL = {
    "name": "cell",
    "type": "mask",
    "attributes": [
        {"name": "conf"},
        {"name": "grade", "input_type": "select", "values": ["a", "b"], "default_value": "a"},
    ],
}
LABELS = [CELL, {"name": "outline", "type": "polygon"}]


class Case:
    """A task of four frames in two jobs, and short ways to talk about it."""

    def __init__(self, cvat, **options):
        self.cvat = cvat
        options = {"labels": LABELS, "jobs": [(0, 1), (2, 3)], **options}
        self.task = cvat.add_task(options.pop("frames", FRAMES), **options)
        self.jobs = cvat.jobs(self.task)
        self.cell = cvat.labels(self.task)["cell"]
        self.conf, self.grade = cvat.specs(self.task).values()

    def shape(self, **changes):
        shape = {"type": "mask", "frame": 0, "label_id": self.cell, "points": GOOD} | changes
        return {key: value for key, value in shape.items() if value != "missing"}

    def patch(self, *shapes, action="create", job=None, **options):
        at = f"tasks/{self.task}" if job is None else f"jobs/{self.jobs[job]}"
        options = options or {"json": {"version": 0, "shapes": list(shapes)}}
        return self.cvat.api("PATCH", f"/api/{at}/annotations?action={action}", **options)

    def get(self, at=None):
        at = at or f"tasks/{self.task}"
        return self.cvat.api("GET", f"/api/{at}/annotations").json()["shapes"]

    def stored(self, *keys):
        return [tuple(shape[key] for key in keys) for shape in self.cvat.shapes(self.task)]


def wait_for(happened, seconds=20):
    """Ask again and again until it has."""
    end = time.monotonic() + seconds
    for _ in itertools.count():
        if happened():
            return
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)
