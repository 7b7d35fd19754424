"""One worker: who waits for it, and for how long."""

import threading

import pytest
import requests
from busy_case import BusyWorker, check_503_while_busy, write_busy_main
from serving import served_with

from cvat_sam.serve.hooks import Hooks
from cvat_sam.serve.worker import NO_WORKER, Worker
from cvat_sam.serve.wrapper import Request, Wrapper

# nuclio-sdk calls what Python 3.12 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcfromtimestamp")


def test_a_request_gets_503_where_the_worker_stays_busy(tmp_path):
    folder = write_busy_main(tmp_path)
    with served_with(folder, worker_availability_timeout=0.2) as host:
        check_503_while_busy(host.url, folder)
    assert "A request was answered 503: the worker was busy for 0.2 s." in host.log.read_text()


def test_a_request_waits_for_its_turn(tmp_path):
    folder = write_busy_main(tmp_path)
    with served_with(folder, worker_availability_timeout=30) as host:
        replies = []
        waiting = threading.Thread(
            target=lambda: replies.append(requests.get(host.url, timeout=60).text)
        )
        with BusyWorker(host.url, folder):
            waiting.start()
            waiting.join(0.3)
            assert waiting.is_alive()
        waiting.join()
        assert replies == ["done"]


@pytest.fixture
def worker(tmp_path):
    wrapper = Wrapper(Hooks(tmp_path, lambda context, event: "done", None))
    yield Worker(wrapper, availability_timeout=1)
    wrapper.close()


def test_a_stopped_worker_takes_no_request(worker):
    worker.stop()
    worker.run()
    assert worker.answer(Request("GET", "/")) == NO_WORKER


def test_a_worker_answers_on_the_thread_that_runs_it(worker):
    replies = []

    def ask():
        replies.append(worker.answer(Request("GET", "/")))
        worker.stop()

    client = threading.Thread(target=ask)
    client.start()
    worker.run()
    client.join()
    assert (replies[0].status, replies[0].body) == (200, b"done")
