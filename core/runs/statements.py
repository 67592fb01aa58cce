"""What happens inside a transaction of the record: the statements that several of its changes are made of."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import NotFound, Superseded, shown
from core.runs.queue import crowded
from core.runs.states import HELD
from core.runs.strict import strict_json

ENTRIES = frozenset(
    "name note tags reason seconds accuracy started ended device worker priority engine sweep cut_short shared".split()  # noqa: SIM905
)
AT_WORK = ", ".join(f"'{state}'" for state in sorted(HELD))


def gone(run: str) -> NotFound:
    return NotFound(f"The run {shown(run)} is not there any more.")


def next_ticket(db: sqlite3.Connection) -> int:
    # Two questions, not one about both columns: each is then answered by the end of its index.
    drawn = "SELECT (SELECT max(ticket) FROM runs), (SELECT max(served) FROM runs)"
    return max(each or 0 for each in db.execute(drawn).fetchone()) + 1


def insist(db: sqlite3.Connection, run: str, attempt: int) -> None:
    """Only the present attempt at a run at work is listened to: a ghost may speak long after it was given up."""
    now = db.execute(f"SELECT attempt FROM runs WHERE id = ? AND state IN ({AT_WORK})", [run]).fetchone()
    if now != (attempt,):
        raise Superseded(f"The run {run} is not in the hands of attempt {attempt} any more.")


def insist_on_room(db: sqlite3.Connection, owner: str, most: float, new: int = 1) -> None:
    """After `new` runs have been added: no more of their owner's may wait."""
    waiting = db.execute("SELECT count(*) FROM runs WHERE state = 'queued' AND owner = ?", [owner]).fetchone()[0]
    if waiting > most:
        raise crowded(owner, waiting - new, most, new)


def append(db: sqlite3.Connection, run: str, said: Sequence[Mapping[str, Any]]) -> None:
    last = db.execute("SELECT max(number) FROM events WHERE run = ?", [run]).fetchone()[0] or 0
    rows = [(run, last + 1 + i, each["kind"], strict_json(each)) for i, each in enumerate(said)]
    db.executemany("INSERT INTO events (run, number, kind, json) VALUES (?, ?, ?, ?)", rows)


def known(entries: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = set(entries) - set(ENTRIES)
    if unknown:
        raise TypeError(f"no such entries: {sorted(unknown)}")
    return entries


def put(db: sqlite3.Connection, run: str, entries: Mapping[str, Any]) -> None:
    columns = ", ".join(f"{column} = ?" for column in entries)
    db.execute(f"UPDATE runs SET {columns} WHERE id = ?", [*entries.values(), run])
