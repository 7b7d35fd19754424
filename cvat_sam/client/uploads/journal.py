"""What an upload is to do and has done, in a file that outlives it.

Every mask is a row from before the first byte is sent. A chunk is written down before it is sent
("sending") and again when its end is known ("stored", with the server's ids, or "planned" anew), so
whatever happens in between, the next run knows which masks it has to ask the server about.

A generation is what one set of sources put there; to replace it, or to put all of it there a second
time, begins a new one.
"""

import time
from collections.abc import Iterable, Sequence

from cvat_sam.client.uploads.known_shapes import KnownShapes
from cvat_sam.client.uploads.shapes import Shape

PLANNED, SENDING, STORED, DELETED = "planned", "sending", "stored", "deleted"
# Not sent, because the task has its equal.
THERE = "there"


class Journal(KnownShapes):
    """The journal of one server, task and set of sources: its masks and what became of them.

    Args:
        path: see `JournalFile`.
    """

    def begin_generation(self, frames: range | None = None) -> None:
        """What was uploaded so far does not count any more: the plan begins anew.

        Args:
            frames: on these alone; None is all.
        """
        self.generation += 1
        self.note(generation=self.generation)
        if frames is not None:
            self._db.execute(
                "UPDATE mask SET generation = ? WHERE NOT frame BETWEEN ? AND ?",
                (self.generation, frames.start, frames.stop - 1),
            )

    def is_new(self) -> bool:
        """Whether nothing was ever put into it."""
        return self._db.execute("SELECT 1 FROM mask LIMIT 1").fetchone() is None

    def begin_reading(self) -> int:
        """A number for one reading of the sources; masks that it does not see are dropped."""
        number = int(self.fact("reading", "0")) + 1
        self.note(reading=number)
        return number

    def plan(self, shape: Shape, reading: int, *, fresh: bool, source: int = 0) -> None:
        """Put a mask into the plan, unless the same one is in it and not yet seen in this reading.

        Args:
            shape: the mask.
            reading: see `begin_reading`.
            fresh: nothing can be in it; saves looking.
            source: a number for the file that it is from.
        """
        if not fresh:
            # One that is stored or on its way first, so that only what is new is sent.
            changed = self._db.execute(
                "UPDATE mask SET seen = ?, source = ? WHERE id = (SELECT id FROM mask"
                " WHERE content = ? AND seen < ? AND generation = ? AND state != 'deleted'"
                " ORDER BY state = 'planned', id LIMIT 1)",
                (reading, source, shape.content, reading, self.generation),
            )
            if changed.rowcount:
                return
        self._db.execute(
            "INSERT INTO mask"
            " (generation, state, seen, source, frame, label_id, content, trace, body)"
            " VALUES (?, 'planned', ?, ?, ?, ?, ?, ?, ?)",
            (
                self.generation,
                reading,
                source,
                shape.frame,
                shape.label_id,
                shape.content,
                shape.trace,
                shape.body,
            ),
        )

    def drop_unseen(self, reading: int) -> None:
        """Forget what was planned before, was never sent, and is not in the sources any more."""
        self._db.execute("DELETE FROM mask WHERE state = 'planned' AND seen < ?", (reading,))

    def count(self, state: str, *, reading: int = 0) -> int:
        """How many masks of this generation are in a state, and were seen since a reading."""
        found = self._db.execute(
            "SELECT count(*) FROM mask WHERE state = ? AND generation = ? AND seen >= ?",
            (state, self.generation, reading),
        )
        return int(found.fetchone()[0])

    def left_over(self, reading: int, frames: range | None = None) -> int:
        """How many masks were stored, and are not in the sources any more.

        Args:
            reading: the latest.
            frames: on these alone; None is all.
        """
        first, last = (0, 2**62) if frames is None else (frames.start, frames.stop - 1)
        found = self._db.execute(
            "SELECT count(*) FROM mask WHERE state = 'stored' AND generation = ? AND seen < ?"
            " AND frame BETWEEN ? AND ?",
            (self.generation, reading, first, last),
        )
        return int(found.fetchone()[0])

    def repeated(self) -> int:
        """How many planned masks have an equal among those of another file."""
        found = self._db.execute(
            "SELECT sum(files - 1) FROM (SELECT count(DISTINCT source) AS files FROM mask"
            " WHERE state = 'planned' GROUP BY trace) WHERE files > 1"
        )
        return int(found.fetchone()[0] or 0)

    def take(self, masks: int, most_bytes: int) -> tuple[list[int], list[bytes]]:
        """Mark the next masks as being sent.

        Returns:
            their numbers and bodies: at most `masks`, together at most `most_bytes` unless it is
            one.
        """
        numbers: list[int] = []
        bodies: list[bytes] = []
        size = 0
        rows = self._db.execute(
            "SELECT id, body FROM mask WHERE state = 'planned' ORDER BY id LIMIT ?", (masks,)
        )
        for number, body in rows:
            size += len(body) + 1
            if numbers and size > most_bytes:
                break
            numbers.append(number)
            bodies.append(body)
        rows.close()
        if numbers:
            with self.transaction():
                self._db.execute(
                    "UPDATE mask SET state = 'sending' WHERE state = 'planned' AND id <= ?",
                    (numbers[-1],),
                )
                self.note(taken=time.time())
        return numbers, bodies

    def sending(self) -> dict[int, bytes]:
        """Number and trace of the masks of which nobody knows whether they were stored."""
        rows = self._db.execute("SELECT id, trace FROM mask WHERE state = 'sending' ORDER BY id")
        return dict(rows.fetchall())

    def doubt_again(self) -> None:
        """Count masks that were sent, given up and not sent again as being sent."""
        self._db.execute(
            "UPDATE mask SET state = 'sending' WHERE state = 'planned' AND resent IS NOT NULL"
        )

    def stored(self, pairs: Iterable[tuple[int, int | None]]) -> None:
        """Masks are on the server: their numbers here and their ids there."""
        with self.transaction():
            self._db.executemany(
                "UPDATE mask SET state = 'stored', body = NULL, shape_id = ? WHERE id = ?",
                [(shape_id, number) for number, shape_id in pairs],
            )

    def not_stored(self, numbers: Sequence[int], *, resend: bool = False) -> None:
        """Masks are not on the server: they are to be sent.

        Args:
            numbers: theirs here.
            resend: they were sent, and could still come to be stored late: see `resent`.
        """
        with self.transaction():
            self._set(numbers, PLANNED)
            if resend:
                self._db.executemany(
                    "UPDATE mask SET resent = ? WHERE id = ?", [(numbers[0], n) for n in numbers]
                )

    def resent(self) -> dict[int, list[bytes]]:
        """The traces of the masks of each chunk that was sent a second time."""
        chunks: dict[int, list[bytes]] = {}
        rows = self._db.execute("SELECT resent, trace FROM mask WHERE resent IS NOT NULL")
        for chunk, trace in rows:
            chunks.setdefault(chunk, []).append(trace)
        return chunks

    def settled(self) -> None:
        """What was sent twice was looked for and is not there twice."""
        self._db.execute("UPDATE mask SET resent = NULL WHERE resent IS NOT NULL")

    def deleted(self, numbers: Sequence[int]) -> None:
        """Masks are not on the server any more."""
        with self.transaction():
            self._set(numbers, DELETED)

    def replaced(self) -> list[tuple[int, int | None, bytes]]:
        """Number, id and trace of what earlier generations put there, unless it is known gone."""
        rows = self._db.execute(
            "SELECT id, shape_id, trace FROM mask WHERE generation < ? AND state = 'stored'",
            (self.generation,),
        )
        return rows.fetchall()

    def replaceable(self) -> int:
        """How many of these are there still, as of `remember`."""
        found = self._db.execute(
            "SELECT count(*) FROM mask WHERE generation < ? AND state = 'stored'"
            " AND shape_id IN (SELECT shape_id FROM known)",
            (self.generation,),
        )
        return int(found.fetchone()[0])

    def _set(self, numbers: Sequence[int], state: str) -> None:
        self._db.executemany(
            "UPDATE mask SET state = ? WHERE id = ?", [(state, number) for number in numbers]
        )
