"""The file of a journal: opened, refused if it is something else, written in transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from cvat_sam.exceptions import InvalidSource, Unwritable
from cvat_sam.files import make_folder

# Raised by one where the tables change.
VERSION = "2"

_TABLES = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mask (
    id INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL,
    state TEXT NOT NULL,
    seen INTEGER NOT NULL,
    source INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    label_id INTEGER NOT NULL,
    content BLOB NOT NULL,
    trace BLOB NOT NULL,
    body BLOB,
    shape_id INTEGER,
    resent INTEGER
);
CREATE INDEX IF NOT EXISTS mask_content ON mask (content);
CREATE INDEX IF NOT EXISTS mask_planned ON mask (id) WHERE state = 'planned';
CREATE INDEX IF NOT EXISTS mask_sending ON mask (id) WHERE state = 'sending';
CREATE TABLE IF NOT EXISTS known (shape_id INTEGER PRIMARY KEY, trace BLOB);
"""


class JournalFile:
    """An SQLite file with a journal's tables, and facts about its work.

    Args:
        path: made if it is not there; readable by its owner alone.

    Attributes:
        path: as given.
        generation: the number of the generation that is being uploaded, from 1.

    Raises:
        Unwritable: it cannot be made.
        InvalidSource: the file is something else, or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        make_folder(path.parent)
        if path.is_dir():
            raise Unwritable(f"{path} cannot be written: it is a folder")
        try:
            path.touch(mode=0o600)
        except OSError as error:
            raise Unwritable(f"{path} cannot be written: {error.strerror}") from error
        self._db = sqlite3.connect(path, isolation_level=None)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_TABLES)
            version = self.fact("version", VERSION)
            self.generation = int(self.fact("generation", "1"))
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise InvalidSource(f"{path} is not a journal that can be read: {error}") from None
        if version != VERSION:
            self._db.close()
            raise InvalidSource(
                f"{path} is the journal of another version of cvat-sam; finish that upload with it"
            )
        self.note(version=VERSION)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._db.close()

    @contextmanager
    def transaction(self, *, keep: bool = True) -> Iterator[None]:
        """All of what is done inside is written, or nothing; one inside another is part of it.

        Args:
            keep: False to write nothing in the end either.
        """
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        if keep:
            self._db.execute("COMMIT")
        else:
            self._roll_back()

    def _roll_back(self) -> None:
        self._db.execute("ROLLBACK")
        self.generation = int(self.fact("generation", "1"))

    def fact(self, name: str, default: str = "") -> str:
        """What was noted under a name."""
        row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return default if row is None else str(row[0])

    def note(self, **facts: object) -> None:
        """Note facts about the upload."""
        self._db.executemany(
            "INSERT OR REPLACE INTO fact VALUES (?, ?)",
            [(name, str(value)) for name, value in facts.items()],
        )
