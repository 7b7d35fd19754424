"""Takes away what an earlier upload put there, and nothing else."""

from collections.abc import Sequence

from cvat_sam.client.connection import Doubtful
from cvat_sam.client.journal import Journal
from cvat_sam.client.progress import Progress
from cvat_sam.client.sending import Store
from cvat_sam.client.shapes import trace_of

# Shapes in one request to delete them.
_AT_ONCE = 1000

_TRIES = 8


def remove_replaced(
    journal: Journal, store: Store, progress: Progress
) -> tuple[int, Sequence[int]]:
    """Delete the masks that the journal has of earlier generations.

    What somebody has changed since is not ours any more, and stays.

    Returns:
        how many were deleted, and the ids of those that stayed.
    """
    deleted, kept = 0, []
    for _ in range(_TRIES):
        wanted = {shape: (number, trace) for number, shape, trace in journal.replaced()}
        if not wanted:
            break
        there = {shape["id"]: shape for shape in store.shapes() if shape.get("id") in wanted}
        changed = [
            number for number, shape in there.items() if trace_of(shape) != wanted[number][1]
        ]
        kept += changed
        gone = [number for shape, (number, _) in wanted.items() if shape not in there]
        journal.deleted([*gone, *(wanted[shape][0] for shape in changed)])
        ours = [shape for number, shape in there.items() if number not in changed]
        try:
            for begin in range(0, len(ours), _AT_ONCE):
                some = ours[begin : begin + _AT_ONCE]
                store.delete(some)
                journal.deleted([wanted[shape["id"]][0] for shape in some])
                deleted += len(some)
        except Doubtful as doubt:
            # Deleting twice harms nobody: look what is left, and go on with that.
            progress.say(f"{doubt}; asking the server what it has")
    return deleted, kept
