"""`read`: SA-1B image by image, from tars, folders and files of any number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cvat_sam.exceptions import InvalidSource
from cvat_sam.sa1b import fault as faults
from cvat_sam.sa1b.arguments import check_whole
from cvat_sam.sa1b.fault import Fault
from cvat_sam.sa1b.pieces import Piece, Sources, pieces, share
from cvat_sam.sa1b.record import Record
from cvat_sam.sa1b.records import Aside, Event, Options, Unreadable, events
from cvat_sam.sa1b.wanted import Box, Wanted

LOOK_AHEAD = 512 << 20


def read(
    source: Sources,
    *,
    top_k: int | None = None,
    min_predicted_iou: float | None = None,
    min_stability_score: float | None = None,
    min_area: float | None = None,
    max_area: float | None = None,
    within_xyxy: Box | None = None,
    touching_xyxy: Box | None = None,
    images: bool = True,
    decode_images: bool = False,
    workers: int = 0,
    ordered: bool = True,
    look_ahead: int = LOOK_AHEAD,
    fault: Callable[[Fault], object] | None = None,
) -> Reader:
    """Reads SA-1B: its images one after another, each with its masks as runs.

    Memory does not grow with the length of a tar, but for the names in it, which show whether a
    JSON is there twice. Nothing is unpacked to a disk.

    Args:
        source: a tar (.tar, .tar.gz, .tgz), a JSON file whose image is beside it, a folder of
            both, a pattern ("sa_*.tar"), or a list of these. Each file is read once.
        top_k: only so many masks of an image, those of the highest predicted IoU, best first.
        min_predicted_iou: only masks that the model itself thinks so much of, from 0 to 1.
        min_stability_score: only masks that depend so little on the cut-off, from 0 to 1.
        min_area: only masks of so many pixels, or more.
        max_area: only masks of so many pixels, or fewer.
        within_xyxy: only masks whose box lies inside left, top, right, bottom (pixels, end
            exclusive).
        touching_xyxy: only masks whose box shares a pixel with that one.
        images: whether `Record.image` is wanted, the bytes of the image's file. Without, they are
            not read at all.
        decode_images: whether `Record.pixels` is. Then a record whose image is damaged, missing, or
            of another size than its JSON says, is skipped.
        workers: processes that read and parse; 0 is this one. They hand back runs and bytes (and
            pixels where they are to be decoded).
        ordered: whether records come in the order of their JSONs, with several workers too.
        look_ahead: bytes of a compressed tar that may wait for their other half: image and JSON
            may lie so far from one another. A record without its image is given if it is farther.
            In a plain tar they are found at any distance.
        fault: hears of all that is damaged and was skipped; None has it logged as a warning.

    Returns:
        What can be iterated, any number of times; each begins anew.

    Raises:
        InvalidSource: there is no such file, or none of these kinds. While iterating: not one of
            the sources can be read.
        InvalidSetting: another argument has a value that it cannot have.
    """
    wanted = Wanted(
        top_k=top_k,
        min_predicted_iou=min_predicted_iou,
        min_stability_score=min_stability_score,
        min_area=min_area,
        max_area=max_area,
        within_xyxy=within_xyxy,
        touching_xyxy=touching_xyxy,
    )
    check_whole(0, workers=workers, look_ahead=look_ahead)
    options = Options(wanted, bool(images), bool(decode_images), look_ahead)
    return Reader(pieces(source), options, workers=workers, ordered=ordered, fault=fault)


class Reader(Iterable[Record]):
    """Records of SA-1B; what `read` gives.

    Attributes:
        skipped: how much was damaged and is missing, in the last iteration: records, and whatever
            else was told to `fault`.
        without_image: how many records had no image, though it was wanted.
    """

    def __init__(
        self,
        shared: list[Piece],
        options: Options,
        *,
        workers: int = 0,
        ordered: bool = True,
        fault: Callable[[Fault], object] | None = None,
    ) -> None:
        self._pieces = shared
        self._options = options
        self._workers = workers
        self._ordered = ordered
        self._fault = fault
        self.skipped = 0
        self.without_image = 0

    def shard(self, index: int, count: int) -> Reader:
        """A part of the same records: each of them is in one of the `count` parts.

        Sources are shared out whole as far as they go; those that are left are read by all, and
        each takes every so many of their records.

        Args:
            index: which part, from 0.
            count: how many there are.

        Raises:
            InvalidSetting: there is no such part.
        """
        return self._like(share(self._pieces, index, count), self._workers)

    def in_this_process(self) -> Reader:
        """The same without workers: a process that is a worker itself had better start none."""
        return self._like(self._pieces, 0)

    def __iter__(self) -> Iterator[Record]:
        self.skipped = self.without_image = 0
        unreadable: list[Unreadable] = []
        any_read = False
        for found in self._events():
            for event in found:
                if isinstance(event, Unreadable):
                    unreadable.append(event)
                elif isinstance(event, Aside):
                    self._tell(event.fault)
                else:
                    any_read = True
                    if isinstance(event, Fault):
                        self._tell(event)
                    else:
                        self.without_image += self._options.images and event.image is None
                        yield event
        if unreadable and not any_read:
            raise InvalidSource(str(unreadable[0].fault))
        for one in unreadable:
            if one.told:
                self._tell(one.fault)

    def __repr__(self) -> str:
        paths = [path for piece in self._pieces for path in piece.paths]
        more = f" and {len(paths) - 1:,} more" if len(paths) > 1 else ""
        return f"<Reader of {paths[0]}{more}>" if paths else "<Reader of nothing>"

    def _events(self) -> Iterator[Iterator[Event]]:
        if not self._workers:
            return events(self._pieces, self._options)
        from cvat_sam.sa1b.workers import events_of_workers

        return events_of_workers(
            self._pieces, self._options, workers=self._workers, ordered=self._ordered
        )

    def _tell(self, fault: Fault) -> None:
        self.skipped += 1
        (self._fault or faults.log)(fault)

    def _like(self, shared: list[Piece], workers: int) -> Reader:
        return Reader(
            shared, self._options, workers=workers, ordered=self._ordered, fault=self._fault
        )
