"""The clock: all contenders of a task in turn, in shuffled order, many times, in one process."""

import gc
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

ROUNDS = 40
FEWEST = 3  # samples of one that is so slow that a single call overdraws its time

Call = Callable[..., Any]


def race(
    contenders: dict[str, Call], inputs: Sequence[tuple[Any, ...]], *, seconds: float
) -> dict[str, list[float]]:
    """Measures contenders on the same inputs.

    In every round each contender, the order shuffled anew, goes through all the inputs until its
    slice of time is used up. Who has overdrawn sits out until the others have caught up, so slow
    ones are measured throughout the race too.

    Args:
        contenders: What to call, by name. Each has been called before and is warm.
        inputs: The arguments of one call after another.
        seconds: Time that each contender may have altogether.

    Returns:
        Seconds that a call took, a mean for each slice: several for every name.
    """
    order = list(contenders)
    slice_ = seconds / ROUNDS
    spent = dict.fromkeys(order, 0.0)
    samples: dict[str, list[float]] = {name: [] for name in order}
    shuffle = random.Random(0).shuffle  # noqa: S311  any order will do, so long as it changes
    gc.collect()
    gc.disable()
    try:
        for turn in range(ROUNDS):
            shuffle(order)
            for name in order:
                if turn < FEWEST or spent[name] <= (turn + 0.5) * slice_:
                    took, calls = _slice(contenders[name], inputs, slice_)
                    samples[name].append(took / calls)
                    spent[name] += took
    finally:
        gc.enable()
    return samples


def median(samples: Sequence[float]) -> float:
    """The value in the middle."""
    return float(np.median(samples))


def _slice(call: Call, inputs: Sequence[tuple[Any, ...]], seconds: float) -> tuple[float, int]:
    calls = 0
    began = time.perf_counter()
    while True:
        for arguments in inputs:
            call(*arguments)
        calls += len(inputs)
        if (took := time.perf_counter() - began) >= seconds:
            return took, calls
