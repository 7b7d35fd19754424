"""Takes away what an earlier upload put there, and nothing else."""

from cvat_sam.client.http.connection import Doubtful
from cvat_sam.client.uploads.journal import Journal
from cvat_sam.client.uploads.progress import Progress
from cvat_sam.client.uploads.sending import Store
from cvat_sam.client.uploads.shapes import trace_of

_TRIES = 8


def remove_replaced(
    journal: Journal, store: Store, progress: Progress
) -> tuple[int, tuple[int, ...]]:
    """Delete the masks that the journal has of earlier generations.

    What somebody has changed since is not ours any more, and stays.

    Returns:
        how many were deleted, and the ids of those that stayed.
    """
    count = 0
    kept: list[int] = []
    for attempt in range(_TRIES):
        wanted = {shape: (number, trace) for number, shape, trace in journal.replaced()}
        if not wanted:
            break
        there = {shape["id"]: shape for shape in store.shapes() if shape.get("id") in wanted}
        changed = [
            number for number, shape in there.items() if trace_of(shape) != wanted[number][1]
        ]
        kept += changed
        gone = [number for shape, (number, _) in wanted.items() if shape not in there]
        # After a first attempt, what is not there any more is our doing.
        count += len(gone) if attempt else 0
        journal.deleted([*gone, *(wanted[shape][0] for shape in changed)])
        ours = [shape for number, shape in there.items() if number not in changed]
        try:
            store.delete(ours)
        except Doubtful as doubt:
            # Deleting twice harms nobody: look what is left, and go on with that.
            progress.say(f"{doubt}; asking the server what it has")
        else:
            journal.deleted([wanted[shape["id"]][0] for shape in ours])
            count += len(ours)
    return count, tuple(kept)
