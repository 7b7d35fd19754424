"""Tells whether a polygon touches or crosses itself: exactly, in whole numbers."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

# Pairs of edges that are looked at together: what is made of them stays within some megabytes.
_PAIRS = 1 << 17


def is_simple(corners: npt.NDArray[np.integer]) -> bool:
    """Whether no two edges have a point in common but neighbours their corner.

    Args:
        corners: `(N, 2)` whole numbers, at most 2**29 from 0; the last is joined to the first.

    >>> is_simple(np.array([[0, 0], [4, 0], [4, 4], [0, 4]]))
    True
    >>> is_simple(np.array([[0, 0], [4, 4], [4, 0], [0, 4]]))
    False
    """
    begin = np.asarray(corners, np.int64)
    if len(begin) < 3:
        return False
    end = np.roll(begin, -1, axis=0)
    along = end - begin
    after = np.roll(along, -1, axis=0)
    turn = _cross(along, after)
    back = (turn == 0) & ((along * after).sum(axis=1) <= 0)
    return not (back.any() or _any_meet(begin, end))


def _any_meet(begin: Ints, end: Ints) -> bool:
    """Whether two edges that are no neighbours have a point in common."""
    count = len(begin)
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    # Edges are swept along one axis: each is paired with those that begin before it ends.
    sweeps = [_sweep(low[:, axis], high[:, axis]) for axis in (0, 1)]
    order, partners = min(sweeps, key=lambda sweep: int(sweep[1].sum()))
    until = partners.cumsum()
    done = 0
    while done < count:
        stop = max(int(np.searchsorted(until, until[done] + _PAIRS)), done + 1)
        number = partners[done:stop]
        places = np.arange(done, stop).repeat(number)
        first = order[places]
        starts = number.cumsum() - number
        second = order[places + 1 + np.arange(places.size) - starts.repeat(number)]
        apart = np.abs(first - second)
        near = (apart > 1) & (apart < count - 1)
        near &= ((low[first] <= high[second]) & (low[second] <= high[first])).all(axis=1)
        first, second = first[near], second[near]
        meet = _on_both_sides(begin[first], end[first], begin[second], end[second])
        meet &= _on_both_sides(begin[second], end[second], begin[first], end[first])
        if meet.any():
            return True
        done = stop
    return False


def _sweep(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Edges by where they begin, and how many that come later in this order begin in each."""
    order = np.argsort(low, kind="stable")
    reach = np.searchsorted(low[order], high[order], side="right")
    return order, reach - np.arange(1, low.size + 1)


def _on_both_sides(begin: Ints, end: Ints, one: Ints, other: Ints) -> npt.NDArray[np.bool_]:
    """Whether the line through an edge separates two points or goes through one of them."""
    along = end - begin
    sides = np.sign(_cross(along, one - begin)) * np.sign(_cross(along, other - begin))
    meet: npt.NDArray[np.bool_] = sides <= 0
    return meet


def _cross(one: Ints, other: Ints) -> Ints:
    crossed: Ints = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return crossed
