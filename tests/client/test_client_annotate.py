"""`annotate`: against a server of its own, asking a function of its own."""

import pytest
from client_work import Heard, MemorySink, command, connected, run
from stub_function import png, stub_function

import rle
from cvat_sam.client.annotating.annotate import annotate
from cvat_sam.client.annotating.function import Function
from cvat_sam.client.annotating.journal_sink import open_sink
from cvat_sam.client.api import read_task
from cvat_sam.exceptions import (
    InUse,
    InvalidSource,
    InvalidTask,
    ServerRefused,
    ServerUnreachable,
)

GRAY, BLACK, RED, BLUE = (9, 9, 9), (0, 0, 0), (255, 0, 0), (0, 0, 255)


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with stub_function(tmp_path_factory.mktemp("stub")) as function:
        yield function


@pytest.fixture
def stub(host):
    host.forget()
    return host


@pytest.fixture
def make_task(fake_cvat):
    """A task whose frames have the colours named."""

    def make(*colours, **options):
        frames = []
        for index, colour in enumerate(colours):
            name, width, height = f"{index}-{colour}.png".replace(" ", ""), 20 + index, 10
            data = colour if isinstance(colour, bytes) else png(width, height, colour)
            if isinstance(colour, bytes):
                name = f"{index}.png"
            (fake_cvat.images / name).write_bytes(data)
            frames.append((name, width, height))
        return fake_cvat.add_task(frames, **options)

    return make


@pytest.fixture
def work(fake_cvat, stub):
    """Annotates a task with a simple sink; gives what was done, what was heard, and the sink."""

    def done(number, *, sink=None, label="object", after=None, **options):
        heard = Heard()
        with connected(fake_cvat) as connection, Function(stub.url, pause=0, tries=2) as function:
            task = read_task(connection, number)
            sink = sink or MemorySink(connection, task, after=after)
            result = annotate(
                connection, task, function, sink, label=label, progress=heard.progress, **options
            )
        return result, heard, sink

    return done


def frames_of(shapes):
    return [shape["frame"] for shape in shapes]


def test_every_frame_is_asked_and_its_masks_are_stored_bit_equal(fake_cvat, make_task, work, stub):
    number = make_task(GRAY, GRAY, labels=["car", "object"])
    done, heard, _ = work(number)
    assert (done.frames, done.masks, done.empty, done.before, done.faults) == (2, 4, 0, 0, [])
    assert (heard.total, heard.masks) == ([2], [2, 2])
    shapes = fake_cvat.shapes(number)
    assert frames_of(shapes) == [0, 0, 1, 1]
    for shape in shapes:
        assert shape["type"] == "mask"
        assert shape["source"] == "auto"
        assert shape["label_id"] == fake_cvat.labels(number)["object"]
        width = 20 + shape["frame"]
        mask = rle.cvat.decode(shape["points"], height=10, width=width)
        assert mask.sum() in (1, 10 * (width // 2))
    assert fake_cvat.export(number)["status"] == 200


def test_the_images_are_the_original_ones(fake_cvat, make_task, work, stub):
    work(make_task(GRAY, GRAY))
    queries = [entry["path"] for entry in fake_cvat.log("GET data type=frame")]
    assert len(queries) == 2
    assert all("quality=original" in query for query in queries)
    assert [seen["size"] for seen in stub.seen()] == [
        len(png(20, 10, GRAY)),
        len(png(21, 10, GRAY)),
    ]


def test_only_the_frames_named_and_never_a_deleted_one(fake_cvat, make_task, work):
    number = make_task(*[GRAY] * 5, deleted=[2])
    done, _, _ = work(number, frames=[1, 2, 3])
    assert done.frames == 2
    assert set(frames_of(fake_cvat.shapes(number))) == {1, 3}


def test_a_frame_that_is_not_there_is_refused(make_task, work, stub):
    with pytest.raises(InvalidTask, match="has no frame 7; its frames are 0 to 1"):
        work(make_task(GRAY, GRAY), frames=[0, 7])
    assert stub.seen() == []


def test_frames_with_masks_are_left_alone_unless_told_otherwise(fake_cvat, make_task, work):
    number = make_task(GRAY, GRAY, GRAY)
    label = fake_cvat.labels(number)["object"]
    theirs = {"label_id": label, "points": [0, 1, 0, 0, 0, 0], "type": "mask"}
    box = {"label_id": label, "points": [0, 0, 5, 5], "type": "rectangle"}
    fake_cvat.edit(
        task=number, action="create", shapes=[{**theirs, "frame": 1}, {**box, "frame": 2}]
    )
    done, _, _ = work(number)
    assert (done.frames, done.before) == (2, 1)
    assert frames_of(fake_cvat.shapes(number)).count(1) == 1
    done, _, sink = work(number, all_frames=True)
    assert (done.frames, done.before) == (3, 0)
    again, _, _ = work(number, all_frames=True, sink=sink)
    assert (again.frames, again.before) == (0, 3)


def test_frames_outside_all_jobs_are_not_asked(fake_cvat, make_task, work):
    number = make_task(*[GRAY] * 4, jobs=[(0, 1)])
    done, _, _ = work(number)
    assert done.frames == 2
    assert set(frames_of(fake_cvat.shapes(number))) == {0, 1}


def test_nothing_on_a_frame_is_remembered(make_task, work, stub):
    number = make_task(BLACK, GRAY)
    done, _, sink = work(number)
    assert (done.frames, done.masks, done.empty) == (2, 2, 1)
    stub.forget()
    again, _, _ = work(number, sink=sink)
    assert (again.frames, again.before) == (0, 2)
    assert stub.seen() == []


def test_a_frame_that_fails_is_listed_and_the_rest_goes_on(fake_cvat, make_task, work):
    number = make_task(GRAY, RED, b"no image", GRAY, BLUE, GRAY, png(3, 3))
    done, heard, _ = work(number)
    assert done.frames == 3
    assert set(frames_of(fake_cvat.shapes(number))) == {0, 3, 5}
    said = [fault.sentence for fault in done.faults]
    assert said == heard.faults
    assert [fault.frame for fault in done.faults] == [1, 2, 4, 6]
    assert "frame 1 (1-(255,0,0).png): the function at http" in said[0]
    assert said[0].endswith("answers 400: no red images")
    assert "8 bytes, cannot be read" in said[1]
    assert "a mask that cannot be used" in said[2]
    assert said[3].endswith("the image is 3 × 3 pixels, but the task says 26 × 10")


def test_where_all_frames_are_refused_alike_it_stops(make_task, work, stub):
    with pytest.raises(ServerRefused, match="no red images"):
        work(make_task(*[RED] * 9))
    assert len(stub.seen()) == 5


def test_where_nobody_answers_it_stops(make_task, work, stub):
    stub.script(*[503] * 20)
    with pytest.raises(ServerUnreachable, match="503, 2 times"):
        work(make_task(*[GRAY] * 9))
    assert len(stub.seen()) == 4


@pytest.mark.parametrize("status", [401, 404])
def test_a_refusal_that_is_about_us_stops_at_once(make_task, work, stub, status):
    stub.script(status)
    with pytest.raises(ServerRefused, match=f"answers {status}"):
        work(make_task(GRAY, GRAY))
    assert len(stub.seen()) == 1


def test_an_image_that_the_server_cannot_give_is_listed(fake_cvat, make_task, work):
    number = make_task(GRAY, GRAY, GRAY)
    fake_cvat.faults([{"kind": "500", "match": "GET data number=1", "times": 9}])
    done, _, _ = work(number)
    assert done.frames == 2
    [fault] = done.faults
    assert fault.frame == 1
    assert "500" in fault.sentence


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("dog", "has no label dog; it has object, outline"),
        ("outline", "the label outline takes shapes of type polygon alone, no masks"),
    ],
)
def test_the_label_must_be_there_and_take_masks(make_task, work, stub, label, sentence):
    number = make_task(GRAY, labels=["object", {"name": "outline", "type": "polygon"}])
    with pytest.raises(InvalidTask, match=sentence):
        work(number, label=label)
    assert stub.seen() == []


def test_the_next_frame_comes_while_the_model_looks_at_this_one(fake_cvat, make_task, stub):
    number = make_task(GRAY, GRAY, GRAY)
    asked = []

    class Slow:
        name = "a model"

        def everything(self, image):
            # The next one is on its way already, or it would never come.
            if len(asked) < 2:
                fake_cvat.wait_until_held(10)
                fake_cvat.release()
            asked.append(image)
            return []

    fake_cvat.faults(
        [{"kind": "hold_before", "match": f"GET data number={frame}"} for frame in (1, 2)]
    )
    with connected(fake_cvat) as connection:
        task = read_task(connection, number)
        sink = MemorySink(connection, task)
        assert annotate(connection, task, Slow(), sink, label="object").empty == 3


def test_with_the_journal_what_was_found_outlives_the_process(fake_cvat, make_task, stub, tmp_path):
    number = make_task(*[GRAY] * 4)
    with connected(fake_cvat) as connection, Function(stub.url) as function:
        task = read_task(connection, number)

        def sink():
            return open_sink(connection, task, work={"c": 1}, journal=tmp_path / "j.sqlite")

        def interrupted(masks):
            if len(stub.seen()) == 3:
                raise KeyboardInterrupt

        heard = Heard()
        object.__setattr__(heard.progress, "frame", interrupted)
        with pytest.raises(KeyboardInterrupt), sink() as first:
            annotate(connection, task, function, first, label="object", progress=heard.progress)
        assert fake_cvat.shapes(number) == []
        with sink() as second:
            done = annotate(connection, task, function, second, label="object")
        assert (done.frames, done.before) == (1, 3)
        assert frames_of(fake_cvat.shapes(number)) == [0, 0, 1, 1, 2, 2, 3, 3]
        # Whoever deletes the masks in CVAT gets new ones.
        fake_cvat.edit(task=number, action="clear")
        with sink() as third:
            assert annotate(connection, task, function, third, label="object").frames == 4
        assert len(fake_cvat.shapes(number)) == 8


def test_a_journal_is_of_one_work_and_one_process(fake_cvat, make_task, tmp_path):
    number = make_task(GRAY)
    path = tmp_path / "j.sqlite"
    with connected(fake_cvat) as connection:
        task = read_task(connection, number)
        with (
            open_sink(connection, task, work={"label": "a"}, journal=path),
            pytest.raises(InUse),
            open_sink(connection, task, work={"label": "a"}, journal=path),
        ):
            pass
        with (
            pytest.raises(InvalidSource, match="is the journal of other work"),
            open_sink(connection, task, work={"label": "b"}, journal=path),
        ):
            pass


def test_the_command_killed_at_the_worst_moment_and_run_again(fake_cvat, make_task, stub, tmp_path):
    number = make_task(*[GRAY] * 3)
    options = ["--task", str(number), "--label", "object", "--function", stub.url]
    fake_cvat.faults([{"kind": "hold_after", "match": "PATCH annotations create"}])
    process = command("annotate", fake_cvat, tmp_path, *options)
    fake_cvat.wait_until_held(60)
    process.kill()
    process.communicate()
    fake_cvat.release()
    code, out, err = run("annotate", fake_cvat, tmp_path, *options)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"task {number}: 0 masks on 0 frames",
        "left alone, because they have masks or were done: 3",
    ]
    assert frames_of(fake_cvat.shapes(number)) == [0, 0, 1, 1, 2, 2]
    assert len(stub.seen()) == 3


def test_the_command_lists_frames_that_failed_and_exits_with_2(
    fake_cvat, make_task, stub, tmp_path
):
    number = make_task(GRAY, RED, GRAY, GRAY)
    options = ["--task", str(number), "--label", "object", "--frames", "0-1,3"]
    options += ["--dashboard", stub.url, "--function", "cvat-sam"]
    code, out, err = run("annotate", fake_cvat, tmp_path, *options)
    assert code == 2
    assert out.splitlines() == [f"task {number}: 4 masks on 2 frames", "failed: 1 frame"]
    assert err == (
        "cvat-sam: frame 1 (1-(255,0,0).png): the function cvat-sam behind the dashboard "
        f"{stub.url} answers 400: no red images\n"
    )
    assert fake_cvat.token not in out + err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "which model?"),
        (["--function", "http://localhost:1", "--model", "vit_t"], "one of them"),
        (["--dashboard", "http://localhost:1", "--model", "vit_t"], "--dashboard needs"),
        (["--function", "http://localhost:1", "--device", "cpu"], "--device is for --model"),
        (["--function", "x", "--frames", "3-1"], "--frames should go upwards, not 3-1"),
        (["--function", "x", "--frames", "a"], "--frames should be as 0-99,120, not 'a'"),
        (["--function", "x"], "--function should be http://host:port"),
    ],
)
def test_options_that_do_not_go_together(monkeypatch, fake_cvat, make_task, options, sentence):
    from cvat_sam.cli.annotate import annotate as run_command
    from cvat_sam.exceptions import InvalidSetting

    monkeypatch.setenv("CVAT_ACCESS_TOKEN", fake_cvat.token)
    names = [name.removeprefix("--") for name in options[::2]]
    given = dict(zip(names, options[1::2], strict=True))
    with pytest.raises(InvalidSetting) as raised:
        run_command(task=make_task(GRAY), label="object", server_host=fake_cvat.url, **given)
    assert sentence in str(raised.value)
