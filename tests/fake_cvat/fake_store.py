"""What the server keeps: tasks, jobs, labels, annotations, in SQLite, in transactions."""

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER);
CREATE TABLE IF NOT EXISTS tasks (id INTEGER PRIMARY KEY, body TEXT);
CREATE TABLE IF NOT EXISTS jobs
  (id INTEGER PRIMARY KEY, task INTEGER, start INTEGER, stop INTEGER, type TEXT);
CREATE TABLE IF NOT EXISTS labels (id INTEGER PRIMARY KEY, task INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS annotations
  (kind TEXT, id INTEGER, task INTEGER, job INTEGER, frame INTEGER, body TEXT,
   PRIMARY KEY (kind, id));
CREATE INDEX IF NOT EXISTS annotations_of_jobs ON annotations (job, kind, frame);
"""

# Numbers start apart from each other, so that a test notices an id of the wrong sort.
FIRST = {"task": 7, "job": 301, "label": 21, "attribute": 51, "annotation": 1001}

LARGEST = 2**63 - 1  # that the database can look for; whatever has a larger id is not there


class Store:
    """The database of one server; every use is inside `transaction`.

    Args:
        path: of the file, which a restarted server goes on with; None keeps all in memory.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        name = ":memory:" if path is None else str(path)
        self._db = sqlite3.connect(name, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")  # a killed process loses nothing by that
        self._db.executescript(SCHEMA)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of what is done inside, or, where it raises, nothing."""
        with self._lock:
            if self._db.in_transaction:  # an outer one decides
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def clear(self) -> None:
        """Forget everything but the counters: no id is given twice."""
        with self.transaction() as db:
            for table in ("tasks", "jobs", "labels", "annotations"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own words

    def next_ids(self, name: str, count: int = 1) -> range:
        """The next numbers of a sequence, as `FIRST` names them; a rollback gives them back."""
        with self._lock:
            row = self._db.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
            start = FIRST[name] if row is None else row[0]
            self._db.execute("INSERT OR REPLACE INTO counters VALUES (?, ?)", (name, start + count))
            return range(start, start + count)

    def add_task(self, task: Mapping[str, Any], jobs: Sequence[Mapping[str, Any]]) -> int:
        """Keep a task with its jobs and labels, and give its id.

        Args:
            task: `frames` and what else fake_tasks.py reads; `labels` are taken out of it.
            jobs: `start`, `stop` (inclusive), `type`.
        """
        with self.transaction() as db:
            task_id = self.next_ids("task")[0]
            body = {key: value for key, value in task.items() if key != "labels"}
            db.execute("INSERT INTO tasks VALUES (?, ?)", (task_id, json.dumps(body)))
            for job in jobs:
                self.add_job(task_id, job["start"], job["stop"], job["type"])
            for label in task["labels"]:
                specs = [
                    {"id": self.next_ids("attribute")[0]} | dict(spec)
                    for spec in label["attributes"]
                ]
                text = json.dumps({**label, "attributes": specs})
                row = (self.next_ids("label")[0], task_id, text)
                db.execute("INSERT INTO labels VALUES (?, ?, ?)", row)
        return task_id

    def remove_task(self, task_id: int) -> None:
        """Forget a task and all that hangs on it."""
        with self.transaction() as db:
            db.execute("DELETE FROM tasks WHERE id = ?", (task_id,))
            for table in ("jobs", "labels", "annotations"):
                db.execute(f"DELETE FROM {table} WHERE task = ?", (task_id,))  # noqa: S608

    def change_task(self, task_id: int, **changes: Any) -> None:
        """Set some of a task's values."""
        with self.transaction() as db:
            body = json.dumps((self.task(task_id) or {}) | changes)
            db.execute("UPDATE tasks SET body = ? WHERE id = ?", (body, task_id))

    def add_job(self, task_id: int, start: int, stop: int, kind: str = "annotation") -> None:
        """Add a job to a task; the frames are inclusive."""
        with self.transaction() as db:
            row = (self.next_ids("job")[0], task_id, start, stop, kind)
            db.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?)", row)

    def shapes(self, task_id: int) -> list[dict[str, Any]]:
        """Every shape of a task, by id, each with its `job`."""
        query = "SELECT job, body FROM annotations WHERE task = ? AND kind = 'shapes' ORDER BY id"
        with self.transaction() as db:
            rows = db.execute(query, (task_id,)).fetchall()
        return [json.loads(body) | {"job": job} for job, body in rows]

    def task(self, task_id: int) -> dict[str, Any] | None:
        """A task's values with its id."""
        if task_id > LARGEST:
            return None
        with self._lock:
            found = self._db.execute("SELECT body FROM tasks WHERE id = ?", (task_id,)).fetchone()
        return None if found is None else {"id": task_id} | json.loads(found[0])

    def tasks(self) -> list[dict[str, Any]]:
        """All tasks."""
        with self._lock:
            rows = self._db.execute("SELECT id, body FROM tasks ORDER BY id").fetchall()
        return [{"id": row[0]} | json.loads(row[1]) for row in rows]

    def jobs(self, task_id: int) -> list[dict[str, Any]]:
        """The jobs of a task, in the order they were made."""
        return self._jobs("task", task_id)

    def job(self, job_id: int) -> dict[str, Any] | None:
        """One job."""
        return next(iter(self._jobs("id", job_id)), None)

    def _jobs(self, column: str, value: int) -> list[dict[str, Any]]:
        query = f"SELECT id, task, start, stop, type FROM jobs WHERE {column} = ? ORDER BY id"  # noqa: S608
        if value > LARGEST:
            return []
        with self._lock:
            rows = self._db.execute(query, (value,)).fetchall()
        return [
            dict(zip(("id", "task", "start", "stop", "type"), row, strict=True)) for row in rows
        ]

    def labels(self, task_id: int) -> list[dict[str, Any]]:
        """The labels of a task, with their attributes."""
        query = "SELECT id, body FROM labels WHERE task = ? ORDER BY id"
        with self._lock:
            rows = self._db.execute(query, (task_id,)).fetchall()
        return [{"id": row[0]} | json.loads(row[1]) for row in rows]
