"""numpy's `.npy` as a stream of layers, so that (N, H, W) needs the memory of one (H, W)."""

import math
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

import rle
from cvat_sam.exceptions import InvalidInput, InvalidSource

MAGIC = b"\x93NUMPY"

# Of arrays that are read at one go: names and labels.
_MOST_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class Header:
    """What an array's first bytes say; its file stands behind them.

    Attributes:
        shape: all its dimensions.
        fortran: whether the first dimension's neighbours are neighbours.
        dtype: of its values.
    """

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]


def read_header(file: IO[bytes]) -> Header:
    """Reads the header of an array.

    Raises:
        InvalidSource: it is damaged, or the array holds Python objects; without a name.
    """
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    with damage():
        version = npy.read_magic(file)
        if version not in readers:
            raise InvalidSource(f"is of the version {version} of numpy's format, not 1.0 or 2.0")
        header = Header(*readers[version](file))
    if header.dtype.hasobject:
        raise InvalidSource(
            "holds Python objects (pickled), which are not read: they may run any program"
        )
    if any(length < 0 for length in header.shape):
        raise InvalidSource(f"is damaged: its shape is {header.shape}")
    return header


def layers(file: IO[bytes], header: Header) -> Iterator[NDArray[Any]]:
    """Reads (H, W), or each (H, W) of (N, H, W), one after another.

    Args:
        file: stands behind the header.
        header: of two or three dimensions; H × W is at most `rle.MAX_PIXELS`, and not 0.

    Raises:
        InvalidSource: the file ends too early, or would need too much memory.
    """
    shape = header.shape
    if header.fortran and len(shape) == 3:
        # Each layer is spread over the whole file.
        if math.prod(shape) > rle.MAX_PIXELS:
            raise InvalidSource(
                f"is in Fortran order, of which {rle.MAX_PIXELS} values are read at most; save "
                "numpy.ascontiguousarray of it"
            )
        whole = _read(file, shape[::-1], header.dtype).transpose()
        yield from whole
    elif len(shape) == 2:
        yield (
            _read(file, shape[::-1], header.dtype).T
            if header.fortran
            else _read(file, shape, header.dtype)
        )
    else:
        for _ in range(shape[0]):
            yield _read(file, shape[1:], header.dtype)


def read_line(file: IO[bytes], header: Header) -> NDArray[Any]:
    """Reads an array of one dimension.

    Raises:
        InvalidSource: it has several, is too large, or the file ends too early.
    """
    if len(header.shape) != 1:
        raise InvalidSource(f"has the shape {header.shape}; it should have one dimension")
    if header.shape[0] * header.dtype.itemsize > _MOST_BYTES:
        raise InvalidSource(f"is larger than {_MOST_BYTES >> 20} MiB")
    return _read(file, header.shape, header.dtype)


def _read(file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    size = math.prod(shape) * dtype.itemsize
    with damage():
        data = file.read(size)
    if len(data) < size:
        raise InvalidSource("is damaged: it ends too early")
    if not size:
        return np.empty(shape, dtype)
    return np.frombuffer(data, dtype).reshape(shape)


@contextmanager
def damage() -> Iterator[None]:
    """Says it in a sentence if a file is damaged."""
    try:
        yield
    except (InvalidInput, rle.RleError):
        raise
    except OSError as error:
        raise InvalidSource(f"cannot be read: {error.strerror or error}") from None
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InvalidSource(f"is damaged: {error}") from None
    except (RuntimeError, NotImplementedError) as error:  # a password, an odd compression
        raise InvalidSource(f"cannot be unpacked: {error}") from None
