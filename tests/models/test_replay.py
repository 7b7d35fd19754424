"""Which passes are made, how many, and that what is kept never changes an answer."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvat_sam.models import Prompt
from cvat_sam.models.answering.choice import RULES
from cvat_sam.models.answering.replay import Replay, passes
from cvat_sam.models.answering.steps import MOST_STEPS, Step, Steps

POINTS = [(500.0, 250.0), (400.0, 300.0), (700.0, 250.0), (300.0, 500.0), (90.0, 600.0)]
BOX = (100.0, 40.0, 900.0, 680.0)
FAR = [(1000.0, 20.0), (1000.0, 400.0)]

points = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=9)


class Counting:
    """The real decoder on the cat, that counts its passes."""

    def __init__(self, encoded):
        self.encoded = encoded
        self.asked = []

    def __call__(self, prompt, *, logits):
        self.asked.append((prompt, logits))
        return self.encoded.backend.decode(self.encoded.embedding, prompt, logits=logits)


@pytest.fixture
def decode(cat_encoded):
    return Counting(cat_encoded)


def replaying(decode, *, rule="object", steps=None):
    return Replay(decode, rule, decode.encoded.input_size, steps or Steps())


def described(parts):
    return [(len(p.positive), len(p.negative), p.box_xyxy is not None) for p in parts]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (Prompt(POINTS[:1]), [(1, 0, False)]),
        (Prompt(POINTS[:2]), [(1, 0, False), (2, 0, False)]),
        (Prompt(POINTS[:1], FAR[:1]), [(1, 0, False), (1, 1, False)]),
        (Prompt(POINTS[:3]), [(1, 0, False), (2, 0, False), (3, 0, False), (3, 0, False)]),
        (Prompt(POINTS[:1], FAR), [(1, 0, False), (1, 1, False), (1, 2, False), (1, 2, False)]),
        (Prompt(POINTS, FAR), [(1, 0, False), (2, 0, False), (5, 2, False), (5, 2, False)]),
        (Prompt(box_xyxy=BOX), [(0, 0, True)]),
        (Prompt(POINTS[:1], box_xyxy=BOX), [(0, 0, True), (1, 0, True)]),
        (Prompt([], FAR, box_xyxy=BOX), [(0, 0, True), (0, 2, True)]),
    ],
)
def test_object_replays_the_clicks(prompt, expected):
    assert described(passes(prompt, "object")) == expected
    assert passes(prompt, "object")[-1] == prompt
    assert described(passes(prompt, "sam")) == expected[-1:]


@given(points, points, st.sampled_from([None, BOX]))
def test_never_more_than_four_passes(positive, negative, box):
    if not positive and box is None:
        positive = [(1, 1)]
    for rule in RULES:
        assert 1 <= len(passes(Prompt(positive, negative, box), rule)) <= 4


def test_a_pass_is_fed_the_logits_of_the_one_before(decode):
    steps = Steps()
    replaying(decode, steps=steps).answer(Prompt(POINTS))
    assert decode.asked[0][1] is None
    for count, (prompt, logits) in enumerate(decode.asked[1:], start=1):
        before = replaying(decode, steps=steps)._step(passes(Prompt(POINTS), "object")[:count])
        assert logits is before.logits
        assert prompt == passes(Prompt(POINTS), "object")[count]
    assert len(decode.asked) == 4


@pytest.mark.parametrize(
    ("clicks", "cold", "warm"),
    # A third click asks the first two anew only if they were not asked before.
    [(1, 1, 1), (2, 2, 1), (3, 4, 2), (4, 4, 2), (5, 4, 2)],
)
def test_passes_made_for_each_further_click(decode, clicks, cold, warm):
    replaying(decode).answer(Prompt(POINTS[:clicks]))
    assert len(decode.asked) == cold
    steps = Steps()
    for earlier in range(1, clicks):
        replaying(decode, steps=steps).answer(Prompt(POINTS[:earlier]))
    decode.asked.clear()
    replaying(decode, steps=steps).answer(Prompt(POINTS[:clicks]))
    assert len(decode.asked) == warm
    replaying(decode, steps=steps).answer(Prompt(POINTS[:clicks]))
    assert len(decode.asked) == warm


def test_a_click_after_a_box_is_one_pass(decode):
    steps = Steps()
    replaying(decode, steps=steps).answer(Prompt(box_xyxy=BOX))
    decode.asked.clear()
    replaying(decode, steps=steps).answer(Prompt([], FAR[:1], BOX))
    assert len(decode.asked) == 1


def test_answers_of_one_rule_are_not_another_s(decode):
    steps = Steps()
    for rule in RULES:
        shared = replaying(decode, rule=rule, steps=steps).answer(Prompt(POINTS))
        alone = replaying(decode, rule=rule).answer(Prompt(POINTS))
        assert np.array_equal(shared.logits, alone.logits)
    assert len(decode.asked) == 2 * (4 + 1)


def test_what_is_kept_never_changes_an_answer(decode):
    prompts = [
        Prompt(POINTS[:count], FAR[:negatives]) for count in (1, 2, 4) for negatives in (0, 2)
    ]
    prompts += [Prompt(box_xyxy=BOX), Prompt(POINTS[:1], FAR[:1], BOX)]
    cold = [replaying(decode).answer(prompt) for prompt in prompts]
    steps = Steps()
    order = [*range(len(prompts))] * 2
    random.Random(7).shuffle(order)
    for index in order:
        answer = replaying(decode, steps=steps).answer(prompts[index])
        assert np.array_equal(answer.logits, cold[index].logits)
        assert answer.predicted_iou == cold[index].predicted_iou


def test_a_few_steps_are_kept_those_used_last():
    steps = Steps()
    made = [Step(np.zeros(1, np.float32), index) for index in range(MOST_STEPS + 1)]
    for index in range(MOST_STEPS):
        steps.put(index, made[index])
    assert steps.get(0) is made[0]
    steps.put(MOST_STEPS, made[-1])
    assert steps.get(1) is None
    assert [steps.get(index) for index in (0, 2, MOST_STEPS)] == [made[0], made[2], made[-1]]


def test_a_step_holds_its_own_mask_alone(decode):
    steps = Steps()
    for count in range(1, 3):
        answer = replaying(decode, steps=steps).answer(Prompt([(float(count), 50.0)]))
        assert answer.logits.base is None
        assert answer.logits.nbytes * MOST_STEPS == Steps.nbytes_at_most
