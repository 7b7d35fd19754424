"""A worker whose weights, cache or device are not as they should be: one sentence, or it starts."""

import os
import resource
import shutil
import subprocess
import sys

import pytest
import requests
from function_requests import clicked, is_the_cat

from cvat_sam.exceptions import ServerStopped
from cvat_sam.serve.process import ServeProcess

NOWHERE = "http://127.0.0.1:9"
# Nothing can be fetched, whatever the machine is connected to.
CUT_OFF = {
    "PIP_INDEX_URL": f"{NOWHERE}/simple",
    "PIP_RETRIES": "0",
    "PIP_CONFIG_FILE": os.devnull,
    "http_proxy": NOWHERE,
    "https_proxy": NOWHERE,
    "HTTP_PROXY": NOWHERE,
    "HTTPS_PROXY": NOWHERE,
    "SAM_DEVICE": "cpu",
}


def log_of_a_failed_start(tmp_path, **settings):
    """The log of a start that has to fail, and the sentence at its end."""
    log = tmp_path / "serve.log"
    with ServeProcess(settings={**CUT_OFF, **settings}, log_path=log) as server:
        with pytest.raises(ServerStopped) as stopped:
            server.wait_until_ready()
        assert server.process.wait(30) == 2
    text = log.read_text()
    assert "Traceback" not in text
    assert "cvat-sam cannot start: " in str(stopped.value)
    return text, str(stopped.value).partition("cvat-sam cannot start: ")[2]


def copied(exported, cache):
    """A cache folder of its own with the export alone."""
    folder = cache / "exported" / exported.folder.name
    shutil.copytree(exported.folder, folder, ignore=shutil.ignore_patterns("openvino"))
    return folder


def test_weights_that_cannot_be_had(tmp_path):
    cache = tmp_path / "cache"
    _, sentence = log_of_a_failed_start(tmp_path, CVAT_SAM_CACHE=str(cache))
    assert "mobile_sam.pt could not be fetched" in sentence
    assert f"put it at {cache}/mobile_sam.pt by hand" in sentence
    assert not list(cache.glob("*.pt")), "nothing half is left"


def test_weights_that_are_damaged_and_cannot_be_had_again(tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "mobile_sam.pt").write_bytes(b"not what it should be")
    log, sentence = log_of_a_failed_start(tmp_path, CVAT_SAM_CACHE=str(cache))
    assert "has 21 bytes instead of 40,728,226" in log
    assert "could not be fetched" in sentence


def test_a_damaged_export_without_weights_to_make_it_anew(tmp_path, exported):
    cache = tmp_path / "cache"
    network = copied(exported, cache) / "token_side.onnx"
    data = bytearray(network.read_bytes())
    data[len(data) // 2] ^= 1
    network.write_bytes(data)
    log, sentence = log_of_a_failed_start(tmp_path, CVAT_SAM_CACHE=str(cache))
    assert "is damaged: token_side.onnx is not what was written" in log
    assert "could not be fetched" in sentence


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"", "an empty file"), (b"x" * 1000, "mine.pth")],
    ids=["not there", "empty", "something else"],
)
def test_weights_of_ones_own_that_are_none(tmp_path, content, words):
    own = tmp_path / "mine.pth"
    if content is not None:
        own.write_bytes(content)
    _, sentence = log_of_a_failed_start(tmp_path, SAM_CHECKPOINT=str(own), SAM_BACKEND="torch")
    assert words in sentence


def test_a_cache_that_is_no_folder(tmp_path):
    cache = tmp_path / "cache"
    cache.write_text("a file")
    _, sentence = log_of_a_failed_start(tmp_path, CVAT_SAM_CACHE=str(cache))
    assert "cannot be written (not a folder)" in sentence
    assert "CVAT_SAM_CACHE can name another" in sentence


def test_a_gpu_that_is_not_there(tmp_path):
    _, sentence = log_of_a_failed_start(
        tmp_path, SAM_DEVICE="cuda:7", CUDA_VISIBLE_DEVICES="", SAM_BACKEND="torch"
    )
    assert "the device cuda:7 was asked for" in sentence
    assert "auto falls back to the CPU" in sentence


# Writes no file of more than a megabyte: as on a disk that is full.
FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
sys.argv = ["cvat-sam", "serve"]
from cvat_sam.cli import main
main()
"""


def test_it_starts_and_answers_where_nothing_more_can_be_written(tmp_path, exported):
    folder = copied(exported, tmp_path / "cache")
    settings = {
        "CVAT_SAM_CACHE": str(tmp_path / "cache"),
        "SAM_EMBEDDINGS_DIR": str(tmp_path / "embeddings"),
    }
    log = tmp_path / "serve.log"
    with (
        log.open("w") as stream,
        subprocess.Popen(
            [sys.executable, "-c", FULL],
            env={**os.environ, **CUT_OFF, **settings},
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
        ) as process,
    ):
        try:
            url = process.stdout.readline().strip()
            assert url, log.read_text()
            assert resource.prlimit(process.pid, resource.RLIMIT_FSIZE)[0] == 2**20
            for _ in range(2):
                reply = requests.post(url, json=clicked(), timeout=120)
                assert reply.status_code == 200, reply.text
                is_the_cat(reply.json())
        finally:
            process.terminate()
    text = log.read_text()
    assert "Traceback" not in text
    assert text.count("[warning] no embeddings are kept in") == 1
    assert not list((tmp_path / "embeddings").glob("*.embedding"))
    assert not [path for path in (folder / "openvino").glob("*") if path.suffix == ".sha256"]
