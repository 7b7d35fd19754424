"""Embeddings that are kept, seen from outside: over HTTP, in several processes, in their logs."""

import base64
import contextlib
import importlib.resources
import random
import re
from concurrent.futures import ThreadPoolExecutor

import function_requests
import requests
from function_requests import clicked

from cvat_sam.serve.process import ServeProcess

COFFEE_PNG = importlib.resources.files("skimage.data").joinpath("coffee.png").read_bytes()
COFFEE = base64.b64encode(COFFEE_PNG).decode()
PARTS = ["parse", "lookup", "image", "encode", "keep", "mask", "reply"]
SAUCER, TABLE, CUP = [420, 300], [50, 350], [300, 150]

# What an annotator sends, click by click; replicas get it in other orders.
REQUESTS = [
    clicked(),
    clicked(pos_points=[[215, 110], [262, 245]]),
    clicked(pos_points=[[215, 110], [262, 245]], neg_points=[[430, 40]]),
    clicked(pos_points=[], obj_bbox=[[60, 1], [400, 299]]),
    clicked(image=COFFEE, pos_points=[SAUCER]),
    clicked(image=COFFEE, pos_points=[SAUCER], neg_points=[TABLE]),
    clicked(image=COFFEE, pos_points=[SAUCER, CUP], neg_points=[TABLE]),
    clicked(image=COFFEE, pos_points=[SAUCER], obj_bbox=[[150, 60], [580, 390]]),
]


@contextlib.contextmanager
def replica(log_path, **settings):
    """`cvat-sam serve` with these settings; gives a function that asks it."""
    settings = {"SAM_DEVICE": "cpu", **{name: str(value) for name, value in settings.items()}}
    with ServeProcess(settings=settings, log_path=log_path) as process:
        url = process.wait_until_ready()

        def ask(body):
            reply = requests.post(url, json=body, timeout=120)
            assert reply.status_code == 200, reply.text[:300]
            return reply.content, reply.headers["Server-Timing"]

        yield ask


def test_a_second_click_is_known_and_so_is_the_first_after_a_restart(exported, tmp_path):
    folder = tmp_path / "embeddings"
    with replica(tmp_path / "first.log", SAM_EMBEDDINGS_DIR=folder) as ask:
        content, timing = ask(clicked())
        assert timing.endswith("embedding;desc=new")
        again, timing = ask(clicked())
        assert timing.endswith("embedding;desc=memory")
        assert again == content
    with replica(tmp_path / "second.log", SAM_EMBEDDINGS_DIR=folder) as ask:
        after_restart, timing = ask(clicked())
        assert timing.endswith("embedding;desc=folder")
        assert after_restart == content
    start, *_, new, known = (tmp_path / "first.log").read_text().splitlines()
    assert f"'SAM_EMBEDDINGS_DIR': '{folder}'" in start
    parts = ["'status': 200", *(f"'{part}_ms': " for part in PARTS), "'embedding': 'new'"]
    assert re.search(".*".join(["cvat-sam answered", *parts, r"'bytes': \d+", "'memory_mb'"]), new)
    assert "'embedding': 'memory'" in known
    assert "encode_ms" not in known
    restarted = (tmp_path / "second.log").read_text().splitlines()[-1]
    assert "'embedding': 'folder'" in restarted
    assert "image_ms" not in restarted


def test_replicas_give_the_same_bytes_whatever_they_were_asked_before(exported, tmp_path):
    folder = {"SAM_EMBEDDINGS_DIR": tmp_path / "embeddings"}
    kinds = [
        folder,
        # Keeps nothing but the present image: what is beside an embedding is made again and again.
        {**folder, "SAM_EMBEDDINGS_MB": 0},
        {},
    ]

    def replies(number):
        order = list(range(len(REQUESTS)))
        random.Random(number).shuffle(order)
        with replica(tmp_path / f"{number}.log", **kinds[number]) as ask:
            return {index: ask(REQUESTS[index])[0] for index in order}

    with ThreadPoolExecutor() as pool:
        first, *others = pool.map(replies, range(len(kinds)))
    for other in others:
        for index in range(len(REQUESTS)):
            assert other[index] == first[index], REQUESTS[index].get("pos_points")
    assert len({*first.values()}) == len(REQUESTS)
    assert function_requests.IMAGE[:40] not in (tmp_path / "0.log").read_text()
