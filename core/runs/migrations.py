"""How the database of runs came to its present form: each step once, in order, all of a step or nothing of it.

A step that has been released is never changed. The last one writes down the table of states: who changes that table
adds a step that writes it anew (a test compares the two).
"""

import sqlite3
from collections.abc import Sequence

from core.errors import RecordError
from core.runs.states import FOLLOWS

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
    (
        "ALTER TABLE runs ADD COLUMN engine TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE runs ADD COLUMN wanted_device TEXT NOT NULL DEFAULT 'auto'",
        "ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN ticket INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN served INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN worker TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE runs ADD COLUMN cut_short INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN begun REAL",
        "ALTER TABLE runs ADD COLUMN heard REAL",
        "ALTER TABLE runs ADD COLUMN request TEXT",
        "ALTER TABLE runs ADD COLUMN sweep TEXT NOT NULL DEFAULT ''",
        "CREATE UNIQUE INDEX runs_by_request ON runs (owner, request) WHERE request IS NOT NULL",
        "CREATE INDEX runs_by_owner ON runs (owner, served)",
        "CREATE INDEX runs_by_ticket ON runs (ticket)",
        "CREATE INDEX runs_by_served ON runs (served)",
        "CREATE INDEX runs_by_sweep ON runs (sweep) WHERE sweep != ''",
        "CREATE INDEX runs_by_kind ON runs (dataset, backbone, strategy, state)",
        """CREATE TABLE sweeps (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            owner TEXT NOT NULL DEFAULT '',
            created REAL NOT NULL,
            plan TEXT NOT NULL
        )""",
        "CREATE TABLE follows (before TEXT, after TEXT, PRIMARY KEY (before, after)) WITHOUT ROWID",
        *(
            f"INSERT INTO follows VALUES ('{before}', '{after}')"
            for before, afters in FOLLOWS.items()
            for after in sorted(afters)
        ),
        """CREATE TRIGGER only_what_follows BEFORE UPDATE OF state ON runs
            WHEN NOT EXISTS (SELECT 1 FROM follows WHERE before = OLD.state AND after = NEW.state)
            BEGIN SELECT RAISE(ABORT, 'this state can not follow that one'); END""",
    ),
    (
        "ALTER TABLE runs ADD COLUMN shared INTEGER NOT NULL DEFAULT 0",
        "CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL)",
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
