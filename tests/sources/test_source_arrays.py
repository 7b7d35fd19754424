"""numpy's files: masks, images of labels, and what is none."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from mask_records import mask_of

from cvat_sam import sources
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import MaskRecord, Rejected
from cvat_sam.sources import arrays

ROOT = Path(__file__).parent.parent.parent
MASKS = np.random.default_rng(3).random((3, 4, 5)) < 0.5
LABELS = np.array([[0, 7, 7], [300, 0, -1]])

few = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def read(path, **arrays_by_key):
    if arrays_by_key:
        np.savez_compressed(path, **arrays_by_key)
    return [*sources.read([path])]


def pixels(records):
    assert all(isinstance(one, MaskRecord) for one in records), records
    return np.array([mask_of(one) for one in records])


@few
@given(
    arrays_of.arrays(np.bool_, arrays_of.array_shapes(min_dims=3, max_dims=3, max_side=5)),
    st.sampled_from(["?", "u1", "<i2", ">i4", "<u8", "<f4", ">f8", "f2"]),
    st.sampled_from(["C", "F"]),
    st.sampled_from([1, 255]),
    st.booleans(),
)
def test_masks_of_every_type_and_order(tmp_path, masks, dtype, order, white, packed):
    stored = np.asarray(masks.astype(dtype) * (white if dtype != "?" else 1), dtype, order=order)
    if packed:
        np.savez(tmp_path / "a.v2.npz", stored)
        records = [*sources.read([tmp_path / "a.v2.npz"], format="arrays")]
    else:
        np.save(tmp_path / "a.v2.npy", stored)
        records = [*sources.read([tmp_path / "a.v2.npy"], format="arrays")]
    assert np.array_equal(pixels(records), masks)
    assert {(one.image, one.label) for one in records} == {("a.v2", "object")}
    assert [one.place.index for one in records] == [*range(len(masks))]


def test_one_channel_as_torch_has_it(tmp_path):
    np.save(tmp_path / "a.npy", MASKS[:, np.newaxis])
    assert np.array_equal(pixels(read(tmp_path / "a.npy")), MASKS)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.int16, np.int64, np.float32])
def test_images_of_labels(tmp_path, order, dtype):
    np.save(tmp_path / "a.npy", np.asarray(LABELS, dtype, order=order))
    records = read(tmp_path / "a.npy")
    assert [one.label for one in records] == ["-1", "7", "300"]
    for one in records:
        assert np.array_equal(mask_of(one), int(one.label) == LABELS)


def test_bool_of_two_dimensions_is_one_mask(tmp_path):
    np.save(tmp_path / "a.npy", MASKS[0])
    [one] = read(tmp_path / "a.npy")
    assert np.array_equal(mask_of(one), MASKS[0])
    assert one.label == "object"


@pytest.mark.parametrize(
    ("more", "images", "frames", "labels"),
    [
        ({}, ["m"] * 3, [None] * 3, ["object"] * 3),
        ({"images": ["a", "b", "a"]}, ["a", "b", "a"], [None] * 3, ["object"] * 3),
        ({"images": np.array([b"a", b"b\xc3\xa4", b"a"])}, ["a", "bä", "a"], [None] * 3, None),
        ({"frames": np.array([0, 7, 7])}, [None] * 3, [0, 7, 7], ["object"] * 3),
        ({"labels": ["x", "y", "x"]}, ["m"] * 3, [None] * 3, ["x", "y", "x"]),
        ({"labels": np.array([1, 2, 1])}, ["m"] * 3, [None] * 3, ["1", "2", "1"]),
        ({"scores": np.ones(3)}, ["m"] * 3, [None] * 3, ["object"] * 3),
    ],
)
def test_masks_with_their_names_beside(tmp_path, more, images, frames, labels):
    records = read(tmp_path / "m.npz", masks=MASKS, **more)
    assert np.array_equal(pixels(records), MASKS)
    assert [one.image for one in records] == images
    assert [one.frame for one in records] == frames
    assert [one.label for one in records] == (labels or ["object"] * 3)


def test_arrays_that_say_nothing_to_us_are_noted(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, masks=MASKS, image=["a", "b", "c"], label=["car"] * 3)
    notes = []
    assert {one.label for one in sources.read([path], note=notes.append)} == {"object"}
    [note] = notes
    assert "1 array 'image' and 1 array 'label' are not masks and were passed over" in note


def test_an_array_for_each_image(tmp_path):
    stored = {
        "b/a.jpg": MASKS,
        "b/a.jpg/labels": np.array(["x", "y", "z"]),
        "c": LABELS,
        "d": MASKS[:1],
        "e": MASKS[:0],
        "masks/labels": np.array([], str),
        "masks": MASKS[:0],
    }
    records = read(tmp_path / "m.npz", **stored)
    assert [(one.image, one.label) for one in records] == [
        *(("b/a.jpg", label) for label in "xyz"),
        *(("c", label) for label in ("-1", "7", "300")),
        ("d", "object"),
    ]
    assert [one.place.index for one in records] == [*range(7)]


@pytest.mark.parametrize(
    ("masks", "sentence"),
    [
        (np.full((1, 2, 2), 2), "has the value 2; a mask has 0 and 1, or 0 and 255"),
        (np.array([[[0, 1, 255]]]), "has the value 255; a mask has"),
        (np.array([[[0, -1, 1]]]), "has the value -1; a mask has"),
        (np.array([[[0, 0.25]]]), "has the value 0.25, but masks and labels are whole numbers"),
        (np.array([[[0, np.nan]]]), "has NaN (not a number) among its values"),
        (np.array([[[0, np.inf]]]), "has the value inf, but"),
        (np.array([[0.5]]), "has the value 0.5, but"),
    ],
)
def test_values_that_are_no_masks_are_rejected(tmp_path, masks, sentence):
    np.save(tmp_path / "a.npy", masks)
    [one] = read(tmp_path / "a.npy")
    assert isinstance(one, Rejected)
    assert sentence in one.sentence
    assert one.item["image"] == "a"


def test_one_bad_mask_or_array_does_not_cost_the_others(tmp_path):
    masks = MASKS.astype(np.uint8)
    masks[1] *= 9
    first, bad, last = read(tmp_path / "m.npz", masks=masks, labels=["x", "y", "z"])
    assert np.array_equal(pixels([first, last]), MASKS[::2])
    assert bad.item == {"image": "m", "label": "y", "height": 4, "width": 5}
    bad, good = read(tmp_path / "n.npz", a=np.array(["text"]), b=MASKS[:1])
    assert bad.sentence == "the array a has the shape (1,); it should be (N, H, W) or (H, W)"
    assert good.image == "b"


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ({"masks": MASKS, "labels": ["x"]}, "has 3 masks, but 1 labels go with it"),
        ({"masks": MASKS, "images": [["x"]]}, r"images has the shape \(1, 1\); it should have one"),
        ({"masks": MASKS, "images": [1, 2, 3]}, "images is of int64, which is no name"),
        ({"masks": MASKS, "frames": [0.5] * 3}, "frames is of float64"),
        ({"masks": MASKS, "frames": [1] * 3, "images": ["a"] * 3}, "both images and frames"),
        ({"masks": np.array([{}, 1])}, "holds Python objects"),
        ({"masks": np.zeros((2, 0, 3))}, r"has the shape \(2, 0, 3\); an image has at least"),
        ({"masks": np.zeros((1, 2, 3, 4))}, r"has the shape \(1, 2, 3, 4\); it should be"),
        ({"masks": np.array([[["a"]]])}, "is of <U1; it should be of bool or numbers"),
        ({"masks": np.zeros((1, 1, 1), complex)}, "is of complex128"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, stored, sentence):
    with pytest.raises(InvalidSource, match=sentence) as caught:
        read(tmp_path / "m.npz", **stored)
    assert str(caught.value).startswith(f"{tmp_path / 'm.npz'}: ")


def test_pickles_are_never_loaded(tmp_path):
    np.save(tmp_path / "a.npy", np.array([Path("a"), None]), allow_pickle=True)
    with pytest.raises(InvalidSource, match=r"holds Python objects \(pickled\)"):
        read(tmp_path / "a.npy")


@pytest.mark.parametrize("packed", [False, True])
def test_every_cut_is_one_sentence(tmp_path, packed):
    file = io.BytesIO()
    (np.savez_compressed if packed else np.save)(file, MASKS)
    data = file.getvalue()
    path = tmp_path / "a"
    for cut in range(0, len(data), 3):
        path.write_bytes(data[:cut])
        with pytest.raises(InvalidSource, match=str(path)):
            [*sources.read([path], format="arrays")]


def test_changed_bytes_never_raise_anything_else(tmp_path):
    file = io.BytesIO()
    np.savez_compressed(file, MASKS, labels=LABELS)
    data = file.getvalue()
    path = tmp_path / "a"
    for place in range(0, len(data), 2):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        try:
            [*sources.read([path], format="arrays")]
        except InvalidSource as error:
            assert str(error).startswith(str(path))


def test_headers_that_promise_too_much(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (1, 2**15, 2**15)}
    )
    (tmp_path / "a.npy").write_bytes(header.getvalue())
    with pytest.raises(InvalidSource, match="an image has at least 1 pixel and at most 268435456"):
        read(tmp_path / "a.npy")
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": True, "shape": (2**20, 2**10, 2**10)}
    )
    (tmp_path / "a.npy").write_bytes(header.getvalue())
    with pytest.raises(InvalidSource, match="is in Fortran order, of which 268435456 values"):
        read(tmp_path / "a.npy")


def test_zip_files_that_are_none_of_numpys(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("readme.txt", "no arrays")
    assert not arrays.looks_like(tmp_path / "a.npz")
    with pytest.raises(InvalidSource, match="holds no arrays"):
        [*sources.read([tmp_path / "a.npz"], format="arrays")]


@pytest.mark.parametrize("packed", [False, True])
def test_memory_does_not_grow_with_the_number_of_masks(tmp_path, packed):
    path = tmp_path / ("a.npz" if packed else "a.npy")
    masks = np.zeros((100, 1000, 1000), bool)  # 100 MB
    masks[:, 5, 5] = True
    (np.savez_compressed if packed else np.save)(path, masks)
    program = f"""if True:
        import resource
        from cvat_sam import sources
        for number, one in enumerate(sources.read([{str(path)!r}])):
            if number == 10:
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 20_000  # KiB
