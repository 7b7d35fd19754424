"""Sources for uploads, and what is in a task afterwards."""

import json
from collections import Counter

import numpy as np

import rle
from cvat_sam.client import AccessToken, Secret, Server
from cvat_sam.client.http.connection import Connection

WIDTH, HEIGHT = 64, 48


def masks(count, *, frames=10, seed=0, alike=0.3):
    """Items of a source, some of them the very same."""
    rng = np.random.default_rng(seed)
    items = []
    for number in range(count):
        if items and rng.random() < alike:
            items.append(items[int(rng.integers(len(items)))])
            continue
        mask = np.zeros((HEIGHT, WIDTH), bool)
        y, x = int(rng.integers(HEIGHT - 4)), int(rng.integers(WIDTH - 4))
        mask[y : y + int(rng.integers(1, 9)), x : x + int(rng.integers(1, 9))] = True
        mask[y + 1, x + 1] = number % 2
        frame = int(rng.integers(frames))
        items.append({"frame": frame, "label": "object", "points": rle.cvat.encode(mask)})
    return items


def written(folder, items):
    path = folder / "masks.json"
    path.write_text(json.dumps(items))
    return path


def frames(count=10):
    return [(f"{number:03}.png", WIDTH, HEIGHT) for number in range(count)]


def connection(cvat, **options):
    options = {"tries": 8, "pause": 0.01, "read_seconds": 2, "write_seconds": 2} | options
    return Connection(Server(cvat.url, credentials=AccessToken(Secret(cvat.token))), **options)


def expected(items):
    return Counter((item["frame"], tuple(item["points"])) for item in items)


def stored(cvat, task):
    return Counter(
        (shape["frame"], tuple(map(int, shape["points"])))
        for shape in cvat.shapes(task)
        if shape["type"] == "mask"
    )
