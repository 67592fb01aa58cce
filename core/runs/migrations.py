"""How the database of runs came to its present form: each step once, in order, all of a step or nothing of it."""

import sqlite3
from collections.abc import Sequence

from core.errors import RecordError

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE runs (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            state TEXT NOT NULL,
            reason TEXT NOT NULL DEFAULT '',
            owner TEXT NOT NULL DEFAULT '',
            recipe TEXT NOT NULL,
            recipe_hash TEXT NOT NULL,
            version TEXT NOT NULL,
            dataset TEXT NOT NULL,
            backbone TEXT NOT NULL,
            strategy TEXT NOT NULL,
            device TEXT NOT NULL DEFAULT '',
            created REAL NOT NULL,
            started REAL,
            ended REAL,
            seconds REAL,
            accuracy REAL,
            note TEXT NOT NULL DEFAULT '',
            tags TEXT NOT NULL DEFAULT '[]'
        )""",
        "CREATE INDEX runs_by_name ON runs (name)",
        "CREATE INDEX runs_by_recipe ON runs (recipe_hash, state)",
        "CREATE INDEX runs_by_state ON runs (state)",
        """CREATE TABLE events (
            run TEXT NOT NULL,
            number INTEGER NOT NULL,
            kind TEXT NOT NULL,
            json TEXT NOT NULL,
            PRIMARY KEY (run, number)
        ) WITHOUT ROWID""",
        # Nearly all events are steps; what pages ask for by kind is the rest.
        "CREATE INDEX told_events ON events (run, number) WHERE kind != 'step'",
    ),
)


def migrate(connection: sqlite3.Connection, steps: Sequence[Sequence[str]] = STEPS) -> None:
    """Bring a database to the present form; one that is newer than this program is left alone."""
    if _version(connection) == len(steps):
        return
    # Two processes may open a new home at once: the version is read again under the write lock.
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        if version > len(steps):
            raise RecordError(
                f"The record of runs was written by a newer Thaw (form {version}, this one knows {len(steps)}); "
                "update Thaw, or choose another THAW_HOME."
            )
        for number in range(version, len(steps)):
            for statement in steps[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]
