"""Masks that are tensors give what the same arrays give, wherever they lie.

The accelerator's way is also gone with tensors on the CPU, which say that they lie elsewhere.
"""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from segment_anything.utils.amg import mask_to_rle_pytorch
from torch.overrides import TorchFunctionMode, resolve_name

import rle

PLACES = ["cpu", "elsewhere", *["cuda"] * torch.cuda.is_available()]

ENCODERS = [rle.torch.encode_coco, rle.torch.encode_cvat]

INTEGERS = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64]
LARGE = [torch.uint16, torch.uint32, torch.uint64]
FLOATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.float8_e5m2]


class Elsewhere(str):
    """A device that torch takes for the CPU, and `rle.torch` for another."""

    type = "elsewhere"


@pytest.fixture(params=PLACES)
def put(request, monkeypatch):
    """Puts a tensor where it shall be encoded."""
    if request.param == "elsewhere":
        monkeypatch.setattr(torch.Tensor, "device", property(lambda _: Elsewhere("cpu")))
        return lambda masks: masks
    return lambda masks: masks.to(request.param)


def drawn(count, height, width, *, seed=0, share=0.5):
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.random((count, height, width)) < share)


def check(masks, seen=None):
    """Compares with what the array `seen` gives, whose masks are the tensor's."""
    seen = (masks != 0).cpu().numpy() if seen is None else seen
    assert rle.torch.encode_coco(masks) == [rle.coco.encode(mask) for mask in seen]
    assert rle.torch.encode_coco(masks, compressed=False) == [
        rle.coco.encode(mask, compressed=False) for mask in seen
    ]
    points = rle.torch.encode_cvat(masks)
    assert points == [rle.cvat.encode(mask) for mask in seen]
    assert all(type(number) is int for numbers in points for number in numbers)


@pytest.mark.parametrize("dtype", [torch.bool, *INTEGERS, *LARGE, *FLOATS], ids=str)
def test_every_type_is_encoded_as_the_array_is(put, dtype):
    masks = drawn(3, 13, 66)
    check(put(masks.to(dtype)), masks.numpy())


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATS], ids=str)
def test_what_is_not_zero_is_set(put, dtype):
    labels = torch.randint(0, 4, (2, 9, 12), generator=torch.Generator().manual_seed(0))
    masks = labels.to(dtype) if dtype == torch.uint8 else (-labels).to(dtype)
    check(put(masks), labels.numpy() != 0)


def test_infinity_is_set_and_minus_zero_is_not(put):
    masks = torch.tensor([[[-0.0, 0.0, 1e-45, -torch.inf, torch.inf]]])
    check(put(masks), np.array([[[False, False, True, True, True]]]))


def test_bools_whose_bytes_are_other_than_0_and_1_are_bools(put):
    octets = torch.randint(0, 3, (3, 20, 70), generator=torch.Generator().manual_seed(1)) * 127
    octets = octets.to(torch.uint8)
    check(put(octets.view(torch.bool)), octets.numpy() != 0)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    size=st.tuples(st.integers(0, 5), st.integers(1, 30), st.integers(1, 70)),
    seed=st.integers(0, 2**32 - 1),
    share=st.sampled_from((0, 0.02, 0.5, 0.98, 1)),
    dtype=st.sampled_from((torch.bool, torch.uint8, torch.float32, torch.bfloat16)),
    at_once=st.sampled_from((1, 100, 2**26)),
)
def test_as_segment_anything_has_it(put, size, seed, share, dtype, at_once):
    masks = drawn(*size, seed=seed, share=share)
    right = mask_to_rle_pytorch(masks) if masks.numel() > 0 else []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rle.torch, "_AT_ONCE", at_once)
        assert rle.torch.encode_coco(put(masks.to(dtype)), compressed=False) == right
        check(put(masks.to(dtype)), masks.numpy())


LAYOUTS = {
    "columns first": lambda masks: masks.transpose(1, 2).contiguous().transpose(1, 2),
    "masks last": lambda masks: masks.permute(1, 2, 0).contiguous().permute(2, 0, 1),
    "every third": lambda masks: masks.repeat_interleave(3, dim=2)[:, :, ::3],
    "a part of others": lambda masks: torch.nn.functional.pad(masks, (2, 3, 1, 1))[:, 1:-1, 2:-3],
    "from the middle on": lambda masks: torch.cat((masks, masks))[len(masks) :],
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.float32], ids=str)
def test_strides_do_not_matter(put, layout, dtype):
    masks = drawn(4, 11, 65)
    there = layout(put(masks.to(dtype)))
    check(there, masks.numpy())
    check(there[::2], masks[::2].numpy())


def test_one_mask_that_is_said_to_be_many(put):
    mask = drawn(1, 8, 9)
    check(put(mask).expand(5, 8, 9), np.repeat(mask.numpy(), 5, axis=0))


def test_gradients_are_left_alone(put):
    masks = put(drawn(2, 5, 6).float()).requires_grad_()
    scaled = masks * 2  # no leaf, so it remembers where it came from
    check(scaled, masks.detach().cpu().numpy() != 0)
    check(masks)
    scaled.sum().backward()
    assert (masks.grad == 2).all()
    with torch.inference_mode():
        check(put(drawn(2, 5, 6).float()))


def test_what_is_seen_as_negative_or_is_part_of_something_complex(put):
    masks = put(drawn(2, 5, 6).to(torch.complex64) * 1j)
    negative = masks.conj().imag
    assert negative.is_neg()
    check(negative, drawn(2, 5, 6).numpy())


def test_the_tensor_is_as_it_was(put):
    masks = put(drawn(3, 20, 30).to(torch.uint8) * 255)
    before = masks.clone()
    check(masks)
    assert torch.equal(masks, before)


BORDERS = {
    "all": np.ones((3, 7, 9), bool),
    "none": np.zeros((3, 7, 9), bool),
    "first pixel": np.pad(np.ones((3, 1, 1), bool), ((0, 0), (0, 6), (0, 8))),
    "last pixel": np.pad(np.ones((3, 1, 1), bool), ((0, 0), (6, 0), (8, 0))),
    "frame": np.pad(np.zeros((3, 5, 7), bool), ((0, 0), (1, 1), (1, 1)), constant_values=True),
    "last, then first": np.array([[[0, 1]], [[1, 0]], [[1, 1]], [[0, 0]], [[1, 1]]], bool),
    "one row": np.array([[[1, 0, 1, 1]]] * 2, bool),
    "one column": np.array([[[1], [0], [1], [1]]] * 2, bool),
    "one pixel": np.array([[[1]], [[0]], [[1]]], bool),
}


@pytest.mark.parametrize("at_once", [1, 64, 2**26])
@pytest.mark.parametrize("masks", BORDERS.values(), ids=BORDERS)
def test_a_mask_that_touches_its_border_does_not_reach_into_the_next(
    put, masks, at_once, monkeypatch
):
    monkeypatch.setattr(rle.torch, "_AT_ONCE", at_once)
    check(put(torch.from_numpy(masks)), masks)


def test_no_masks_give_an_empty_list(put):
    for dtype in (torch.bool, torch.float32, torch.bfloat16):
        masks = put(torch.empty((0, 4, 5), dtype=dtype))
        assert rle.torch.encode_coco(masks) == rle.torch.encode_cvat(masks) == []


class Heard(TorchFunctionMode):
    """Writes down what is called."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        self.names.append(resolve_name(function) or function.__name__)
        return function(*args, **kwargs or {})

    def __enter__(self):
        self.names = []
        return super().__enter__()


@pytest.mark.parametrize("put", PLACES[1:], indirect=True)
@pytest.mark.parametrize("dtype", [torch.bool, torch.float32], ids=str)
@pytest.mark.parametrize("encode", ENCODERS)
@pytest.mark.parametrize(("at_once", "parts"), [(2**26, 1), (400, 3), (1, 6)])
def test_there_is_one_transfer_for_each_part(put, dtype, encode, at_once, parts, monkeypatch):
    monkeypatch.setattr(rle.torch, "_AT_ONCE", at_once)
    masks = put(drawn(6, 10, 20).to(dtype))
    with Heard() as heard:
        encode(masks)
    words = [name.rpartition(".")[2] for name in heard.names]
    assert words.count("cpu") == words.count("numpy") == words.count("nonzero") == parts
    assert not {"item", "tolist", "cuda", "copy_", "__bool__", "__int__", "__array__"} & {*words}
    # `to` is asked for another type there, nothing else.
    assert words.count("to") == parts * dtype.is_floating_point


@pytest.mark.parametrize("encode", ENCODERS)
@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("at_once", [1, 25, 2**26])
def test_nan_is_refused_and_its_place_is_named(put, encode, dtype, at_once, monkeypatch):
    monkeypatch.setattr(rle.torch, "_AT_ONCE", at_once)
    masks = torch.ones(7, 3, 4)
    masks[5, 2, 1] = masks[6, 0, 0] = torch.nan
    sentence = "^mask 5: the mask holds NaN at row 2, column 1; it must hold numbers$"
    with pytest.raises(rle.InvalidMask, match=sentence):
        encode(put(masks.to(dtype)))


@pytest.mark.parametrize("encode", ENCODERS)
def test_the_limit_is_read_when_it_is_needed(put, encode, monkeypatch):
    monkeypatch.setattr(rle, "MAX_PIXELS", 12)
    assert len(encode(put(torch.ones(3, 3, 4)))) == 3  # each for itself
    monkeypatch.setattr(rle, "MAX_PIXELS", 11)
    with pytest.raises(rle.InvalidMask, match=r"\(3, 4\), above the limit of 11 pixels"):
        encode(put(torch.ones(3, 3, 4)))
