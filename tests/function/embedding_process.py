"""Processes that share a folder of embeddings, as workers do; run as a program by the tests.

hammer FOLDER LIMIT SEED ROUNDS   reads, writes and deletes
killed FOLDER LIMIT SEED LEFT     kills such processes in the middle until LEFT files are left
short FOLDER LIMIT BYTES          writes where no file may have more than BYTES
"""

import contextlib
import fcntl
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from cvat_sam.function.embeddings.file_format import SHAPE, StoredEmbedding
from cvat_sam.function.embeddings.folder import Folder

IDENTITY = "vit_t 0123456789abcdef torch 2.0 cpu fp32"
KEYS = 12


class Said:
    """A reporter that remembers."""

    def __init__(self):
        self.sentences = []

    def say(self, sentence):
        self.sentences.append(sentence)


def opened(path, limit, said=None, identity=IDENTITY):
    return Folder(Path(path), limit=int(limit), identity=identity, report=said or Said())


def key(number):
    return bytes([number]) * 32


def stored(number):
    return StoredEmbedding(np.full(SHAPE, number, np.float32), 1000 + number, 2000 + number)


def is_stored(found, number):
    return (
        (found.height, found.width) == (1000 + number, 2000 + number)
        and found.embedding.dtype == np.float32
        and found.embedding.shape == SHAPE
        and bool((found.embedding == number).all())
    )


@contextlib.contextmanager
def writers_held(path):
    """No embedding is written while this block runs."""
    with (Path(path) / ".count").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def bytes_in(path):
    return sum(one.stat().st_size for one in Path(path).iterdir() if one.name != ".count")


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, __file__, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )


def answer(*lines):
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def hammer(path, limit, seed, rounds):
    said, choice = Said(), random.Random(int(seed))
    folder = opened(path, limit, said)
    hits = 0
    for _ in range(int(rounds)):
        number = choice.randrange(KEYS)
        found = folder.get(key(number))
        if found is None:
            folder.keep(key(number), stored(number))
        else:
            assert is_stored(found, number), number
            hits += 1
    answer(f"{hits} hits", *said.sentences)


def killed(path, limit, seed, left):
    choice = random.Random(int(seed))
    seen = set()
    for _ in range(1000):
        child = os.fork()
        if child == 0:
            hammer(path, limit, choice.random() * 1e9, 10**6)
        time.sleep(0.01 + choice.random() * 0.03)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with writers_held(path):
            assert bytes_in(path) <= int(limit)
        seen |= {name for name in os.listdir(path) if name.startswith(".") and name != ".count"}
        if len(seen) >= int(left):
            answer("left")
            return


def short(path, limit, most):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
    said = Said()
    folder = opened(path, limit, said)
    for number in (1, 2, 1):
        folder.keep(key(number), stored(number))
        assert folder.get(key(number)) is None
    answer(*said.sentences)


if __name__ == "__main__":
    {"hammer": hammer, "killed": killed, "short": short}[sys.argv[1]](*sys.argv[2:])
