import pytest
import torch

from cvat_sam.models.backends.batches import in_batches
from cvat_sam.models.everything.grid import Grid
from cvat_sam.models.everything.on_device import find
from cvat_sam.models.everything.progress import Progress
from cvat_sam.models.prompt import Prompt


def room_for(most, error=MemoryError):
    """Doubles numbers, `most` at once and no more."""
    asked = []

    def ask(batch):
        asked.append(len(batch))
        if len(batch) > most:
            raise error("out of memory")
        return [2 * one for one in batch]

    ask.asked = asked
    return ask


@pytest.mark.parametrize("error", [MemoryError, RuntimeError, torch.OutOfMemoryError])
@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
def test_every_item_is_answered_once_and_in_order(most, error):
    answers = list(in_batches(range(23), room_for(most, error), at_once=10))
    assert [one for _, batch in answers for one in batch] == [2 * one for one in range(23)]
    assert [count for count, _ in answers] == [len(batch) for _, batch in answers]


def test_what_was_too_many_is_not_tried_again():
    ask, lowered = room_for(3), []
    list(in_batches(range(20), ask, at_once=10, lowered=lowered.append))
    assert ask.asked == [10, 5] + [2] * 10
    assert lowered == [5, 2]


def test_what_is_too_much_alone_is_raised():
    with pytest.raises(MemoryError):
        list(in_batches(range(5), room_for(0), at_once=4))


def test_other_faults_are_not_tried_again():
    asked = []

    def ask(batch):
        asked.append(len(batch))
        raise ValueError("the sizes do not fit")

    with pytest.raises(ValueError, match="do not fit"):
        list(in_batches([1, 2], ask, at_once=2))
    assert asked == [2]


def test_items_are_taken_as_they_are_needed():
    taken = []
    items = (taken.append(one) or one for one in range(100))
    first = next(in_batches(items, list, at_once=4))
    assert first == (4, [0, 1, 2, 3])
    assert taken == [0, 1, 2, 3]


@pytest.fixture
def cramped(vit_t, monkeypatch):
    """A decoder with memory for three prompts at once, as a full GPU has it."""
    shared = vit_t.backend.shared

    def with_room_for_three(*arguments):
        if len(arguments[-1]) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return shared.token_side(*arguments)

    cramped = shared._replace(token_side=with_room_for_three)
    monkeypatch.setattr(vit_t.backend, "at_once", 64)
    monkeypatch.setattr(vit_t.backend, "shared", cramped)
    return vit_t.backend


PROMPTS = [Prompt(positive=[(100.0 * x, 150.0 * y)]) for x in range(1, 6) for y in range(1, 5)]


def test_prompts_are_decoded_in_smaller_batches(cat_encoded, cramped):
    answers = list(cramped.decode_many(cat_encoded.embedding, PROMPTS))
    assert cramped.at_once == 2
    assert len(answers) == len(PROMPTS)
    for answer, prompt in zip(answers, PROMPTS, strict=True):
        alone = cramped.decode(cat_encoded.embedding, prompt)
        assert abs(answer.logits - alone.logits).max() < 1e-3


def test_everything_is_found_in_smaller_batches(cat_encoded, vit_t, cramped):
    points = [(50.0 + 90 * x, 40.0 + 70 * y) for y in range(4) for x in range(5)]
    progress = Progress(len(points))
    found = find(cramped, cat_encoded, points, range(20), Grid(), None, progress)
    assert cramped.at_once == 2
    assert progress.visited == 20
    assert found
