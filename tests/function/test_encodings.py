"""What is kept of the images that were looked at, in memory and in a folder."""

import hashlib

import cv2
import numpy as np
import pytest
from embedding_process import Said

from cvat_sam.exceptions import InvalidImage, InvalidRequest
from cvat_sam.function.embeddings.encodings import Encodings
from cvat_sam.function.embeddings.folder import Folder
from cvat_sam.function.embeddings.memory import Memory
from cvat_sam.function.timing import Timing
from cvat_sam.images.decoding import decode
from cvat_sam.models import EncodedImage, Model, Prompt

MEGABYTE = 1_000_000


class Brightness:
    """A back end whose embedding is the image's mean; it counts the images it is shown."""

    name, device = "brightness", "cpu"

    def __init__(self, identity="brightness 1"):
        self.identity = identity
        self.shown = 0

    def encode(self, image):
        self.shown += 1
        return np.full((1, 256, 64, 64), image.mean(), np.float32)

    def decode(self, embedding, prompt, *, logits=None):
        raise AssertionError("nobody asked")


def png(value):
    return cv2.imencode(".png", np.full((4, 6, 3), value, np.uint8))[1].tobytes()


def level(encoded):
    return encoded.embedding[0, 0, 0, 0]


@pytest.fixture
def backend():
    return Brightness()


@pytest.fixture
def said():
    return Said()


@pytest.fixture
def worker(tmp_path, said):
    """Makes what a worker has, with the folder that all of them share."""

    def make(backend, *, memory_bytes=0, max_pixels=100):
        model = Model("m", backend)
        limit = 100 * MEGABYTE
        folder = Folder(tmp_path, limit=limit, identity=model.identity, report=said)
        return Encodings(model, max_pixels=max_pixels, memory=Memory(memory_bytes), folder=folder)

    return make


def asked(encodings, image, **options):
    """The encoding, and where it came from."""
    timing = Timing()
    encoded = encodings.get(image, timing=timing, **options)
    return encoded, timing.embedding


@pytest.fixture
def alone(backend):
    """A worker without a folder, with room for two embeddings."""
    model = Model("m", backend)
    two = 2 * EncodedImage(backend, np.zeros((1, 256, 64, 64), np.float32), 4, 6).nbytes
    return Encodings(model, max_pixels=100, memory=Memory(two))


def test_the_same_bytes_are_encoded_once_and_not_decoded_again(alone, backend, monkeypatch):
    first, origin = asked(alone, png(1))
    assert (origin, level(first)) == ("new", 1)
    assert (first.height, first.width) == (4, 6)
    with monkeypatch.context() as patched:
        patched.setattr("cvat_sam.function.embeddings.encodings.decode", None)
        again, origin = asked(alone, png(1))
    assert again is first
    assert origin == "memory"
    assert level(alone.get(png(2))) == 2
    assert backend.shown == 2


def test_the_one_that_was_asked_for_longest_ago_goes_first(alone):
    origins = [asked(alone, png(value))[1] for value in (1, 2, 1, 3, 1, 2)]
    assert origins == ["new", "new", "memory", "new", "memory", "new"]


def test_without_room_the_present_image_is_kept_all_the_same(backend):
    encodings = Encodings(Model("m", backend), max_pixels=100, memory=Memory(0))
    origins = [asked(encodings, png(value))[1] for value in (1, 1, 2, 2, 1)]
    assert origins == ["new", "memory", "new", "memory", "new"]


def test_memory_counts_the_bytes_that_it_is_given(backend):
    def encoded(shape):
        return EncodedImage(backend, np.zeros(shape, np.float32), 4, 6)

    small, large = encoded((1, 256, 64, 64)), encoded((3, 256, 64, 64))
    memory = Memory(2 * small.nbytes)
    memory.keep(b"a", small)
    memory.keep(b"b", small)
    assert memory.nbytes == 2 * small.nbytes
    memory.keep(b"b", small)
    assert memory.get(b"a") is small
    memory.keep(b"c", large)
    assert memory.get(b"a") is memory.get(b"b") is None
    assert memory.get(b"c") is large
    memory.keep(b"d", small)
    assert memory.get(b"c") is None


def test_another_worker_and_the_one_after_a_restart_find_it_in_the_folder(worker, said):
    first, second = Brightness(), Brightness()
    new, _ = asked(worker(first), png(7))
    other = worker(second)
    found, origin = asked(other, png(7))
    assert origin == "folder"
    assert np.array_equal(found.embedding, new.embedding)
    assert (found.height, found.width) == (4, 6)
    assert asked(other, png(7))[1] == "memory"
    assert second.shown == 0
    assert said.sentences == []


def test_another_models_embedding_is_not_taken_and_both_are_kept(worker, said):
    worker(Brightness("brightness 1")).get(png(7))
    later = Brightness("brightness 2")
    assert asked(worker(later), png(7))[1] == "new"
    assert later.shown == 1
    for identity in ("brightness 1", "brightness 2"):
        assert asked(worker(Brightness(identity)), png(7))[1] == "folder"
    assert said.sentences == []


def test_what_went_from_memory_is_in_the_folder(worker, backend):
    encodings = worker(backend)
    origins = [asked(encodings, png(value))[1] for value in (1, 2, 1, 2)]
    assert origins == ["new", "new", "folder", "folder"]
    assert backend.shown == 2


def test_damaged_file_is_encoded_anew_and_replaced(worker, backend, tmp_path, said):
    worker(backend).get(png(1))
    [path] = tmp_path.glob("*.embedding")
    path.write_bytes(path.read_bytes()[:-9])
    assert asked(worker(backend), png(1))[1] == "new"
    assert len(said.sentences) == 1
    assert asked(worker(backend), png(1))[1] == "folder"


@pytest.mark.parametrize("earlier", [[], [1], [1, 2]], ids=["new", "in memory", "in the folder"])
def test_prompt_that_does_not_fit_is_refused_before_anything_slow(worker, backend, earlier):
    encodings = worker(backend)
    for value in earlier:
        encodings.get(png(value))
    shown = backend.shown
    with pytest.raises(InvalidRequest, match="outside the image of 6 × 4 pixels"):
        encodings.get(png(1), prompt=Prompt([(7, 1)]))
    assert backend.shown == shown
    assert level(encodings.get(png(1), prompt=Prompt([(6, 1)]))) == 1


@pytest.mark.parametrize("known", [False, True])
def test_image_over_the_limit_is_refused_though_another_worker_took_it(worker, backend, known):
    if known:
        worker(backend).get(png(1))
    with pytest.raises(InvalidImage, match="over the limit of 23"):
        worker(backend, max_pixels=23).get(png(1))


def test_nothing_of_the_image_is_in_the_folders_names(worker, backend, tmp_path):
    worker(backend).get(png(1))
    [path] = tmp_path.glob("*.embedding")
    assert path.stem != hashlib.sha256(png(1)).hexdigest()
    assert hashlib.sha256(png(1)).digest() not in path.read_bytes()


def two_halves(left, right):
    """A PNG of 6 × 4 pixels, the left half of one value, the right half of another."""
    pixels = np.full((4, 6, 3), left, np.uint8)
    pixels[:, 3:] = right
    return cv2.imencode(".png", pixels)[1].tobytes()


def test_crops_are_encoded_by_themselves_and_the_image_is_decoded_once_and_late(
    alone, backend, monkeypatch
):
    image = two_halves(10, 30)
    assert level(alone.get(image)) == 20
    decoded = []

    def counted(*arguments, **options):
        decoded.append(arguments)
        return decode(*arguments, **options)

    monkeypatch.setattr("cvat_sam.function.embeddings.encodings.decode", counted)
    timing = Timing()
    encode_crop = alone.of_crops(image, timing=timing)
    assert decoded == []
    left, lower_right = encode_crop((0, 0, 3, 4)), encode_crop((3, 1, 6, 4))
    assert (level(left), left.height, left.width) == (10, 4, 3)
    assert (level(lower_right), lower_right.height, lower_right.width) == (30, 3, 3)
    assert len(decoded) == 1
    assert list(timing.milliseconds()) == ["image", "encode", "total"]
    assert backend.shown == 3


def test_nothing_of_the_crops_is_kept(tmp_path, said, backend):
    model, memory = Model("m", backend), Memory(1000 * MEGABYTE)
    folder = Folder(tmp_path, limit=100 * MEGABYTE, identity=model.identity, report=said)
    encodings = Encodings(model, max_pixels=100, memory=memory, folder=folder)
    image = two_halves(10, 30)
    encodings.get(image)
    before = memory.nbytes
    encode_crop = encodings.of_crops(image)
    for _ in range(2):
        encode_crop((0, 0, 3, 4))
    assert memory.nbytes == before
    assert len(list(tmp_path.glob("*.embedding"))) == 1
    assert asked(encodings, image)[1] == "memory"
    assert level(encodings.get(image)) == 20


def test_an_image_over_the_limit_has_no_crops(alone):
    image = cv2.imencode(".png", np.zeros((11, 10, 3), np.uint8))[1].tobytes()
    with pytest.raises(InvalidImage, match="over the limit of 100"):
        alone.of_crops(image)((0, 0, 1, 1))
