"""Numbers that callers give, checked before anything is done."""

from typing import Any

from cvat_sam.exceptions import InvalidSetting


def check_whole(least: int, **values: Any) -> None:
    """Makes sure that arguments, given by their names, are whole numbers from `least`.

    Raises:
        InvalidSetting: one is not.

    >>> check_whole(1, max_masks=0)
    Traceback (most recent call last):
    cvat_sam.exceptions.InvalidSetting: max_masks is 0; it should be a whole number from 1
    """
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise InvalidSetting(f"{name} is {value!r}; it should be a whole number from {least}")
