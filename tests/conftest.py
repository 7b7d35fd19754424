"""What many tests share: photographs, the real model, servers that run it, a stand-in for CVAT."""

import contextlib
import importlib.resources

import pytest
from fake_cvat.case import Case
from fake_cvat.process import FakeCvat

from cvat_sam.images.decoding import decode
from cvat_sam.models import load
from cvat_sam.serve.process import ServeProcess


def photo_bytes(name):
    """A photograph of scikit-image's wheel, as a file's bytes; public domain or CC0."""
    return importlib.resources.files("skimage.data").joinpath(name).read_bytes()


@pytest.fixture(scope="session")
def cat_png():
    """Chelsea the cat, 451 × 300, by Stéfan van der Walt; CC0."""
    return photo_bytes("chelsea.png")


@pytest.fixture(scope="session")
def cat(cat_png):
    return decode(cat_png)


@pytest.fixture(scope="session")
def coffee():
    """A cup of coffee, 600 × 400, by Rachel Michetti, courtesy of Pikolo Espresso Bar; CC0."""
    return decode(photo_bytes("coffee.png"))


@pytest.fixture(scope="session")
def astronaut():
    """Eileen Collins, 512 × 512, by NASA; public domain."""
    return decode(photo_bytes("astronaut.png"))


@pytest.fixture(scope="session")
def vit_t():
    """MobileSAM with its real weights."""
    return load("vit_t", device="cpu")


@pytest.fixture(scope="session")
def cat_encoded(vit_t, cat):
    return vit_t.encode(cat)


@pytest.fixture(scope="session")
def serve(tmp_path_factory):
    """Starts a kind of function behind `cvat-sam serve`, once in a session, and gives its URL."""
    urls = {}
    with contextlib.ExitStack() as stack:

        def start(kind):
            if kind not in urls:
                log_path = tmp_path_factory.mktemp("serve") / f"{kind}.log"
                settings = {"SAM_POINTS_PER_SIDE": "8", "SAM_DEVICE": "cpu"}
                process = ServeProcess("--function", kind, settings=settings, log_path=log_path)
                urls[kind] = stack.enter_context(process).wait_until_ready()
            return urls[kind]

        yield start


@pytest.fixture(scope="module")
def fake_cvat_process():
    """A stand-in for CVAT, one process a module."""
    with FakeCvat() as cvat:
        yield cvat


@pytest.fixture
def fake_cvat(fake_cvat_process):
    """The same, empty."""
    fake_cvat_process.reset()
    return fake_cvat_process


@pytest.fixture
def case(fake_cvat):
    """A task of four frames in two jobs."""
    return Case(fake_cvat)
