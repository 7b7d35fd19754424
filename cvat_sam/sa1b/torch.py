"""SA-1B for a DataLoader of PyTorch."""

from collections.abc import Callable, Iterator
from typing import Any

from torch.utils.data import IterableDataset, get_worker_info

from cvat_sam.sa1b.reading import Reader
from cvat_sam.sa1b.record import Record


class SA1BDataset(IterableDataset[Any]):
    """The records of a reader, shared out among a DataLoader's workers.

    Records differ in size, so a DataLoader needs `batch_size=None`, or a `collate_fn`. Where
    several processes train, give each its part: `SA1BDataset(reader.shard(rank, world_size))`.

    Args:
        reader: what `read` gives. Its own workers are started only where the DataLoader has none.
        transform: makes of a `Record` what is to be given; None gives the record.
    """

    def __init__(self, reader: Reader, transform: Callable[[Record], Any] | None = None) -> None:
        super().__init__()
        self.reader = reader
        self.transform = transform

    def __iter__(self) -> Iterator[Any]:
        worker = get_worker_info()
        reader = self.reader
        if worker is not None:
            reader = reader.shard(worker.id, worker.num_workers).in_this_process()
        return iter(reader) if self.transform is None else map(self.transform, reader)
