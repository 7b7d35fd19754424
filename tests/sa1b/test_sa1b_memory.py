"""Memory while a tar is read is that of a few records, however long it is."""

import subprocess
import sys

import pytest
from sa1b_making import image, write_tar

# Reads with a bound on what may be held, in traced bytes, at any time after a start.
PROGRAM = """
import sys, tracemalloc
from cvat_sam.sa1b import read
reader = iter(read(sys.argv[1], **eval(sys.argv[2])))
for _ in range(20):
    next(reader)
tracemalloc.start()
for number, record in enumerate(reader):
    if number == 20:
        tracemalloc.reset_peak()
        early = tracemalloc.get_traced_memory()[0]
now, peak = tracemalloc.get_traced_memory()
print(early, now, peak)
"""


@pytest.fixture(scope="module")
def tars(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    images = [image(seed, height=300, width=400, masks=10) for seed in range(1, 301)]
    for name in ("a.tar", "a.tgz"):
        write_tar(folder / name, images)
    return folder


@pytest.mark.parametrize("name", ["a.tar", "a.tgz"])
@pytest.mark.parametrize("options", [{}, {"images": False}, {"decode_images": True}])
def test_it_does_not_grow(tars, name, options):
    words = [sys.executable, "-c", PROGRAM, str(tars / name), repr(options)]
    early, now, peak = map(int, subprocess.check_output(words).split())
    # The names of 260 images, a few records; all of it would be megabytes.
    assert now - early < 150_000
    assert peak - early < 6_000_000  # of which buffers of a compressed tar are three
