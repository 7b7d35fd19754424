"""What is no tensor of masks is refused with a sentence."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch

import rle

ENCODERS = [rle.torch.encode_coco, rle.torch.encode_cvat]


@pytest.mark.parametrize("encode", ENCODERS)
@pytest.mark.parametrize(
    ("masks", "sentence"),
    [
        (None, "the masks are of type NoneType; they must be a tensor"),
        (np.ones((1, 2, 2), bool), "the masks are of type ndarray; they must be a tensor"),
        ([torch.ones(2, 2)], "the masks are of type list; they must be a tensor"),
        (torch.ones(1, 2, 2).to_sparse(), "a tensor of torch.sparse_coo torch.float32; make"),
        (torch.ones(1, 2, 2, device="meta"), "on the device meta, so without data"),
        (
            torch.ones(1, 2, 2) * 1j,
            "the masks are a tensor of torch.complex64; it must be of real numbers",
        ),
        (
            torch.ones(2, 2),
            r"the masks have shape \(2, 2\), so 2 dimensions; a tensor of masks",
        ),
        (torch.tensor(1), r"the masks have shape \(\), so 0 dimensions"),
        (torch.ones(1, 1, 2, 2), "so 4 dimensions; a tensor of masks has 3: mask, height,"),
        (torch.ones(2, 0, 3), r"the mask has shape \(0, 3\), so no pixels"),
        (torch.ones(0, 3, 0), r"the mask has shape \(3, 0\), so no pixels"),
        (
            torch.ones((1, 1, 1), dtype=torch.uint8).expand(1, 2**14, 2**14 + 1),
            "above the limit of 268435456 pixels",
        ),
    ],
)
def test_what_is_no_tensor_of_masks(encode, masks, sentence):
    with pytest.raises(rle.InvalidMask, match=sentence):
        encode(masks)


@pytest.mark.parametrize("encode", ENCODERS)
@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: torch.quantize_per_tensor(torch.ones(1, 2, 2), 0.1, 0, torch.quint8), "quint8"),
        (lambda: torch.nested.nested_tensor([torch.ones(2, 3), torch.ones(3, 3)]), "float32"),
    ],
    ids=["quantized", "nested"],
)
def test_what_says_it_is_strided_and_is_not_quite(encode, make, kind):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch says, once, that it may give up either
        masks = make()
    sentence = f"the masks are a tensor of torch.strided torch.{kind}; make it dense"
    with pytest.raises(rle.InvalidMask, match=sentence):
        encode(masks)


def test_without_torch_nothing_is_a_tensor():
    program = (
        "import sys, numpy, rle\n"
        "try:\n"
        "    rle.torch.encode_coco(numpy.ones((1, 2, 2)))\n"
        "except rle.InvalidMask as fault:\n"
        "    print(fault)\n"
        "assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "the masks are of type ndarray; they must be a tensor\n"
