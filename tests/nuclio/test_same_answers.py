"""A real processor answers as `cvat-sam serve` does, case for case."""

import http_cases
import pytest
import requests
import wrapper_cases
from busy_case import check_503_while_busy, write_busy_main
from nuclio_processor import needs_processor, plain_spec, processed
from serving import served, served_with, write_main

pytestmark = needs_processor


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_main(tmp_path_factory.mktemp("wrapper"), wrapper_cases.main_py())


@pytest.fixture(scope="module")
def real(folder):
    with processed(folder, spec=plain_spec(), home=folder) as host:
        yield host


@pytest.fixture(scope="module")
def ours(folder):
    with served(folder) as host:
        yield host


@pytest.mark.parametrize("case", wrapper_cases.CASES, ids=lambda case: case.name)
def test_both_wrappers_answer_alike(case, real, ours):
    answer, our_answer = case.ask(real.url), case.ask(ours.url)
    case.check(answer)
    case.check(our_answer)
    if not case.differs:
        assert our_answer == answer


def test_an_empty_list_stops_a_real_worker_for_good(folder, tmp_path):
    """Why `serve` must differ here, and why our handler never returns a bare list."""
    spec = plain_spec(worker_availability_timeout=0.3)
    with processed(folder, spec=spec, home=tmp_path) as host:
        assert requests.get(f"{host.url}/an-int", timeout=30).text == "7"
        wrapper_cases.EMPTY_LIST.check(wrapper_cases.EMPTY_LIST.ask(host.url))
        assert requests.get(f"{host.url}/an-int", timeout=30).status_code == 503


@pytest.fixture(scope="module")
def http_folder(tmp_path_factory):
    return write_main(tmp_path_factory.mktemp("http"), http_cases.MAIN_PY)


@pytest.fixture(scope="module")
def real_sockets(http_folder):
    spec = plain_spec(max_request_body_size=http_cases.LIMIT)
    with processed(http_folder, spec=spec, home=http_folder) as host:
        yield host


@pytest.fixture(scope="module")
def our_sockets(http_folder):
    with served_with(http_folder, max_request_body_size=http_cases.LIMIT) as host:
        yield host


@pytest.mark.parametrize("case", http_cases.CASES, ids=lambda case: case.name)
def test_both_hosts_speak_http_alike(case, real_sockets, our_sockets):
    answer, our_answer = case.ask(real_sockets.address), case.ask(our_sockets.address)
    case.check(answer)
    assert our_answer == answer


def test_a_real_worker_is_busy_in_the_same_way(tmp_path):
    folder = write_busy_main(tmp_path)
    spec = plain_spec(worker_availability_timeout=0.2)
    with processed(folder, spec=spec, home=tmp_path) as host:
        check_503_while_busy(host.url, folder)
