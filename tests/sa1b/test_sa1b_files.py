"""Parquet and COCO of a tar are what pycocotools and dense formulas say of its masks."""

import io
import json
import os
import signal
import subprocess
import tarfile
import time
import tracemalloc

import numpy as np
import pyarrow.parquet as pq
import pytest
from pycocotools import mask as api
from pycocotools.coco import COCO
from sa1b_checks import decoded, dense, small, smalls
from sa1b_cli import COMMAND, sa1b
from sa1b_making import image, write_folder, write_tar

from cvat_sam.exceptions import InUse
from cvat_sam.sa1b.wanted import Wanted
from cvat_sam.sa1b.work import tables
from cvat_sam.sa1b.work.doing import work
from cvat_sam.sa1b.work.jobs import EVERY, jobs
from cvat_sam.sa1b.work.results import opened

IMAGES = smalls(4, masks=8)


@pytest.fixture
def tar(tmp_path):
    write_tar(tmp_path / "sa_000000.tar", IMAGES)
    return tmp_path / "sa_000000.tar"


def test_a_row_of_masks_is_what_pycocotools_says_of_it(tar, tmp_path):
    ended = sa1b(tmp_path, "features", tar.name, "--to", "out")
    assert (ended.returncode, ended.stderr) == (0, "")
    table = pq.read_table(tmp_path / "out" / "masks" / "sa_000000.parquet")
    rows = table.to_pylist()
    items = [(one, index) for one in IMAGES for index in range(len(one["annotations"]))]
    assert len(rows) == len(items)
    for row, (one, index) in zip(rows, items, strict=True):
        item = one["annotations"][index]
        mask = decoded(item["segmentation"])
        ys, xs = np.nonzero(mask)
        x, y, w, h = api.toBbox(item["segmentation"]).tolist()
        assert row == {
            "image": one["image"]["file_name"],
            "image_id": one["image"]["image_id"],
            "height": 60,
            "width": 90,
            "mask": index,
            "id": item["id"],
            "area": api.area(item["segmentation"]),
            "left": x,
            "top": y,
            "columns": w,
            "rows": h,
            "predicted_iou": item["predicted_iou"],
            "stability_score": item["stability_score"],
            "centroid_x": pytest.approx(xs.mean()),
            "centroid_y": pytest.approx(ys.mean()),
            "point_x": item["point_coords"][0][0],
            "point_y": item["point_coords"][0][1],
            "counts": item["segmentation"]["counts"],
        }
    assert table.schema.field("centroid_x").metadata == {b"about": b"mean column of the pixels"}


def test_a_row_of_pairs_is_what_dense_formulas_say_of_it(tar, tmp_path):
    ended = sa1b(tmp_path, "features", tar.name, "--to", "out")
    rows = pq.read_table(tmp_path / "out" / "pairs" / "sa_000000.parquet").to_pylist()
    expected = []
    for one in IMAGES:
        masks = dense(one["annotations"]).astype(bool)
        for a, b in zip(*np.triu_indices(len(masks), 1), strict=True):
            if shared := int((masks[a] & masks[b]).sum()):
                expected.append(
                    {
                        "image": one["image"]["file_name"],
                        "image_id": one["image"]["image_id"],
                        "a": a,
                        "b": b,
                        "iou": shared / (masks[a] | masks[b]).sum(),
                        "a_in_b": shared / masks[a].sum(),
                        "b_in_a": shared / masks[b].sum(),
                    }
                )
    assert rows == expected
    masks = sum(len(one["annotations"]) for one in IMAGES)
    assert ended.stdout == f"out: 1 source, 4 images, {masks} masks, {len(rows)} pairs\n"


def test_what_is_not_there_is_null(tmp_path):
    one = small(1)
    del one["image"]["image_id"], one["annotations"][0]["point_coords"]
    (tmp_path / "a.json").write_text(json.dumps(one))
    assert sa1b(tmp_path, "features", "a.json", "--to", "out").returncode == 0
    row = pq.read_table(tmp_path / "out" / "masks" / "a.parquet").to_pylist()[0]
    assert (row["image_id"], row["point_x"], row["point_y"]) == (None, None, None)


def test_coco_is_loaded_by_pycocotools(tar, tmp_path, capsys):
    ended = sa1b(tmp_path, "convert", tar.name, "--to", "out", "--top-k", "5")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "out: 1 source, 4 images, 20 masks\n"
    written = COCO(tmp_path / "out" / "coco" / "sa_000000.json")
    assert written.loadCats(1) == [{"id": 1, "name": "object", "supercategory": ""}]
    for number, one in enumerate(IMAGES, 1):
        [about] = written.loadImgs(number)
        assert about == {
            "id": number,
            "file_name": one["image"]["file_name"],
            "height": 60,
            "width": 90,
        }
        best = sorted(one["annotations"], key=lambda item: -item["predicted_iou"])[:5]
        annotations = written.loadAnns(written.getAnnIds(imgIds=number))
        for found, item in zip(annotations, best, strict=True):
            assert found["segmentation"] == item["segmentation"]
            assert found["area"] == item["area"]
            assert found["bbox"] == api.toBbox(item["segmentation"]).tolist()
            assert found["score"] == item["predicted_iou"]
            assert found["stability_score"] == item["stability_score"]
            assert (found["sa1b_id"], found["iscrowd"]) == (item["id"], 0)


def test_images_without_masks_are_in_coco(tmp_path):
    write_tar(tmp_path / "a.tar", [{**small(1), "annotations": []}, small(2)])
    assert sa1b(tmp_path, "convert", "a.tar", "--to", "out").returncode == 0
    written = json.loads((tmp_path / "out" / "coco" / "a.json").read_text())
    assert len(written["images"]) == 2
    assert {one["image_id"] for one in written["annotations"]} == {2}
    write_tar(tmp_path / "b.tar", [])
    assert sa1b(tmp_path, "convert", "b.tar", "--to", "out").stdout == (
        "out: 1 source, 0 images, 0 masks\n"
    )
    assert json.loads((tmp_path / "out" / "coco" / "b.json").read_text())["images"] == []


def test_figures_are_those_of_the_masks(tmp_path):
    images = [image(seed, height=60, width=90, masks=7 + seed) for seed in range(1, 8)]
    write_folder(tmp_path / "many", images)
    (tmp_path / "many" / "bad.json").write_text("{")
    ended = sa1b(tmp_path, "stats", "many", "--json", "stats.json")
    [row] = json.loads((tmp_path / "stats.json").read_text())
    items = [item for one in images for item in one["annotations"]]
    assert (row["name"], row["images"], row["masks"]) == ("many", 7, len(items))
    assert row["skipped"] == 1
    assert row["masks_per_image"] == {"5%": 8, "50%": 11, "95%": 14}
    for name, values, close in [
        ("predicted_iou", [item["predicted_iou"] for item in items], {"abs": 0.0006}),
        ("stability_score", [item["stability_score"] for item in items], {"abs": 0.0006}),
        ("area_share", [item["area"] / 5400 for item in items], {"rel": 0.012}),
    ]:
        exact = np.quantile(values, (0.05, 0.5, 0.95), method="inverted_cdf")
        assert list(row[name].values()) == pytest.approx(exact.tolist(), **close)
    heading, line = ended.stdout.splitlines()
    assert heading.split() == [
        *("images", "masks", "an", "image", "area", "IoU", "stability", "skipped")
    ]
    assert line.split()[:4] == ["many", "7", str(len(items)), "11"]
    assert ended.stderr.startswith("many/bad.json: is not JSON: ")


def test_a_folder_of_tars_and_jsons_is_a_source_for_each_tar_and_one_for_the_rest(tmp_path):
    folder = tmp_path / "mixed"
    write_folder(folder, IMAGES[:1])
    write_tar(folder / "sa_10.tar", IMAGES[1:2])  # between the JSONs, as files are sorted
    write_folder(folder / "z", IMAGES[2:])
    ended = sa1b(tmp_path, "stats", "mixed", "--workers", "1")
    assert (ended.returncode, ended.stderr) == (0, "")
    rows = [line.split()[:2] for line in ended.stdout.splitlines()[1:]]
    assert rows == [["sa_10", "1"], ["mixed", "3"], ["all", "4"]]


def test_figures_of_nothing_are_dashes(tmp_path):
    write_tar(tmp_path / "a.tar", [])
    ended = sa1b(tmp_path, "stats", "a.tar")
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[1].split() == ["a", "0", "0", "–", "–", "–", "–", "0"]


def test_what_is_done_is_not_done_again(tar, tmp_path):
    first = sa1b(tmp_path, "features", tar.name, "--to", "out")
    written = (tmp_path / "out" / "masks" / "sa_000000.parquet").stat().st_mtime_ns
    again = sa1b(tmp_path, "features", tar.name, "--to", "out")
    assert (again.stdout, again.stderr) == (first.stdout, "done before: 1 of 1 source\n")
    assert (tmp_path / "out" / "masks" / "sa_000000.parquet").stat().st_mtime_ns == written
    anew = sa1b(tmp_path, "features", tar.name, "--to", "out", "--again")
    assert (anew.stdout, anew.stderr) == (first.stdout, "")
    assert (tmp_path / "out" / "masks" / "sa_000000.parquet").stat().st_mtime_ns > written


def test_figures_that_are_kept_are_taken_from_there(tar, tmp_path):
    first = sa1b(tmp_path, "stats", tar.name, "--to", "out")
    again = sa1b(tmp_path, "stats", tar.name, "--to", "out")
    assert again.stdout == first.stdout
    assert again.stderr == "done before: 1 of 1 source\n"


def test_results_of_something_else_are_never_replaced(tar, tmp_path):
    assert sa1b(tmp_path, "features", tar.name, "--to", "out").returncode == 0
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("[!.]*.*")}

    def refused(*words):
        ended = sa1b(tmp_path, *words)
        assert (ended.returncode, ended.stdout) == (2, "")
        now = {path: path.read_bytes() for path in (tmp_path / "out").rglob("[!.]*.*")}
        assert now == before
        return ended.stderr

    assert refused("convert", tar.name, "--to", "out") == (
        "cvat-sam: out holds results of `cvat-sam sa1b features`, and these would be of "
        "`cvat-sam sa1b convert`; give another folder\n"
    )
    assert "and these would be of `cvat-sam sa1b features --top-k 3`" in refused(
        "features", tar.name, "--to", "out", "--top-k", "3", "--again"
    )
    (tmp_path / "other").mkdir()
    write_tar(tmp_path / "other" / tar.name, IMAGES[:2])
    assert refused("features", f"other/{tar.name}", "--to", "out") == (
        "cvat-sam: out has results of another sa_000000, or of what other/sa_000000.tar was "
        "before; --again replaces them, and another folder keeps both\n"
    )
    assert "would both be called sa_000000" in refused(
        "features", tar.name, f"other/{tar.name}", "--to", "new"
    )
    ended = sa1b(tmp_path, "features", f"other/{tar.name}", "--to", "out", "--again")
    assert ended.stdout.startswith("out: 1 source, 2 images")


def test_what_is_put_in_a_sources_place_while_it_is_read_is_another(tar, tmp_path):
    write_tar(tar, smalls(EVERY, masks=1))
    [job] = jobs("convert", [str(tar)], wanted=Wanted(), folder=tmp_path / "out")
    with opened(tmp_path / "out", [job], again=False):
        steps = work(job)
        assert next(steps) == EVERY  # read, and not written down yet
        write_tar(tmp_path / "new.tar", IMAGES[:1])
        (tmp_path / "new.tar").replace(tar)
        assert [one.images for one in steps] == [EVERY]
    ended = sa1b(tmp_path, "convert", tar.name, "--to", "out")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "out has results of another sa_000000, or of what sa_000000.tar was" in ended.stderr


def test_a_source_that_goes_while_it_is_read_is_done_and_one_that_is_gone_is_told(tar, tmp_path):
    write_tar(tar, smalls(EVERY, masks=1))
    [job] = jobs("convert", [str(tar)], wanted=Wanted(), folder=tmp_path / "out")
    steps = work(job)
    assert next(steps) == EVERY
    tar.unlink()
    assert [(one.images, one.failed) for one in steps] == [(EVERY, None)]
    *_, outcome = work(job)
    assert outcome.failed == f"{tar}: cannot be read: No such file or directory"


def test_a_folder_with_something_else_is_left_alone(tar, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    ended = sa1b(tmp_path, "convert", tar.name, "--to", "mine")
    assert (ended.returncode, ended.stderr) == (
        2,
        "cvat-sam: mine has something else in it (thesis.tex); results need a folder of their "
        "own\n",
    )
    ended = sa1b(tmp_path, "convert", tar.name, "--to", tar.name)
    assert ended.stderr == f"cvat-sam: {tar.name} cannot be written: it is a file\n"


def test_one_process_at_a_time_works_in_a_folder(tar, tmp_path):
    [job] = jobs("convert", [str(tar)], wanted=Wanted(), folder=tmp_path / "out")
    with opened(tmp_path / "out", [job], again=False) as before:
        assert before == {}
        with (
            pytest.raises(InUse, match=r"another `cvat-sam sa1b` with the folder .* is at work"),
            opened(tmp_path / "out", [job], again=False),
        ):
            pass


def test_what_is_damaged_is_told_and_the_rest_is_there(tar, tmp_path):
    packed = {"a.json": json.dumps(IMAGES[0]).encode(), "b.json": b"{}"}
    with tarfile.open(tmp_path / "bad.tar", "w") as made:
        for name, data in packed.items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            made.addfile(header, io.BytesIO(data))
    ended = sa1b(tmp_path, "convert", "bad.tar", "--to", "out")
    assert ended.returncode == 0
    assert ended.stdout.endswith("skipped: 1 fault\n")
    assert ended.stderr == (
        "bad.tar: b.json: has no image and no annotations, but SA-1B's files do\n"
    )


def test_a_source_that_cannot_be_read_is_told_behind_the_others(tar, tmp_path):
    (tmp_path / "none.tar").write_bytes(b"none" * 1000)
    words = ("convert", "none.tar", tar.name, "--to", "out", "--workers", "1")
    ended = sa1b(tmp_path, *words)
    assert ended.returncode == 2
    assert ended.stdout.startswith("out: 1 source, 4 images")
    assert ended.stderr.splitlines() == [
        "cvat-sam: none.tar: is no tar, or is damaged at its beginning",
        "cvat-sam: 1 source of 2 failed",
    ]
    assert not (tmp_path / "out" / "coco" / "none.json").exists()
    # It is tried again, the other is not.
    assert "done before: 1 of 2 sources" in sa1b(tmp_path, *words).stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["missing.tar"], "missing.tar: there is no such file or folder"),
        (["sa_000000.tar", "--top-k", "0"], "top_k is 0; it should be a whole number from 1"),
        (["sa_000000.tar", "--min-predicted-iou", "90"], "min_predicted_iou is 90.0; it should be"),
        (
            ["sa_000000.tar", "--min-area", "9", "--max-area", "2"],
            "min_area is 9.0, above max_area",
        ),
    ],
)
@pytest.mark.parametrize("command", ["stats", "convert", "features"])
def test_what_cannot_be_is_said_before_any_work(tar, tmp_path, command, words, sentence):
    ended = sa1b(tmp_path, command, *words, "--to", "out")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"cvat-sam: {sentence}")
    assert not (tmp_path / "out").exists()


def test_without_pyarrow_parquet_is_refused_in_a_sentence(tar, tmp_path):
    program = "import sys; sys.modules['pyarrow'] = None; from cvat_sam.cli import main; main()"
    words = [COMMAND[0], "-c", program, "sa1b", "features", tar.name, "--to", "out"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (
        2,
        "cvat-sam: Parquet needs pyarrow: pip install 'cvat-sam[ray]', or '.[ray]' in a clone\n",
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_goes_on(tmp_path, how):
    images = [image(seed, height=300, width=400, masks=40) for seed in range(1, 11)]
    write_tar(tmp_path / "a.tar", images)
    # The second is so large that it is stopped in its middle.
    with tarfile.open(tmp_path / "b.tar", "w") as made:
        for number in range(600):
            data = json.dumps(images[number % 10]).encode()
            header = tarfile.TarInfo(f"{number}.json")
            header.size = len(data)
            made.addfile(header, io.BytesIO(data))
    words = ["features", "a.tar", "b.tar", "--to", "out", "--workers", "1"]
    started = subprocess.Popen(
        [*COMMAND, *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "out" / "done" / "a.json").exists():
        time.sleep(0.01)
    while not list((tmp_path / "out" / "masks").glob(".b*")):
        time.sleep(0.01)
    started.send_signal(how)
    _, said = started.communicate()
    assert started.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}.get(how, -9)
    assert said == ("cvat-sam: interrupted after 1 of 2 sources\n" if how == 2 else "")
    assert sorted(os.listdir(tmp_path / "out" / "done")) == ["a.json"]
    if how != signal.SIGKILL:
        assert os.listdir(tmp_path / "out" / "masks") == ["a.parquet"]
    ended = sa1b(tmp_path, *words)
    assert ended.stderr == "done before: 1 of 2 sources\n"
    assert ended.stdout.startswith("out: 2 sources, 610 images, 24,400 masks, ")
    assert sorted(os.listdir(tmp_path / "out" / "masks")) == ["a.parquet", "b.parquet"]
    whole = sa1b(tmp_path, *[*words[:4], "whole", *words[5:]])
    assert whole.stdout.replace("whole:", "out:") == ended.stdout
    for kind in ("masks", "pairs"):
        for name in ("a", "b"):
            paths = [tmp_path / folder / kind / f"{name}.parquet" for folder in ("out", "whole")]
            assert pq.read_table(paths[0]).equals(pq.read_table(paths[1]))


def test_nothing_is_left_of_a_table_that_cannot_be_written(tar, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    [job] = jobs("features", [str(tar)], wanted=Wanted(), folder=tmp_path / "out")
    monkeypatch.setattr(pq.ParquetWriter, "write_table", fail)
    *_, outcome = work(job)
    assert outcome.failed.endswith("sa_000000.parquet cannot be written: No space left on device")
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("kind", ["stats", "convert", "features"])
def test_memory_does_not_grow_with_the_tar(tmp_path, monkeypatch, kind):
    # So that rows are written long before the end.
    monkeypatch.setattr(tables, "_MASKS_AT_ONCE", 500)
    monkeypatch.setattr(tables, "_PAIRS_AT_ONCE", 500)

    def peak(count):
        with tarfile.open(tmp_path / f"{count}.tar", "w") as made:
            for number in range(count):
                data = json.dumps(IMAGES[number % 4]).encode()
                header = tarfile.TarInfo(f"{number}.json")
                header.size = len(data)
                made.addfile(header, io.BytesIO(data))
        [job] = jobs(
            kind, [str(tmp_path / f"{count}.tar")], wanted=Wanted(), folder=tmp_path / "out"
        )
        tracemalloc.start()
        list(work(job))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    # COCO's second part is copied behind the first a megabyte at a time.
    assert peak(2000) < peak(1000) + 400_000
