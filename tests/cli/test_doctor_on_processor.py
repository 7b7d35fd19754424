"""What doctor says of a function on a real Nuclio processor."""

import threading

import pytest
import requests
from doctor_case import MAIN, Told, about, as_interactor
from nuclio_processor import needs_processor, plain_spec, processed
from serving import write_main

from cvat_sam.doctor.function_url import look
from cvat_sam.doctor.picture import draw

RIGHT = as_interactor(draw().disc)
SLOW = {"body": "{}", "seconds": 8}


@pytest.fixture
def told(tmp_path):
    """A function whose YAML names no limit on bodies, and an event timeout of few seconds."""
    spec = plain_spec(worker_availability_timeout=1)
    del spec["triggers"]["http"]["attributes"]["maxRequestBodySize"]
    spec["eventTimeout"] = "4s"
    folder = write_main(tmp_path / "told", MAIN)
    with processed(folder, spec=spec, home=tmp_path) as host:
        yield Told(host.url, folder)


def post(told):
    return requests.post(told.url, json={"image": ""}, timeout=60).status_code


@needs_processor
def test_each_limit_of_nuclios_is_told(told):
    findings = list(look(told.tell(RIGHT)))
    assert [finding.what for finding in findings if finding.level == "wrong"] == ["large body"]
    assert "Nuclio's own, 4 MiB" in about(findings, "large body").sentence

    told.tell(SLOW)
    finding = about(list(look(told.url)), "click")
    assert finding.sentence.startswith("408: Nuclio's event timeout was up")
    assert "eventTimeout" in finding.next_step

    told.tell(RIGHT)
    while post(told) != 200:
        pass  # the worker is on its way back
    told.tell(SLOW)
    busy = threading.Thread(target=post, args=[told])
    busy.start()
    while not (told.folder / "seen.jsonl").exists():
        assert busy.is_alive()
    finding = about(list(look(told.url)), "click")
    busy.join()
    assert finding.sentence.startswith("503: no worker was free")
