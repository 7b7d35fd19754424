"""Memory while a tar is read is that of a few records, however long it is."""

import subprocess
import sys

import pytest
from sa1b_making import image, write_tar

# Says how many traced bytes are held early, and late but before the end, when all is let go of; and
# the most between the two.
PROGRAM = """
import sys, tracemalloc
from cvat_sam.sa1b import read
tracemalloc.start()
for number, record in enumerate(read(sys.argv[1], **eval(sys.argv[2]))):
    if number == 40:
        tracemalloc.reset_peak()
        early = tracemalloc.get_traced_memory()[0]
    elif number == 290:
        print(early, *tracemalloc.get_traced_memory())
"""


@pytest.fixture(scope="module")
def tars(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    images = [image(seed, height=300, width=400, masks=10) for seed in range(1, 301)]
    for name in ("a.tar", "a.tgz"):
        write_tar(folder / name, images)
    write_tar(folder / "json first.tgz", images, order="json first")
    write_tar(folder / "images first.tgz", images, order="images first")
    return folder


@pytest.mark.parametrize("name", ["a.tar", "a.tgz"])
@pytest.mark.parametrize("options", [{}, {"images": False}, {"decode_images": True}])
def test_it_does_not_grow(tars, name, options):
    words = [sys.executable, "-c", PROGRAM, str(tars / name), repr(options)]
    early, now, peak = map(int, subprocess.check_output(words).split())
    # The names of 260 images, a few records; all of it would be megabytes.
    assert now - early < 150_000
    assert peak - early < 6_000_000  # of which buffers of a compressed tar are three


@pytest.mark.parametrize("name", ["json first.tgz", "images first.tgz"])
def test_what_has_waited_too_long_is_let_go_of(tars, name):
    words = [sys.executable, "-c", PROGRAM, str(tars / name), repr({"look_ahead": 50_000})]
    early, now, _ = map(int, subprocess.check_output(words).split())
    assert now - early < 150_000
