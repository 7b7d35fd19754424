"""What many tests share: photographs, the real model, servers that run it, a CVAT."""

import contextlib
import importlib.resources
import os
import subprocess
import sys

import pytest
from fake_cvat.case import Case
from fake_cvat.fake_backend import OnlyTheStandIn
from fake_cvat.process import FakeCvat
from real_cvat.real_process import RealCvat

from cvat_sam.images.decoding import decode
from cvat_sam.models import load
from cvat_sam.models.backends.exported import find
from cvat_sam.serve.process import ServeProcess
from cvat_sam.weights.checkpoints import VIT_T


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
    """MobileSAM with its real weights, run by PyTorch."""
    return load("vit_t", device="cpu", backend="torch")


@pytest.fixture(scope="session")
def exported():
    """The same exported, once on this machine: the folder is in the cache."""
    subprocess.run([sys.executable, "-m", "cvat_sam", "export", "vit_t"], check=True)
    return find("vit_t", VIT_T.sha256)


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
                settings = {
                    "SAM_POINTS_PER_SIDE": "8",
                    "SAM_DEVICE": "cpu",
                    # However busy the machine: what is asked here is not about the time.
                    "SAM_DEADLINE": "100000",
                }
                process = ServeProcess("--function", kind, settings=settings, log_path=log_path)
                urls[kind] = stack.enter_context(process).wait_until_ready()
            return urls[kind]

        yield start


def pytest_generate_tests(metafunc):
    """With a real CVAT named, what is tested with the stand-in is tested with that one too."""
    about_the_stand_in = metafunc.module.__name__.startswith("test_fake_cvat")
    if "fake_cvat_process" not in metafunc.fixturenames or about_the_stand_in:
        return
    if os.environ.get("CVAT_TEST_URL"):
        kinds = [FakeCvat, RealCvat]
        ids = ["stand-in", "real"]
        metafunc.parametrize("fake_cvat_process", kinds, indirect=True, scope="module", ids=ids)


@pytest.fixture(scope="module")
def fake_cvat_process(request):
    """A stand-in for CVAT, or a real one, one process a module."""
    with getattr(request, "param", FakeCvat)() as cvat:
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    return (yield from skipped_on_a_real_cvat(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    return (yield from skipped_on_a_real_cvat(item))


def skipped_on_a_real_cvat(item):
    """Skip what a real CVAT cannot be made to have, with the reason; there alone."""
    try:
        return (yield)
    except OnlyTheStandIn as why:
        if isinstance(item.funcargs.get("fake_cvat_process"), RealCvat):
            pytest.skip(f"on a real CVAT: {why}")
        raise
