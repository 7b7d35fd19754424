"""glibc's allocator, told to keep the pages that a network gives back.

A network frees and asks again for the same tens of megabytes in every layer. glibc hands such
blocks back to the kernel at once, which then clears them page by page for the next layer: half of
the time of an image encoder on a CPU.
"""

import ctypes

# From glibc's malloc.h; the meaning of each is in mallopt(3).
M_TRIM_THRESHOLD = -1
M_TOP_PAD = -2
M_MMAP_MAX = -4
M_ARENA_MAX = -8


def keep_freed_pages() -> bool:
    """Let this process keep freed memory for its next request.

    For a process whose business is a model, not for a library: its peak memory stays its memory.

    Returns:
        Whether the C library has such a thing; where it has not, nothing happens.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    settings = {
        M_MMAP_MAX: 0,
        M_TRIM_THRESHOLD: 2**31 - 1,
        M_TOP_PAD: 64 * 2**20,
        # One heap for all threads: what each would keep of its own is a tenth of the memory.
        M_ARENA_MAX: 1,
    }
    return all(mallopt(name, value) == 1 for name, value in settings.items())
