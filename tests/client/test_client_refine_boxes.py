"""`refine-boxes`: against a server of its own, asking a function of its own."""

import pytest
from client_work import Heard, MemorySink, command, connected, run
from stub_function import png, stub_function

from cvat_sam.client.annotating.function import Function
from cvat_sam.client.annotating.journal_sink import open_sink
from cvat_sam.client.annotating.rectangles import upright
from cvat_sam.client.annotating.refine_boxes import refine_boxes
from cvat_sam.client.api import read_task
from cvat_sam.exceptions import InvalidTask, ServerUnreachable

LABELS = [
    {
        "name": "car",
        "attributes": [
            {"name": "colour", "input_type": "select", "values": ["red", "blue"]},
            {"name": "plate", "input_type": "text", "values": [""]},
        ],
    },
    {"name": "tree", "type": "mask"},
    {"name": "box", "type": "rectangle"},
]


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with stub_function(tmp_path_factory.mktemp("stub")) as function:
        yield function


@pytest.fixture
def stub(host):
    host.forget()
    return host


class Case:
    """A task with frames of 40 × 30 pixels, and its rectangles."""

    def __init__(self, cvat, frames=3, **options):
        self.cvat = cvat
        names = [f"{index}.png" for index in range(frames)]
        for name in names:
            (cvat.images / name).write_bytes(png(40, 30))
        options.setdefault("labels", LABELS)
        self.number = cvat.add_task([(name, 40, 30) for name in names], **options)
        self.labels = cvat.labels(self.number)

    def put(self, frame, points, label="car", **more):
        """Draw a rectangle; its id."""
        before = {shape["id"] for shape in self.shapes()}
        shape = {"type": "rectangle", "frame": frame, "points": points, **more}
        self.cvat.edit(
            task=self.number, action="create", shapes=[{**shape, "label_id": self.labels[label]}]
        )
        [number] = {shape["id"] for shape in self.shapes()} - before
        return number

    def shapes(self, kind=None):
        return [
            shape
            for shape in self.cvat.shapes(self.number)
            if kind is None or shape["type"] == kind
        ]

    def masks(self):
        """Frame and points of every mask."""
        return sorted((shape["frame"], shape["points"]) for shape in self.shapes("mask"))

    def boxes(self):
        return sorted(shape["id"] for shape in self.shapes("rectangle"))


@pytest.fixture
def case(fake_cvat):
    return Case(fake_cvat)


@pytest.fixture
def work(fake_cvat, stub):
    """Refines a case's rectangles with a simple sink; what was done, what was heard, the sink."""

    def done(case, *, sink=None, after=None, **options):
        heard = Heard()
        with connected(fake_cvat) as connection, Function(stub.url, pause=0, tries=2) as function:
            task = read_task(connection, case.number)
            sink = sink or MemorySink(connection, task, after=after)
            result = refine_boxes(
                connection, task, function, sink, progress=heard.progress, **options
            )
        return result, heard, sink

    return done


def test_every_rectangle_becomes_a_mask_and_goes(case, work, stub):
    case.put(0, [1, 1, 6, 6])
    case.put(0, [10, 2, 20, 5], "tree")
    case.put(2, [0, 0, 40, 30])
    done, heard, _ = work(case)
    assert (done.boxes, done.masks, done.deleted, done.before) == (3, 3, 3, 0)
    assert (done.faults, done.changed, heard.total, heard.masks) == ([], [], [2], [2, 1])
    assert case.boxes() == []
    assert case.masks() == [
        (0, [0, 25, 1, 1, 5, 5]),
        (0, [0, 30, 10, 2, 19, 4]),
        (2, [0, 1200, 0, 0, 39, 29]),
    ]
    assert case.cvat.export(case.number)["status"] == 200
    # One request for each frame: one look at its image.
    assert [len(seen["keys"]["boxes"]) for seen in stub.seen()] == [2, 1]


def test_all_that_is_known_of_a_rectangle_is_kept(case, work):
    specs = case.cvat.specs(case.number)
    values = [
        {"spec_id": specs["car", "colour"], "value": "blue"},
        {"spec_id": specs["car", "plate"], "value": "M-AB 1"},
    ]
    case.put(1, [1, 1, 6, 6], attributes=values, occluded=True, z_order=3, group=5, source="manual")
    work(case)
    [mask] = case.shapes("mask")
    assert mask["label_id"] == case.labels["car"]
    assert sorted(map(str, mask["attributes"])) == sorted(map(str, values))
    assert (mask["occluded"], mask["z_order"], mask["group"]) == (True, 3, 5)
    assert mask["source"] == "auto"


def test_boxes_can_be_kept_and_never_get_a_second_mask(case, work):
    case.put(0, [1, 1, 6, 6])
    done, _, sink = work(case, keep_boxes=True)
    assert (done.masks, done.deleted, len(case.boxes())) == (1, 0, 1)
    done, _, _ = work(case, keep_boxes=True, sink=sink)
    assert (done.masks, done.before, len(case.boxes()), len(case.masks())) == (0, 1, 1, 1)
    # And can go later.
    done, _, _ = work(case, sink=sink)
    assert (done.masks, done.before, done.deleted, case.boxes()) == (0, 1, 1, [])
    assert len(case.masks()) == 1


def test_where_nothing_is_found_the_rectangle_stays_and_is_listed(case, work):
    thin = case.put(0, [1, 1, 3, 9])
    case.put(0, [1, 1, 6, 6])
    outside = case.put(1, [50, 1, 60, 9])
    empty = case.put(1, [5, 5, 5, 9])
    done, heard, _ = work(case)
    assert case.boxes() == [thin, outside, empty]
    assert (done.boxes, done.masks, done.deleted) == (2, 1, 1)
    assert heard.faults == [
        f"frame 1 (1.png), rectangle {outside} (car): nothing of it is inside the image of 40 × 30",
        f"frame 1 (1.png), rectangle {empty} (car): nothing of it is inside the image of 40 × 30",
        f"frame 0 (0.png), rectangle {thin} (car): the model finds no object in it",
    ]


def test_only_rectangles_of_the_labels_named(case, work):
    case.put(0, [1, 1, 6, 6], "tree")
    car = case.put(0, [10, 1, 16, 6])
    done, _, _ = work(case, labels=["tree"])
    assert (done.boxes, done.deleted, case.boxes()) == (1, 1, [car])


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (["box"], "the label box takes shapes of type rectangle alone, no masks"),
        ([], "the label box takes shapes of type rectangle alone, no masks"),
        (["dog"], "has no label dog; it has car, tree, box"),
    ],
)
def test_the_label_must_be_there_and_take_masks(case, work, stub, labels, sentence):
    case.put(0, [1, 1, 6, 6])
    case.put(0, [1, 1, 6, 6], "box")
    with pytest.raises(InvalidTask, match=sentence):
        work(case, labels=labels)
    assert (stub.seen(), len(case.boxes())) == ([], 2)


def test_a_label_of_no_rectangle_does_not_matter(case, work):
    case.put(0, [1, 1, 6, 6])
    assert work(case)[0].deleted == 1


def test_a_rotated_rectangle_is_asked_for_as_the_box_around_it(case, work, stub):
    case.put(0, [10, 10, 20, 14], rotation=90)
    case.put(0, [1, 1, 6, 6], rotation=360)
    done, _, _ = work(case)
    assert (done.rotated, done.masks) == (1, 2)
    assert stub.seen()[0]["keys"]["boxes"] == [[13, 7, 17, 17], [1, 1, 6, 6]]


def test_the_box_around_a_rotated_rectangle_touches_its_corners():
    left, top, right, bottom = upright((0, 0, 10, 10), 45)
    assert (left, top) == pytest.approx((5 - 50**0.5, 5 - 50**0.5), abs=1e-5)
    assert (right, bottom) == pytest.approx((5 + 50**0.5, 5 + 50**0.5), abs=1e-5)
    assert upright((0, 0, 8, 4), -90) == (2, -2, 6, 6)


def test_a_box_beyond_the_image_is_asked_for_as_far_as_it_is_inside(case, work, stub):
    case.put(0, [-5.5, 20, 12, 99])
    work(case)
    assert stub.seen()[0]["keys"]["boxes"] == [[0, 20, 12, 30]]
    assert case.masks() == [(0, [0, 120, 0, 20, 11, 29])]


def test_rectangles_on_deleted_frames_and_other_shapes_are_left_alone(fake_cvat, work):
    case = Case(fake_cvat, deleted=[1])
    on_deleted = case.put(1, [1, 1, 6, 6])
    case.cvat.edit(
        task=case.number,
        action="create",
        shapes=[
            {"type": kind, "frame": 0, "label_id": case.labels["car"], "points": points}
            for kind, points in (
                ("polygon", [1, 1, 6, 6, 1, 6]),
                ("mask", [0, 1, 0, 0, 0, 0]),
                ("ellipse", [5, 5, 9, 2]),
            )
        ],
    )
    case.put(0, [1, 1, 6, 6])
    done, _, _ = work(case)
    assert (done.boxes, done.deleted, case.boxes()) == (1, 1, [on_deleted])
    kinds = sorted(shape["type"] for shape in case.shapes())
    assert kinds == ["ellipse", "mask", "mask", "polygon", "rectangle"]


def test_a_frame_that_fails_keeps_its_rectangles_and_the_rest_goes_on(case, work):
    (case.cvat.images / "1.png").write_bytes(png(40, 30, (255, 0, 0)))
    case.put(0, [1, 1, 6, 6])
    bad = case.put(1, [1, 1, 6, 6])
    case.put(2, [1, 1, 6, 6])
    done, _, _ = work(case)
    assert (done.deleted, case.boxes()) == (2, [bad])
    [fault] = done.faults
    assert fault.sentence.endswith("no red images")


def test_a_rectangle_goes_only_after_its_mask_is_stored(case, work):
    box = case.put(0, [1, 1, 6, 6])
    case.cvat.faults([{"kind": "403", "match": "PATCH create", "times": 99}])
    with pytest.raises(Exception, match="403"):
        work(case)
    assert (case.boxes(), case.masks()) == ([box], [])
    patches = [entry["path"] for entry in case.cvat.log("PATCH")]
    assert not any("delete" in path for path in patches)


def test_a_rectangle_that_somebody_changed_meanwhile_stays(case, work):
    changed = case.put(0, [1, 1, 6, 6])
    case.put(0, [11, 1, 16, 6])
    edited = {
        "id": changed,
        "type": "rectangle",
        "frame": 0,
        "label_id": case.labels["car"],
        "points": [1, 1, 8, 8],
    }
    case.cvat.faults(
        [
            {
                "kind": "slow_after",
                "seconds": 0,
                "match": "PATCH create",
                "meanwhile": [{"task": case.number, "action": "update", "shapes": [edited]}],
            }
        ]
    )
    done, _, _ = work(case)
    assert (done.masks, done.deleted, done.changed) == (2, 1, [changed])
    assert case.boxes() == [changed]


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "502", "502_after", "cut_reply"])
def test_deleting_is_done_again_where_it_is_unclear(case, work, kind):
    case.put(0, [1, 1, 6, 6])
    case.put(1, [1, 1, 6, 6])
    case.cvat.faults([{"kind": kind, "match": "PATCH delete"}])
    done, _, _ = work(case)
    assert (done.deleted, case.boxes(), len(case.masks())) == (2, [], 2)


def test_after_a_crash_between_storing_and_deleting_there_is_no_second_mask(
    case, fake_cvat, stub, tmp_path
):
    for frame in range(3):
        case.put(frame, [1, 1, 6 + frame, 6])
    with connected(fake_cvat) as connection, Function(stub.url) as function:
        task = read_task(connection, case.number)

        def sink():
            return open_sink(connection, task, work={"c": 1}, journal=tmp_path / "j.sqlite")

        fake_cvat.faults([{"kind": "403", "match": "PATCH delete"}])
        with pytest.raises(Exception, match="403"), sink() as first:
            refine_boxes(connection, task, function, first)
        assert (len(case.masks()), len(case.boxes())) == (3, 3)
        stub.forget()
        with sink() as second:
            done = refine_boxes(connection, task, function, second)
        assert (done.masks, done.before, done.deleted) == (0, 3, 3)
    assert (len(case.masks()), case.boxes(), stub.seen()) == (3, [], [])


@pytest.mark.parametrize("moment", ["hold_before", "hold_after"])
@pytest.mark.parametrize("action", ["create", "delete"])
def test_the_command_killed_and_run_again(case, fake_cvat, stub, tmp_path, moment, action):
    for frame in range(3):
        case.put(frame, [1, 1, 6 + frame, 6])
    options = ["--task", str(case.number), "--function", stub.url]
    fake_cvat.faults([{"kind": moment, "match": f"PATCH annotations {action}"}])
    process = command("refine-boxes", fake_cvat, tmp_path, *options)
    fake_cvat.wait_until_held(60)
    process.kill()
    process.communicate()
    fake_cvat.release()
    code, _, err = run("refine-boxes", fake_cvat, tmp_path, *options)
    assert (code, err) == (0, "")
    assert [frame for frame, _ in case.masks()] == [0, 1, 2]
    assert case.boxes() == []


def test_the_command_says_what_it_did(case, fake_cvat, stub, tmp_path):
    case.put(0, [1, 1, 6, 6], rotation=90)
    thin = case.put(0, [1, 1, 3, 9])
    options = ["--task", str(case.number), "--label", "car", "--function", stub.url]
    code, out, err = run("refine-boxes", fake_cvat, tmp_path, *options)
    assert code == 2
    assert out.splitlines() == [
        f"task {case.number}: 1 mask for 2 boxes, 1 box deleted",
        "rotated, and asked for as the box around them: 1",
        "without a mask: 1 fault listed above",
    ]
    assert err == (
        f"cvat-sam: frame 0 (0.png), rectangle {thin} (car): the model finds no object in it\n"
    )


def test_a_server_that_is_gone_is_one_sentence(case, fake_cvat, tmp_path):
    case.put(0, [1, 1, 6, 6])
    case.put(1, [1, 1, 6, 6])
    with (
        connected(fake_cvat) as connection,
        Function("http://127.0.0.1:9", pause=0, tries=1) as function,
    ):
        task = read_task(connection, case.number)
        with pytest.raises(ServerUnreachable, match="the connection is refused"):
            refine_boxes(connection, task, function, MemorySink(connection, task))
    assert len(case.boxes()) == 2
