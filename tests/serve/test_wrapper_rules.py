"""`cvat-sam serve` gives the replies that Nuclio gives; tests/nuclio asks a real processor."""

import pytest
import wrapper_cases
from serving import served, write_main


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = write_main(tmp_path_factory.mktemp("wrapper"), wrapper_cases.main_py())
    with served(folder) as host:
        yield host.url


@pytest.mark.parametrize("case", wrapper_cases.CASES, ids=lambda case: case.name)
def test_it_answers_as_nuclio_does(case, url):
    case.check(case.ask(url))


def test_it_says_what_an_empty_list_does_to_nuclio_and_lives_on(url):
    answer = wrapper_cases.EMPTY_LIST.ask(url)
    assert answer.status == 500
    assert b"stops Nuclio's worker for good" in answer.body
    wrapper_cases.CASES[0].check(wrapper_cases.CASES[0].ask(url))


def test_names_of_cases_are_their_own():
    names = [case.name for case in wrapper_cases.CASES]
    assert len(set(names)) == len(names)
