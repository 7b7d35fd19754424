"""One input: what was called with it, and whether the answer may be."""

import contextlib
import copy
import reprlib
import time
import tracemalloc
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fuzz import naive
from rle.exceptions import RleError

LONGEST_SENTENCE = 700
SLOWEST = 1.0  # seconds for one call; images are small
# Bytes for each declared pixel and each item of the input, and for what is built once.
BYTES_A_PIXEL, BYTES_AT_ALL = 400, 1 << 20

_SHORT = reprlib.Repr()
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxdict = 40
_SHORT.maxstring = _SHORT.maxother = 300


class Finding(Exception):
    """What should not be; its text says what."""


class Trial:
    """Calls what is tried and looks at what comes of it.

    Attributes:
        rng: Where the input comes from.
        called: The last call, as a person would write it.
        pixels: The largest size that the input declares, or 0: memory may grow with it.
        measured: Whether memory is looked at too, which takes several times as long.
    """

    def __init__(self, rng: Random, *, measured: bool = False) -> None:
        self.rng = rng
        self.measured = measured
        self.called = ""
        self.pixels = 0
        self._last: tuple[Any, ...] = ()

    def ask(self, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Calls a function.

        Returns:
            What it gives, or the RleError it raises.

        Raises:
            Finding: It raised something else, took too long, changed its input, or, where that is
                measured, too much memory.
        """
        self._last = (function, args, named)
        if not self.measured:
            began = time.perf_counter()
            answer = self._answer(function, args, named)
            if time.perf_counter() - began > SLOWEST:
                raise Finding(f"took {time.perf_counter() - began:.1f} s")
            return answer
        before: Any = None
        with contextlib.suppress(RecursionError):  # lists in lists in lists
            before = copy.deepcopy((args, named))
        tracemalloc.start()
        try:
            answer = self._answer(function, args, named)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        allowed = BYTES_AT_ALL + BYTES_A_PIXEL * (self.pixels + _items((args, named)))
        if peak > allowed:
            raise Finding(f"took {peak:,} bytes; {allowed:,} would be plenty")
        if before and not _alike(before, (args, named)):
            raise Finding("changed its input")
        return answer

    def _answer(
        self, function: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        try:
            return function(*args, **named)
        except RleError as refusal:
            sentence = str(refusal)
            if not sentence or len(sentence) > LONGEST_SENTENCE or "\n" in sentence:
                raise Finding(
                    f"refused with a text that is no sentence: {sentence!r:.300}"
                ) from None
            return refusal
        except MemoryError as fault:
            raise Finding(f"asked for too much memory: {fault}") from fault
        except Exception as fault:
            raise Finding(f"raised {type(fault).__name__}: {fault!s:.300}") from fault

    def expect(self, holds: object, otherwise: str) -> None:
        """Makes sure of something.

        Raises:
            Finding: It does not hold.
        """
        if not holds:
            raise Finding(otherwise)

    def mask(self, answer: Any, size: Any, opinion: naive.Opinion) -> None:
        """Makes sure that a decoder's answer is a mask of the declared size, and the right one."""
        if isinstance(answer, RleError):
            self.expect(
                isinstance(opinion, str), f"refused ({answer}), but a plain reader takes it"
            )
            return
        self.expect(opinion is not naive.REFUSED, "was taken, but a plain reader refuses it")
        good = isinstance(answer, np.ndarray) and answer.dtype == np.bool_
        self.expect(good and answer.ndim == 2, f"gave {_SHORT.repr(answer)}, which is no mask")
        same = answer.shape == tuple(size)
        self.expect(same, f"gave shape {answer.shape} for {size}")
        self.expect(answer.flags.c_contiguous, "gave a mask that is not in C order")
        octets = answer.view(np.uint8)
        self.expect(not octets.size or octets.max() <= 1, "gave a bool whose byte is not 0 or 1")
        if not isinstance(opinion, str):
            self.expect(np.array_equal(answer, opinion), "gave another mask than a plain reader")

    def agree(self, one: Any, other: Any, what: str) -> bool:
        """Makes sure that two readers take the same input, or both refuse it.

        Returns:
            Whether they take it.
        """
        refusals = [str(answer) for answer in (one, other) if isinstance(answer, RleError)]
        self.expect(len(refusals) != 1, f"{what}: only one of two refuses: {refusals}")
        return not refusals

    def written(self) -> str:
        """The last call, as a person would write it, shortened."""
        if not self._last:
            return "nothing was called"
        function, args, named = self._last
        words = [_write(item) for item in args]
        words += [f"{name}={_write(item)}" for name, item in named.items()]
        name = getattr(function, "__qualname__", repr(function))
        return f"{getattr(function, '__module__', '')}.{name}({', '.join(words)})"


def same_pixels(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two images are equal in shape and pixels."""
    return one.shape == other.shape and bool((one == other).all())


def _write(item: Any) -> str:
    try:
        return _SHORT.repr(item).replace("\n", " ")
    except (ValueError, RecursionError):  # integers that Python does not write out, deep nesting
        return f"<{type(item).__name__}>"


def _items(item: Any, depth: int = 0) -> int:
    """How much there is in an input, roughly."""
    if isinstance(item, str | bytes):
        return len(item)
    if isinstance(item, np.ndarray):
        return int(item.nbytes)
    if isinstance(item, dict):
        item = list(item.values())
    if isinstance(item, list | tuple) and depth < 8:
        return sum(_items(one, depth + 1) for one in item) + 1
    return item.bit_length() if isinstance(item, int) else 1


def _alike(one: Any, other: Any) -> bool:
    """Equality that takes NaN for equal, and arrays by their bytes."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return bool(one.shape == other.shape and one.tobytes() == other.tobytes())
    if isinstance(one, dict):
        return _alike(list(one.items()), list(other.items()))
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    return bool(one is other or one == other or one != one)
