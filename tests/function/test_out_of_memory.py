"""Memory that is not enough: caches go, it is tried again, then 503; and the worker lives on."""

import base64
import io
import resource
from pathlib import Path

import cv2
import nuclio_sdk
import numpy as np
import pytest
import requests
import torch
from function_requests import IMAGE, clicked

import main
from cvat_sam.function import Function
from cvat_sam.models.model import Model
from cvat_sam.serve.process import ServeProcess
from cvat_sam.settings import Settings
from cvat_sam.wire.contract import error_faults

MEGABYTE = 2**20


def large_jpeg(image, factor):
    """A photograph, enlarged."""
    larger = cv2.resize(image, None, fx=factor, fy=factor)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(larger, cv2.COLOR_RGB2BGR))
    assert done
    return base64.b64encode(data).decode()


def address_space(pid):
    """How many bytes of addresses a process has taken."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()


def test_a_process_with_too_little_memory_says_so_and_goes_on(tmp_path, cat):
    large = {"image": large_jpeg(cat, 25), "pos_points": [[5000, 3000]], "reply": "shapes"}
    log = tmp_path / "serve.log"
    settings = {"SAM_DEVICE": "cpu"}
    with ServeProcess(settings=settings, log_path=log) as server:
        url = server.wait_until_ready()
        before = requests.post(url, json=clicked(), timeout=120)
        pid = server.process.pid
        # Enough for what comes in and goes out, not for 250 megabytes of pixels.
        room = address_space(pid) + 60 * MEGABYTE
        _, hard = resource.prlimit(pid, resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))
        refused = requests.post(url, json=large, timeout=120)
        again = requests.post(url, json=clicked(), timeout=120)
        resource.prlimit(pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY, hard))
        answered = requests.post(url, json=large, timeout=120)
    assert (refused.status_code, error_faults(refused.text)) == (503, [])
    assert "not enough memory" in refused.json()["error"]
    assert (before.status_code, again.status_code, answered.status_code) == (200, 200, 200)
    assert again.text == before.text
    # What was kept before was let go of.
    assert "embedding;desc=new" in again.headers["Server-Timing"]
    text = log.read_text()
    assert text.count("cvat-sam ran out of memory: {'error': 'MemoryError") == 2
    assert "Traceback" not in text


def resident(pid):
    """How many bytes of memory a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


def test_what_a_very_large_image_took_is_given_back(tmp_path):
    # 16 bits, stretched and equalised: with its floats some ten bytes a pixel.
    deep = cv2.resize(np.arange(60_000, dtype=np.uint16).reshape(200, 300), (9000, 10_000))
    done, data = cv2.imencode(".png", deep)
    assert done
    huge = {"image": base64.b64encode(data).decode(), "pos_points": [[99, 99]], "reply": "shapes"}
    log = tmp_path / "serve.log"
    with ServeProcess(settings={"SAM_DEVICE": "cpu"}, log_path=log) as server:
        url = server.wait_until_ready()
        requests.post(url, json=clicked(), timeout=120)
        before = resident(server.process.pid)
        assert requests.post(url, json=huge, timeout=120).status_code == 200
        after = resident(server.process.pid)
        peak = int(
            Path(f"/proc/{server.process.pid}/status").read_text().partition("VmHWM:")[2].split()[0]
        )
    assert peak * 1024 > before + 600 * MEGABYTE, "it did take much"
    assert after < before + 300 * MEGABYTE


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_what_two_thousand_clicks_took_is_given_back(tmp_path, backend, exported):
    settings = {"SAM_DEVICE": "cpu", "SAM_BACKEND": backend}
    many = dict.fromkeys(("pos_points", "neg_points"), [[215, 110]] * 1000)
    many = clicked(**many, reply="shapes")
    with ServeProcess(settings=settings, log_path=tmp_path / "serve.log") as server:
        url = server.wait_until_ready()
        first = requests.post(url, json=clicked(), timeout=120)
        before = resident(server.process.pid)
        assert requests.post(url, json=many, timeout=120).status_code in (200, 422)
        after = resident(server.process.pid)
        again = requests.post(url, json=clicked(), timeout=120)
    # A decoder that keeps all that it once had takes 900 megabytes more.
    assert after < before + 400 * MEGABYTE
    assert again.text == first.text


class Full:
    """The real back end on a device that is full for a while."""

    def __init__(self, backend, *, times):
        self._backend = backend
        self.times = times
        self.error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    def encode(self, image):
        if self.times:
            self.times -= 1
            raise self.error
        return self._backend.encode(image)

    def __getattr__(self, name):
        return getattr(self._backend, name)


class Log:
    """A logger with Nuclio's methods, which remembers."""

    def __init__(self):
        self.said = []

    def info_with(self, message, **values):
        pass

    def warn_with(self, message, **values):
        self.said.append((message, values))

    def warn(self, message):
        self.said.append((message, {}))

    error_with = warn_with


def ask(function, body):
    context = nuclio_sdk.Context(logger=Log())
    context.user_data.function = function
    return main.handler(context, nuclio_sdk.Event(body=body)), context.logger.said


@pytest.mark.parametrize("kind", ["interactor", "detector", "embedder"])
def test_what_fits_once_the_caches_are_empty_is_answered(vit_t, kind):
    settings = Settings(function=kind, points_per_side=2)
    good, _ = ask(Function(settings, vit_t), clicked())
    function = Function(settings, Model("vit_t", Full(vit_t.backend, times=1)))
    reply, said = ask(function, clicked())
    assert reply.status_code == 200
    assert reply.body == good.body
    [(message, values), (dropped, _)] = said
    assert message == "cvat-sam ran out of memory"
    assert values["error"].startswith("OutOfMemoryError: CUDA out of memory")
    assert "dropped" in dropped


def test_what_never_fits_is_503_and_the_next_one_is_answered(vit_t):
    function = Function(Settings(), Model("vit_t", Full(vit_t.backend, times=2)))
    reply, _ = ask(function, clicked())
    assert (reply.status_code, error_faults(reply.body)) == (503, [])
    reply, said = ask(function, clicked())
    assert (reply.status_code, said) == (200, [])


def test_the_caches_are_empty_when_it_is_tried_again(vit_t):
    backend = Full(vit_t.backend, times=0)
    function = Function(Settings(), Model("vit_t", backend))
    ask(function, clicked())
    assert function._encodings._memory.nbytes > 0
    backend.times = 2
    other = io.BytesIO()
    np.save(other, np.zeros(3))  # anything that is no image is refused before memory matters
    refused, said = ask(function, clicked(image=base64.b64encode(other.getvalue()).decode()))
    assert (refused.status_code, said) == (400, [])
    tiny = base64.b64encode(cv2.imencode(".png", np.full((9, 9, 3), 99, np.uint8))[1]).decode()
    full, _ = ask(function, clicked(image=tiny, pos_points=[[4, 4]]))
    assert full.status_code == 503
    assert function._encodings._memory.nbytes == 0


def test_other_faults_are_ours_and_have_their_traceback_in_the_log(vit_t):
    backend = Full(vit_t.backend, times=1)
    backend.error = RuntimeError("the sizes of tensors must match")
    reply, said = ask(Function(Settings(), Model("vit_t", backend)), clicked())
    assert (reply.status_code, error_faults(reply.body)) == (500, [])
    [(message, values)] = said
    assert message == "cvat-sam failed"
    assert "the sizes of tensors must match" in values["traceback"]
    assert IMAGE[:40] not in values["traceback"]
