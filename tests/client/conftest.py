"""A stand-in for CVAT for the tests of the client: one process a module, empty for each test."""

import pytest
from fake_cvat.process import FakeCvat
from fake_cvat_case import Case


@pytest.fixture(scope="module")
def fake_cvat_process():
    with FakeCvat() as cvat:
        yield cvat


@pytest.fixture
def fake_cvat(fake_cvat_process):
    fake_cvat_process.reset()
    return fake_cvat_process


@pytest.fixture
def case(fake_cvat):
    """A task of four frames in two jobs."""
    return Case(fake_cvat)
