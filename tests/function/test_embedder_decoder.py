"""The embedder's reply feeds SAM's ViT-H decoder, as in the browser: the same masks as ours."""

import base64

import cv2
import numpy as np
import pytest
import requests
import torch
from browser_decoder import DECODER, BrowserDecoder, points_and_labels
from segment_anything.utils.onnx import SamOnnxModel

from cvat_sam import cache
from cvat_sam.models import Model, Prompt, load
from cvat_sam.models.answering.manner import Manner

PROMPTS = {
    "cat": {
        "a click": Prompt(positive=[(215, 110)]),
        "another": Prompt(positive=[(180, 110)]),
        "two clicks": Prompt(positive=[(215, 110)], negative=[(430, 40)]),
        "a box": Prompt(box_xyxy=(60, 1, 450, 299)),
        "a box and a click": Prompt(positive=[(215, 110)], box_xyxy=(60, 1, 450, 299)),
    },
    "coffee": {
        "a click": Prompt(positive=[(420, 300)]),
        "two clicks": Prompt(positive=[(420, 300)], negative=[(50, 350)]),
        "a box": Prompt(box_xyxy=(320, 60, 425, 335)),
        "a box and a click": Prompt(positive=[(365, 275)], box_xyxy=(320, 60, 425, 335)),
    },
    "astronaut": {
        "a click": Prompt(positive=[(220, 110)]),
        "two clicks": Prompt(positive=[(220, 110), (200, 300)]),
        "a box": Prompt(box_xyxy=(150, 20, 300, 250)),
        "a box and a click": Prompt(positive=[(220, 110)], box_xyxy=(150, 20, 300, 250)),
    },
}
CASES = [(photo, name) for photo, prompts in PROMPTS.items() for name in prompts]


@pytest.fixture(scope="module")
def decoder():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SAM_CHECKPOINT", raising=False)  # it would be taken for the decoder
        return BrowserDecoder()


@pytest.fixture(scope="module")
def photos(cat, coffee, astronaut):
    return {"cat": cat, "coffee": coffee, "astronaut": astronaut}


@pytest.fixture(scope="module")
def embeddings(serve, photos):
    """What the deployed function sends to the browser for each photo."""
    found = {}
    for name, photo in photos.items():
        png = cv2.imencode(".png", photo[..., ::-1])[1].tobytes()
        body = {"image": base64.b64encode(png).decode()}
        reply = requests.post(serve("embedder"), json=body, timeout=60).json()
        blob = base64.b64decode(reply["blob"], validate=True)
        found[name] = np.frombuffer(blob, "<f4").reshape(1, 256, 64, 64)
    return found


@pytest.fixture(scope="module")
def encoded(vit_t, photos):
    """The same photos, to be asked for masks here in segment-anything's manner."""
    model = Model(vit_t.name, vit_t.backend, Manner("sam"))
    return {name: model.encode(photo) for name, photo in photos.items()}


@pytest.fixture(scope="module")
def exported():
    """segment-anything's own rule of which mask an exported decoder gives back alone."""
    return SamOnnxModel(load("vit_t", device="cpu", backend="torch").backend.sam, True)


def taken(exported, predicted_iou, prompt):
    """The token of the mask that an export with `--return-single-mask` gives."""
    number = points_and_labels(prompt, height=1, width=1)[1].size
    tokens = torch.arange(4.0).reshape(1, 4, 1, 1)
    mask, _ = exported.select_masks(tokens, torch.from_numpy(predicted_iou)[None], number)
    return int(mask.item())


def iou(one, other):
    return (one & other).sum() / (one | other).sum()


@pytest.mark.parametrize(("photo", "name"), CASES)
def test_all_four_masks_are_ours(decoder, embeddings, encoded, exported, photo, name):
    ours, prompt = encoded[photo], PROMPTS[photo][name]
    size = {"height": ours.height, "width": ours.width}
    theirs, predicted_iou = decoder.masks(embeddings[photo], prompt, **size)
    input_width, input_height = ours.input_size
    scaled = prompt.scaled(input_width / ours.width, input_height / ours.height)
    decoded = ours.backend.decode(ours.embedding, scaled)
    assert np.abs(predicted_iou - decoded.predicted_iou).max() < 0.001
    logits = exported.model.postprocess_masks(
        torch.from_numpy(decoded.logits)[None],
        input_size=(input_height, input_width),
        original_size=(ours.height, ours.width),
    )
    for mask, logit in zip(theirs, logits[0].numpy(), strict=True):
        assert iou(mask, logit > 0) >= 0.999


@pytest.mark.parametrize(("photo", "name"), [case for case in CASES if case[1] != "a box"])
def test_the_mask_that_the_browser_shows_is_ours(
    decoder, embeddings, encoded, exported, photo, name
):
    ours, prompt = encoded[photo], PROMPTS[photo][name]
    size = {"height": ours.height, "width": ours.width}
    masks, predicted_iou = decoder.masks(embeddings[photo], prompt, **size)
    token = taken(exported, predicted_iou, prompt)
    # One click is padded to two points and ambiguous; from three points on token 0 answers.
    assert (token == 0) == (name not in ("a click", "another"))
    found = ours.segment(prompt)
    assert found.mask().any()
    assert iou(masks[token], found.mask()) >= 0.999
    assert found.confidence == pytest.approx(min(predicted_iou[token], 1), abs=0.001)


@pytest.mark.parametrize("photo", PROMPTS)
def test_for_a_box_alone_the_browser_takes_another_token_than_the_predictor(
    decoder, embeddings, encoded, exported, photo
):
    # A box is two points and not padded, so an export takes it for as ambiguous as one click.
    ours, prompt = encoded[photo], PROMPTS[photo]["a box"]
    size = {"height": ours.height, "width": ours.width}
    masks, predicted_iou = decoder.masks(embeddings[photo], prompt, **size)
    assert taken(exported, predicted_iou, prompt) == 1 + np.argmax(predicted_iou[1:])
    assert iou(masks[0], ours.segment(prompt).mask()) >= 0.999


def test_the_decoder_is_kept_in_the_cache_and_nowhere_else(decoder):
    assert (cache.location() / DECODER.filename).stat().st_size == DECODER.size
