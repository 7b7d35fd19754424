"""When memory is not enough: how each library says so, and what can be let go of."""

import ctypes
import errno
import gc
import sys

# What is found in the texts of errors that have no type of their own: of PyTorch's on a CPU and of
# CUDA's libraries, of ONNX Runtime's, of C++'s, of Pillow's, of OpenCV's.
WORDS = (
    "out of memory",
    "outofmemory",
    "not enough memory",
    "can't allocate memory",
    "failed to allocate",
    "alloc_failed",
    "bad_alloc",
    "bad allocation",
    "insufficient memory",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was not enough memory, of the machine's or of a GPU's.

    >>> is_out_of_memory(MemoryError())
    True
    >>> is_out_of_memory(RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"))
    True
    >>> is_out_of_memory(ValueError("the image is out of bounds"))
    False
    """
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    # PyTorch's OutOfMemoryError is a RuntimeError, and so are most of the others.
    text = f"{type(error).__name__}: {error}".lower()
    return any(words in text for words in WORDS)


def let_go() -> None:
    """Give back what nobody uses any more: to the GPU, and to the system.

    Whoever handles an error calls this after its `except` block: until then the error's frames hold
    what they worked with.
    """
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    # glibc's: this process keeps freed pages for its next request; see `malloc.keep_freed_pages`.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
