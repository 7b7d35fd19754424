"""How many masks go into one request: as many as the server takes, and as pay off.

A request costs the server something whatever is in it, on a task of many jobs a second and more, so
chunks grow as long as that makes masks go faster. A server (or a proxy before it) that answers 413
takes half; that limit stays.
"""

from dataclasses import dataclass

# What a chunk begins with, and what no chunk has more of: a chunk and its answer are in memory.
FIRST_MASKS = 1000
MOST_MASKS = 5000
MOST_BYTES = 16 << 20

# Chunks are made larger while they take less than this many seconds, since each costs a little of
# its own, and beyond while masks a second rise by this much at least.
_SHORT_SECONDS = 1.5
_WORTH = 1.1

# A chunk that takes longer keeps people waiting who want to stop it, and time-outs near.
LONGEST_SECONDS = 20.0


# On a task of many jobs a request costs by the job, so more masks go with each.
_MASKS_A_JOB = 100
_MOST_MASKS_EVER = 20_000


@dataclass
class ChunkSize:
    """The size of the next chunk.

    Attributes:
        masks: at most so many.
        bytes: their JSON has at most so many, unless it is one mask.
        most: beyond which `masks` does not grow.
    """

    masks: int = FIRST_MASKS
    bytes: int = MOST_BYTES
    most: int = MOST_MASKS
    _rate: float = 0.0
    _growing: bool = True

    @classmethod
    def for_jobs(cls, jobs: int) -> "ChunkSize":
        """The first size for a task of so many jobs.

        >>> ChunkSize.for_jobs(1).masks, ChunkSize.for_jobs(100).masks
        (1000, 10000)
        """
        wanted = min(_MASKS_A_JOB * jobs, _MOST_MASKS_EVER)
        return cls(masks=max(FIRST_MASKS, wanted), most=max(MOST_MASKS, wanted))

    def took(self, masks: int, seconds: float) -> None:
        """Learn from a chunk that was stored.

        >>> size = ChunkSize()
        >>> size.took(1000, 1.0)
        >>> size.masks
        2000
        >>> size.took(2000, 1.95)
        >>> size.masks
        2000
        """
        if masks < self.masks:
            return  # the bytes or the end made it smaller, so it tells nothing
        rate = masks / max(seconds, 1e-6)
        worth = seconds < _SHORT_SECONDS or rate > self._rate * _WORTH
        if self._growing and worth and 2 * seconds < LONGEST_SECONDS:
            self.masks = min(2 * self.masks, self.most)
        else:
            self._growing = False
        self._rate = max(rate, self._rate)
        if seconds > LONGEST_SECONDS:
            self.masks = max(1, self.masks // 2)

    def too_large(self, masks: int, size: int) -> bool:
        """Learn from a 413; False if there is nothing smaller than what was refused.

        >>> size = ChunkSize()
        >>> size.too_large(1000, 8_000_000), size.masks, size.bytes
        (True, 500, 4000000)
        >>> size.too_large(1, 300)
        False
        """
        self._growing = False
        if masks == 1:
            return False
        self.masks = max(1, min(self.masks, masks) // 2)
        self.bytes = min(self.bytes, size // 2)
        return True
