"""The runs and their events in SQLite: the only file that speaks SQL.

Several processes write at once (a worker per run, pages that rename), so the database is in WAL mode and whatever
reads before it writes does so under `BEGIN IMMEDIATE`. Opening a connection costs three hundred times as much as a
write: connections are kept open, each in the hands of one thread at a time, and handed on when it is done with them
(pages draw every time in a new thread, so a connection per thread would be opened for every drawing).
"""

import json
import queue
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from core.errors import NotFound, RecordError, shown
from core.runs.migrations import migrate
from core.runs.states import State, may_follow
from core.runs.strict import strict_json

BUSY_SECONDS = 15.0
EVENTS_AT_ONCE = 500
ENTRIES = ("name", "note", "tags", "reason", "seconds", "accuracy", "started", "ended", "device")


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """What the database knows of a run without opening its folder; times are seconds since 1970."""

    number: int
    id: str
    name: str
    state: State
    reason: str
    owner: str
    recipe_hash: str
    version: str
    dataset: str
    backbone: str
    strategy: str
    device: str
    created: float
    started: float | None
    ended: float | None
    seconds: float | None
    accuracy: float | None
    note: str
    tags: str


COLUMNS = ", ".join(column.name for column in fields(RunRow))


class RunStore:
    """The database of one home. Nothing is written, not even the file, before the first run."""

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS):
        self.path = path
        self.busy_seconds = busy_seconds
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()

    def add(self, run: str, *, state: State, recipe: Mapping[str, Any], created: float, **facts: str) -> None:
        """Write down a new run; an id that is taken raises sqlite3.IntegrityError."""
        row = {"id": run, "state": state, "recipe": json.dumps(recipe), "created": created, **facts}
        with self._writing() as db:
            db.execute(f"INSERT INTO runs ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()])

    def newest(self, limit: int = -1, before: int | None = None, state: str | None = None) -> list[RunRow]:
        """A page of runs, newest first; `before` is the number of the last run of the page above."""
        sql, values = f"SELECT {COLUMNS} FROM runs WHERE number < ?", [2**62 if before is None else before]
        if state is not None:
            sql, values = sql + " AND state = ?", [*values, state]
        return self._rows(sql + " ORDER BY number DESC LIMIT ?", [*values, limit])

    def count(self) -> int:
        return self._read("SELECT count(*) FROM runs", [])[0][0] if self.path.exists() else 0

    def row(self, run: str) -> RunRow | None:
        found = self._rows(f"SELECT {COLUMNS} FROM runs WHERE id = ?", [run])
        return found[0] if found else None

    def ids_like(self, prefix: str, limit: int = 5) -> list[RunRow]:
        """Runs whose id begins so; the prefix holds no wildcard, ids have their own alphabet."""
        sql = f"SELECT {COLUMNS} FROM runs WHERE id >= ? AND id < ? ORDER BY number DESC LIMIT ?"
        return self._rows(sql, [prefix, prefix + "~", limit])

    def named(self, name: str, limit: int = 5) -> list[RunRow]:
        return self._rows(f"SELECT {COLUMNS} FROM runs WHERE name = ? ORDER BY number DESC LIMIT ?", [name, limit])

    def finished_like(self, recipe_hash: str, version: str) -> list[RunRow]:
        """Finished runs of the same recipe by the same version, newest first."""
        sql = (
            f"SELECT {COLUMNS} FROM runs WHERE recipe_hash = ? AND state = 'done' AND version = ? ORDER BY number DESC"
        )
        return self._rows(sql, [recipe_hash, version])

    def recipe(self, run: str) -> dict[str, Any]:
        return json.loads(self._read("SELECT recipe FROM runs WHERE id = ?", [run])[0][0])

    def move(self, run: str, state: State, reason: str = "", *, only_from: State | None = None) -> bool:
        """Take a run to its next state; False where it has left `only_from` meanwhile, an error where it may not."""
        with self._writing() as db:
            found = db.execute("SELECT state FROM runs WHERE id = ?", [run]).fetchone()
            if found is None:
                raise NotFound(f"The run {shown(run)} is not there any more.")
            if only_from is not None and found[0] != only_from:
                return False
            if not may_follow(found[0], state):
                raise RecordError(f"The run {run} is {found[0]}; it can't become {state}.")
            db.execute("UPDATE runs SET state = ?, reason = ? WHERE id = ?", [state, reason, run])
        return True

    def enter(self, run: str, **entries: Any) -> None:
        """Write facts about a run: its name, note, accuracy, seconds ..."""
        unknown = set(entries) - set(ENTRIES)
        if unknown:
            raise TypeError(f"no such entries: {sorted(unknown)}")
        with self._writing() as db:
            columns = ", ".join(f"{column} = ?" for column in entries)
            db.execute(f"UPDATE runs SET {columns} WHERE id = ?", [*entries.values(), run])

    def delete(self, run: str) -> None:
        with self._writing() as db:
            db.execute("DELETE FROM events WHERE run = ?", [run])
            db.execute("DELETE FROM runs WHERE id = ?", [run])

    def say(self, run: str, said: Sequence[Mapping[str, Any]]) -> None:
        """Append events, numbered on from the last one."""
        with self._writing() as db:
            last = db.execute("SELECT max(number) FROM events WHERE run = ?", [run]).fetchone()[0] or 0
            rows = [(run, last + 1 + i, each["kind"], strict_json(each)) for i, each in enumerate(said)]
            db.executemany("INSERT INTO events (run, number, kind, json) VALUES (?, ?, ?, ?)", rows)

    def events(self, run: str, after: int = 0, limit: int = EVENTS_AT_ONCE) -> list[dict[str, Any]]:
        """What the run said after event number `after`, oldest first, each with its number."""
        sql = "SELECT number, json FROM events WHERE run = ? AND number > ? ORDER BY number LIMIT ?"
        rows = self._read(sql, [run, after, max(0, min(limit, EVENTS_AT_ONCE))])
        return [{"number": number, **json.loads(text)} for number, text in rows]

    def told(self, run: str) -> list[dict[str, Any]]:
        """Everything the run said except its steps."""
        # The condition on the kind is the index's own: written otherwise, SQLite would read every step.
        sql = "SELECT number, json FROM events INDEXED BY told_events WHERE run = ? AND kind != 'step' ORDER BY number"
        return [{"number": number, **json.loads(text)} for number, text in self._read(sql, [run])]

    def last_event(self, run: str) -> dict[str, Any] | None:
        rows = self._read("SELECT json FROM events WHERE run = ? ORDER BY number DESC LIMIT 1", [run])
        return json.loads(rows[0][0]) if rows else None

    def size(self) -> int:
        """Bytes on disk, the write-ahead log included."""
        return sum(each.stat().st_size for each in self.path.parent.glob(self.path.name + "*"))

    def close(self) -> None:
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _rows(self, sql: str, values: Sequence[Any]) -> list[RunRow]:
        if not self.path.exists():
            return []
        names = [column.name for column in fields(RunRow)]
        return [RunRow(**dict(zip(names, values, strict=True))) for values in self._read(sql, values)]

    def _read(self, sql: str, values: Sequence[Any]) -> list[Any]:
        with self._connection() as db:
            return db.execute(sql, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its first statement: all of it happens, or nothing."""
        with self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for this thread alone, handed back open."""
        try:
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                connection = self._open()
            try:
                yield connection
            finally:
                self._idle.put(connection)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise RecordError(self._sentence(error)) from error

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordError(
                f"{self.path.parent} can't be made ({error.strerror}); choose another THAW_HOME."
            ) from None
        with ExitStack() as unless_all_went_well:
            connection = sqlite3.connect(
                self.path, timeout=self.busy_seconds, isolation_level=None, check_same_thread=False
            )
            unless_all_went_well.callback(connection.close)
            self._become_wal(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            migrate(connection)
            unless_all_went_well.pop_all()
            return connection

    def _become_wal(self, connection: sqlite3.Connection) -> None:
        """Switching a new database to WAL ignores the busy timeout, so two first processes need patience of our own."""
        give_up = time.monotonic() + self.busy_seconds
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > give_up:
                    raise
                time.sleep(0.02)

    def _sentence(self, error: sqlite3.DatabaseError) -> str:
        trouble = str(error)
        if "locked" in trouble or "busy" in trouble:
            seconds = f"{self.busy_seconds:g}"
            return f"The record of runs is busy: another program has held {self.path} for {seconds} s; try again soon."
        if "full" in trouble:
            return f"No space is left on the disk that holds {self.path}; free some, then try again."
        return f"The record of runs {self.path} can't be used ({trouble}); restore it, or choose another THAW_HOME."
