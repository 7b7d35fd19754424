"""What a journal knows of its task: the shapes that were there, beside those that it put there."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from cvat_sam.client.uploads.journal_file import JournalFile
from cvat_sam.client.uploads.shapes import trace_of


class KnownShapes(JournalFile):
    """The part of a journal that is about the task.

    Args:
        path: see `JournalFile`.
    """

    def remember(self, shapes: Iterable[Mapping[str, Any]]) -> None:
        """Shapes that are in the task before anything is sent."""
        with self.transaction():
            self._db.execute("DELETE FROM known")
            self._db.executemany(
                "INSERT OR IGNORE INTO known VALUES (?, ?)",
                (
                    (shape["id"], trace_of(shape))
                    for shape in shapes
                    if isinstance(shape.get("id"), int)
                ),
            )

    def known(self) -> set[int]:
        """Ids of shapes that were there before, or that a reply said were stored."""
        rows = self._db.execute(
            "SELECT shape_id FROM known UNION SELECT shape_id FROM mask WHERE shape_id IS NOT NULL"
        )
        return {row[0] for row in rows}

    def gone(self, *, reading: int = 0) -> int:
        """How many masks of this generation were stored and are not there any more.

        As of `remember`, of those seen since a reading.
        """
        found = self._db.execute(
            "SELECT count(*) FROM mask WHERE state = 'stored' AND generation = ? AND seen >= ?"
            " AND (shape_id IS NULL OR shape_id NOT IN (SELECT shape_id FROM known))",
            (self.generation, reading),
        )
        return int(found.fetchone()[0])

    def equals(self, among: Iterable[int] | None = None) -> dict[bytes, int]:
        """Planned masks whose equals were there before, and are not of this journal.

        Args:
            among: ids of the shapes that count; None is all.

        Returns:
            how many, by trace.
        """
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS chosen (shape_id INTEGER PRIMARY KEY)")
        with self.transaction():
            self._db.execute("DELETE FROM chosen")
            self._db.executemany(
                "INSERT OR IGNORE INTO chosen VALUES (?)", ((number,) for number in among or ())
            )
        found = self._db.execute(
            "SELECT trace, min(ours.masks, theirs.masks) FROM"
            " (SELECT trace, count(*) AS masks FROM mask WHERE state = 'planned' GROUP BY trace)"
            " AS ours JOIN (SELECT trace, count(*) AS masks FROM known"
            " WHERE (? OR shape_id IN (SELECT shape_id FROM chosen)) AND shape_id NOT IN"
            " (SELECT shape_id FROM mask WHERE shape_id IS NOT NULL) GROUP BY trace)"
            " AS theirs USING (trace)",
            (among is None,),
        )
        return dict(found.fetchall())

    def leave_out(self, traces: Collection[bytes]) -> None:
        """Do not send the planned masks of these traces: the task has them."""
        rows = self._db.execute("SELECT id, trace FROM mask WHERE state = 'planned'")
        numbers = [(number,) for number, trace in rows if trace in traces]
        with self.transaction():
            self._db.executemany("UPDATE mask SET state = 'there' WHERE id = ?", numbers)

    def take_back(self) -> None:
        """Plan again what was left out because the task had it, and what it has no more."""
        self._db.execute(
            "UPDATE mask SET state = 'planned' WHERE state = 'there' AND trace NOT IN"
            " (SELECT trace FROM known WHERE trace IS NOT NULL)"
        )

    def shape_ids(self) -> list[int]:
        """The ids of all shapes that are stored."""
        rows = self._db.execute(
            "SELECT shape_id FROM mask WHERE state = 'stored' AND shape_id IS NOT NULL"
        )
        return [row[0] for row in rows]
