"""The client's Python face: what a script of a few lines needs."""

import numpy as np
import pytest
from stub_function import png, stub_function

import rle
from cvat_sam.client import AccessToken, Client, Function, Secret, Server
from cvat_sam.exceptions import InvalidSetting, InvalidTask

GRAY = (9, 9, 9)


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def task(fake_cvat):
    (fake_cvat.images / "a.png").write_bytes(png(20, 10, GRAY))
    return fake_cvat.add_task([("a.png", 20, 10)], labels=["object"])


@pytest.fixture
def client(fake_cvat):
    with Client(fake_cvat.url, token=fake_cvat.token) as client:
        yield client


def test_annotate_goes_on_where_it_ended(fake_cvat, task, client, tmp_path):
    with stub_function(tmp_path) as stub:
        function = Function(stub.url)
        assert client.annotate(task, function, label="object").masks == 2
        assert client.annotate(task, function, label="object").before == 1
        assert len(stub.seen()) == 1
    assert {shape["source"] for shape in fake_cvat.shapes(task)} == {"auto"}
    assert client.download(task, tmp_path / "out" / "coco.json").masks == 2


def test_boxes_become_masks(fake_cvat, task, client, tmp_path):
    [label] = fake_cvat.labels(task).values()
    box = {"type": "rectangle", "frame": 0, "label_id": label, "points": [2.0, 2.0, 8.0, 8.0]}
    fake_cvat.edit(task=task, action="create", shapes=[box])
    with stub_function(tmp_path) as stub:
        done = client.refine_boxes(task, Function(stub.url), labels=["object"])
    assert (done.boxes, done.masks, done.deleted) == (1, 1, 1)
    assert [shape["type"] for shape in fake_cvat.shapes(task)] == ["mask"]


def test_a_label_that_is_not_there_is_said_before_the_model_is_asked(task, client):
    class Never(Function):
        def __enter__(self):
            raise AssertionError("the model was entered")

    with pytest.raises(InvalidTask, match="has no label cat; it has object"):
        client.annotate(task, Never("http://127.0.0.1:9"), label="cat")
    with pytest.raises(InvalidTask, match="has no label cat; it has object"):
        client.refine_boxes(task, Never("http://127.0.0.1:9"), labels=["cat"])


def test_masks_of_an_array_go_in_and_come_out(task, client, tmp_path):
    mask = np.zeros((10, 20), bool)
    mask[3:5, 4:9] = True
    np.savez(tmp_path / "mine.npz", masks=mask[np.newaxis], images=["a"], labels=["object"])
    assert client.upload(tmp_path / "mine.npz", task=task).stored == 1
    [shape] = client.shapes(task)
    points = [int(number) for number in shape["points"]]
    assert np.array_equal(rle.cvat.decode(points, height=10, width=20), mask)


def test_who_asks_comes_from_the_environment_or_is_given_once(fake_cvat, task, monkeypatch):
    monkeypatch.setenv("CVAT_ACCESS_TOKEN", fake_cvat.token)
    with Client(fake_cvat.url) as client:
        assert client.task(task).size == 1
    server = Server(fake_cvat.url, AccessToken(Secret(fake_cvat.token)))
    with pytest.raises(InvalidSetting, match="a Server has its own credentials"):
        Client(server, token="other")  # noqa: S106  it never gets anywhere
