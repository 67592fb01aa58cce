"""One SQLite database in the hands of many processes and threads: who reads, and who writes.

Several processes write at once (a worker per run, pages that rename), so the database is in WAL mode and whatever
reads before it writes does so under `BEGIN IMMEDIATE`. Opening a connection costs three hundred times as much as a
write: connections are kept open, each in the hands of one thread at a time, and handed on when it is done with them
(pages draw every time in a new thread, so a connection per thread would be opened for every drawing).
"""

import shutil
import sqlite3
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from core.errors import DiskFull, RecordError
from core.runs.migrations import migrate

BUSY_SECONDS = 15.0
LEAST_SPACE = 2**17


class Database:
    """The database of one home. Nothing is written, not even the file, before the first run."""

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS):
        self.path = path
        self.busy_seconds = busy_seconds
        self._idle: deque[sqlite3.Connection] = deque()
        """Needs no lock of its own: a signal's handler may ask the record while this very thread is here."""

    def size(self) -> int:
        """Bytes on disk, the write-ahead log included."""
        return sum(each.stat().st_size for each in self.path.parent.glob(self.path.name + "*"))

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        if not self.path.exists():
            return []
        with self._connection() as db:
            return db.execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its first statement: all of it happens, or nothing."""
        with self._connection() as db:
            try:  # from the first statement on: an interrupt may come while it waits for the lock, or just after
                db.execute("BEGIN IMMEDIATE")
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
                connection = self._idle.pop()
            except IndexError:
                connection = self._open()
            try:
                yield connection
            finally:
                self._idle.append(connection)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise self._told(error) from error

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

    def _no_space(self) -> bool:
        """SQLite calls it an I/O error where it could not even enlarge the files beside the database."""
        return shutil.disk_usage(self.path.parent).free < LEAST_SPACE

    def _told(self, error: sqlite3.DatabaseError) -> RecordError:
        trouble = str(error)
        if "locked" in trouble or "busy" in trouble:
            held = f"another program has held {self.path} for {self.busy_seconds:g} s"
            return RecordError(f"The record of runs is busy: {held}; try again soon.")
        if "full" in trouble or ("I/O" in trouble and self._no_space()):
            return DiskFull(self.path)
        return RecordError(
            f"The record of runs {self.path} can't be used ({trouble}); restore it, or choose another THAW_HOME."
        )
