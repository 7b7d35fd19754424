"""Downloads: every mask of a task, bit for bit, and what is no mask is said."""

import json
import random

import numpy as np
import pytest
from cvat_sdk.masks import encode_mask
from PIL import Image
from pycocotools.coco import COCO

from cvat_sam import sources
from cvat_sam.client import AccessToken, Client, Secret, Server
from cvat_sam.client.api import create_shapes
from cvat_sam.client.download import DamagedMasks, download
from cvat_sam.exceptions import (
    InvalidSetting,
    InvalidTask,
    ServerRefused,
    ServerUnreachable,
)
from rle import cvat

FRAMES = [("a.png", 37, 23), ("sub/b.png", 64, 48), ("empty.png", 5, 4), ("c.png", 100, 80)]


@pytest.fixture
def client(fake_cvat):
    with Client(Server(fake_cvat.url, AccessToken(Secret(fake_cvat.token)))) as client:
        yield client


def runs_of(mask):
    """Run lengths of a whole image, row by row, zeros first."""
    runs, value = [0], False
    for pixel in mask.ravel().tolist():
        if pixel != value:
            runs.append(0)
            value = pixel
        runs[-1] += 1
    return runs


def fill(cvat_server, client, task, *, seed=0, many=60):
    """Masks of all sorts; what was stored as (frame, label, mask) in the order of their ids."""
    rng = np.random.default_rng(seed)
    chance = random.Random(seed)
    ids = cvat_server.labels(task)
    shapes, stored = [], []
    for _ in range(many):
        frame = chance.choice([0, 1, 3])
        _, width, height = FRAMES[frame]
        mask = rng.random((height, width)) < chance.choice([0.02, 0.5, 0.98])
        mask[chance.randrange(height), chance.randrange(width)] = True
        label = chance.choice(sorted(ids))
        points = [int(number) for number in encode_mask(mask)]
        if chance.random() < 0.3:  # a box need not be tight
            points = [*runs_of(mask), 0, 0, width - 1, height - 1]
        shapes.append(
            {
                "type": "mask",
                "frame": frame,
                "label_id": ids[label],
                "points": points,
                "attributes": [],
                "occluded": chance.random() < 0.5,
                "z_order": chance.randrange(-3, 4),
                "group": chance.choice([0, 0, 5]),
            }
        )
        stored.append((frame, label, mask))
    body = {"version": 0, "tags": [], "tracks": [], "shapes": shapes}
    create_shapes(client.connection, task=task, body=json.dumps(body).encode())
    return stored


@pytest.fixture
def task(fake_cvat):
    return fake_cvat.add_task(FRAMES, labels=["car", "cat"])


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools
def test_coco_holds_every_mask_bit_for_bit(fake_cvat, client, task, tmp_path):
    stored = fill(fake_cvat, client, task)
    done = client.download(task, tmp_path / "coco.json")
    assert (done.images, done.masks, done.others, done.deleted) == (4, 60, {}, 0)
    coco = COCO(tmp_path / "coco.json")
    assert [image["file_name"] for image in coco.imgs.values()] == [name for name, *_ in FRAMES]
    names = {image["id"]: image["file_name"] for image in coco.imgs.values()}
    found = [
        (names[one["image_id"]], coco.cats[one["category_id"]]["name"], coco.annToMask(one))
        for one in coco.anns.values()
    ]
    wanted = sorted(stored, key=lambda one: one[0])  # frame by frame, and there by their ids
    assert [one[:2] for one in found] == [(FRAMES[frame][0], label) for frame, label, _ in wanted]
    for (*_, got), (*_, mask) in zip(found, wanted, strict=True):
        assert np.array_equal(got, mask)


@pytest.mark.parametrize("name", ["coco.json", "annotations.xml", "masks"])
def test_every_format_is_read_back_to_the_same_masks(fake_cvat, client, task, tmp_path, name):
    stored = fill(fake_cvat, client, task)
    client.download(task, tmp_path / name)
    found = []
    for record in sources.read([tmp_path / name]):
        image = next(one for one in FRAMES if record.image.startswith(one[0].removesuffix(".png")))
        mask = cvat.decode(record.points, height=image[2], width=image[1])
        found.append((image[0], record.label, mask.tobytes()))
    wanted = [(FRAMES[frame][0], label, mask.tobytes()) for frame, label, mask in stored]
    assert sorted(found) == sorted(wanted)


def test_arrays_hold_every_mask_bit_for_bit(fake_cvat, client, tmp_path):
    task = fake_cvat.add_task([FRAMES[0]], labels=["car"])
    mask = np.zeros((23, 37), bool)
    mask[3:7, 5:30:2] = True
    shape = {"type": "mask", "frame": 0, "label_id": fake_cvat.labels(task)["car"]}
    shape |= {"points": cvat.encode(mask), "attributes": []}
    body = {"version": 0, "tags": [], "tracks": [], "shapes": [shape]}
    create_shapes(client.connection, task=task, body=json.dumps(body).encode())
    client.download(task, tmp_path / "masks.npz")
    [record] = sources.read([tmp_path / "masks.npz"])
    assert np.array_equal(cvat.decode(record.points, height=23, width=37), mask)


def test_attributes_and_the_rest_of_a_shape_come_along(fake_cvat, client, tmp_path):
    colour = {"name": "colour", "input_type": "text"}
    task = fake_cvat.add_task([("a.png", 8, 6)], labels=[{"name": "car", "attributes": [colour]}])
    spec = fake_cvat.specs(task)["car", "colour"]
    shape = {"type": "mask", "frame": 0, "label_id": fake_cvat.labels(task)["car"]}
    shape |= {"points": [0, 1, 2, 3, 2, 3], "occluded": True, "z_order": -2, "group": 4}
    shape |= {"attributes": [{"spec_id": spec, "value": "red"}], "source": "auto"}
    fake_cvat.edit(task=task, shapes=[shape])
    client.download(task, tmp_path / "annotations.xml")
    [record] = sources.read([tmp_path / "annotations.xml"])
    assert (record.image, record.label, record.points) == ("a.png", "car", [0, 1, 2, 3, 2, 3])
    assert (record.occluded, record.z_order, record.group) == (True, -2, 4)
    assert dict(record.attributes) == {"colour": "red"}


def test_the_same_task_gives_the_same_bytes_in_whatever_order_it_comes(
    fake_cvat, client, task, tmp_path
):
    fill(fake_cvat, client, task)
    for number in range(3):
        client.download(task, tmp_path / f"{number}.json")
        fake_cvat.faults([{"kind": "shuffle", "match": "GET annotations"}])
    files = {(tmp_path / f"{number}.json").read_bytes() for number in range(3)}
    assert len(files) == 1


def test_what_is_no_mask_is_counted_and_deleted_frames_are_left_out(fake_cvat, client, tmp_path):
    task = fake_cvat.add_task(FRAMES, labels=["car"], deleted=[1])
    label = fake_cvat.labels(task)["car"]
    mask = {"type": "mask", "label_id": label, "points": [0, 1, 2, 3, 2, 3], "attributes": []}
    box = mask | {"type": "rectangle", "points": [1, 1, 3, 3]}
    shapes = [mask | {"frame": 0}, mask | {"frame": 1}, mask | {"frame": 1}, box | {"frame": 0}]
    tags = [{"frame": 0, "label_id": label, "attributes": []}] * 2
    fake_cvat.edit(task=task, shapes=shapes, tags=tags)
    done = client.download(task, tmp_path / "coco.json")
    assert (done.images, done.masks, done.deleted) == (3, 1, 2)
    assert done.others == {"rectangle": 1, "tag": 2}
    assert "sub/b.png" not in (tmp_path / "coco.json").read_text()


def test_a_video_s_frames_are_named(fake_cvat, client, tmp_path):
    task = fake_cvat.add_task([("v.mp4", 8, 6)], labels=["car"], size=3, start_frame=10, step=5)
    mask = {"type": "mask", "label_id": fake_cvat.labels(task)["car"], "frame": 2}
    fake_cvat.edit(task=task, shapes=[mask | {"points": [0, 1, 2, 3, 2, 3], "attributes": []}])
    client.download(task, tmp_path / "coco.json")
    [record] = sources.read([tmp_path / "coco.json"])
    assert record.image == "frame_000020"


# The server accepts anything

DAMAGED = {
    "empty": ([], "points"),
    "short": ([3, 0, 0, 1], "points"),
    "sum": ([0, 7, 2, 3, 2, 3], "run 1 is 7, but its box of 1×1 has 1 pixels"),
    "negative": ([2, -1, 2, 3, 2, 3], "-1"),
    "float": ([0.5, 0.5, 2, 3, 2, 3], "0.5"),
    "outside": ([0, 1, 8, 5, 8, 5], "the box's right is 8, but the image's last column is 7"),
    "inverted": ([0, 1, 3, 3, 2, 3], "the box's"),
}


def damage(cvat_server, task, names=tuple(DAMAGED)):
    label = cvat_server.labels(task)["car"]
    shape = {"type": "mask", "frame": 0, "label_id": label, "attributes": []}
    good = shape | {"points": [0, 1, 2, 3, 2, 3]}
    bad = [shape | {"points": DAMAGED[name][0]} for name in names]
    cvat_server.edit(task=task, shapes=[good, *bad, good])
    return [one["id"] for one in cvat_server.shapes(task)][1:-1]


def test_damaged_masks_are_all_listed_and_nothing_is_written(fake_cvat, client, tmp_path):
    task = fake_cvat.add_task([("a.png", 8, 6)], labels=["car"])
    ids = damage(fake_cvat, task)
    with pytest.raises(
        DamagedMasks, match=f"7 of the masks of task {task} cannot be read"
    ) as caught:
        client.download(task, tmp_path / "coco.json")
    rejected = sorted(caught.value.rejected, key=lambda one: int(one.place.file.split()[-1]))
    assert [one.place.file for one in rejected] == [f"task {task}, shape {one}" for one in ids]
    for one, (_, sentence) in zip(rejected, DAMAGED.values(), strict=True):
        assert sentence in one.sentence
    assert list(tmp_path.iterdir()) == []


def test_damaged_masks_can_be_left_out(fake_cvat, client, tmp_path):
    task = fake_cvat.add_task([("a.png", 8, 6)], labels=["car"])
    damage(fake_cvat, task, ["sum", "outside"])
    done = client.download(task, tmp_path / "coco.json", skip_bad=tmp_path / "bad.json")
    assert (done.masks, len(done.rejected)) == (2, 2)
    assert {"image": "a.png", "label": "car", "height": 6, "width": 8}.items() <= dict(
        done.rejected[0].item
    ).items()


def test_a_mask_without_a_pixel_is_one_too(fake_cvat, client, tmp_path):
    task = fake_cvat.add_task([("a.png", 8, 6)], labels=["car"])
    shape = {"type": "mask", "frame": 0, "label_id": fake_cvat.labels(task)["car"]}
    fake_cvat.edit(task=task, shapes=[shape | {"points": [4, 2, 2, 3, 3], "attributes": []}])
    assert client.download(task, tmp_path / "masks").masks == 1
    [path] = (tmp_path / "masks").rglob("*.png")
    with Image.open(path) as image:
        assert not np.asarray(image).any()


# Where it goes wrong


def test_a_name_without_a_format_costs_no_request_for_masks(fake_cvat, client, task, tmp_path):
    with pytest.raises(InvalidSetting):
        client.download(task, tmp_path / "what")
    assert fake_cvat.log("GET annotations") == []


def test_folders_on_the_way_are_made(client, task, tmp_path):
    client.download(task, tmp_path / "new" / "newer" / "coco.json")
    assert (tmp_path / "new/newer/coco.json").exists()


def test_a_task_that_is_not_there_leaves_nothing(client, tmp_path):
    with pytest.raises(InvalidTask):
        client.download(999_999, tmp_path / "coco.json")
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_fails_leaves_what_was_there(fake_cvat, client, task, tmp_path):
    fill(fake_cvat, client, task, many=3)
    (tmp_path / "coco.json").write_text("mine")
    fake_cvat.faults([{"kind": "404", "match": "GET annotations"}])
    with pytest.raises(ServerRefused):
        client.download(task, tmp_path / "coco.json")
    assert [path.name for path in tmp_path.iterdir()] == ["coco.json"]
    assert (tmp_path / "coco.json").read_text() == "mine"


def test_a_download_goes_on_after_cuts(fake_cvat, client, task, tmp_path):
    fill(fake_cvat, client, task)
    fake_cvat.faults(rate=0.4, seed=3, kinds=["cut_before", "cut_reply", "502", "429"], limit=4)
    done = download(client.connection, task, tmp_path / "coco.json")
    assert done.masks == 60
    assert sum(fake_cvat.injected().values()) > 0


def test_progress_goes_through_the_frames(fake_cvat, client, task, tmp_path):
    seen = []

    def watched(frames):
        for frame in frames:
            seen.append(frame.name)
            yield frame

    client.download(task, tmp_path / "coco.json", watched=watched)
    assert seen == [name for name, *_ in FRAMES]


def test_a_server_that_is_gone_is_said(fake_cvat, tmp_path):
    server = Server(fake_cvat.url, AccessToken(Secret(fake_cvat.token)))
    fake_cvat.faults([{"kind": "502", "times": 99}])
    with Client(server, tries=2, pause=0.01) as client, pytest.raises(ServerUnreachable):
        client.download(1, tmp_path / "coco.json")
