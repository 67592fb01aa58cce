"""The runs and their events in the database: every question about them and every change to them, in SQL."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from core.errors import RecordError
from core.runs.database import Database
from core.runs.machine import steady_seconds
from core.runs.queue import Kind, Waiting
from core.runs.statements import AT_WORK, append, gone, insist, insist_on_room, known, next_ticket, put
from core.runs.states import HELD, INSTEAD, State, may_follow

EVENTS_AT_ONCE = 500
ANSWER = "recipe, recipe_hash, version, dataset, backbone, strategy, device, seconds, accuracy"
"""What of a finished run is true of its copy: what was asked and what came out, not who asked, when and why."""


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
    engine: str
    """Which engine has it in its care: local, ray; empty where whoever made it trains it."""
    wanted_device: str
    priority: int
    ticket: int
    """Its number in the order of submitting."""
    attempt: int
    """How often it has been begun; whoever works on an older attempt is not listened to any more."""
    cut_short: int
    """How often its engine went down under it since a person last asked for it."""
    worker: str
    """The process that works on it, as JSON (machine.py)."""
    begun: float | None
    """When this attempt was begun, on the machine's steady clock, which only goes forward."""
    heard: float | None
    """When it last said something, on the same clock."""
    sweep: str
    """The group of runs that it belongs to."""
    shared: int
    """Whether its owner lets everybody in the room see it: 0 or 1."""

    @property
    def quiet_for(self) -> float | None:
        """How long a run at work has said nothing; on a clock that nobody can set."""
        if self.state not in HELD or self.heard is None:
            return None
        return max(0.0, steady_seconds() - self.heard)

    @property
    def kind(self) -> Kind:
        return self.dataset, self.backbone, self.strategy


NAMES = [column.name for column in fields(RunRow)]
COLUMNS = ", ".join(NAMES)
VISIBLE = "(owner = ? OR shared)"
"""What one person sees; whoever has no name here (the laptop, workers) sees everything."""


class RunStore(Database):
    """The runs of one home."""

    def add(
        self,
        run: str,
        *,
        state: State,
        recipe: Mapping[str, Any],
        created: float,
        most_waiting: float = math.inf,
        **facts: Any,
    ) -> None:
        """Write down a new run, unless more of its owner's would wait then than may.

        An id or a request that is taken raises sqlite3.IntegrityError.
        """
        row = {"id": run, "state": state, "recipe": json.dumps(recipe), "created": created, **facts}
        with self.writing() as db:
            row["ticket"] = next_ticket(db)
            db.execute(f"INSERT INTO runs ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()])
            insist_on_room(db, row.get("owner", ""), most_waiting)

    def copy(self, source: str, run: str, **facts: Any) -> bool:
        """Write a finished run down once more, with all it said, under `facts` of its own; False if it is gone."""
        with self.writing() as db:
            own = {"id": run, "state": "done", "ticket": next_ticket(db), **facts}
            columns, values = ", ".join(own), ", ".join("?" * len(own))
            sql = f"INSERT INTO runs ({columns}, {ANSWER}) SELECT {values}, {ANSWER} FROM runs"
            there = db.execute(sql + " WHERE id = ? AND state = 'done'", [*own.values(), source]).rowcount > 0
            if there:
                events = "INSERT INTO events (run, number, kind, json) SELECT ?, number, kind, json FROM events"
                db.execute(events + " WHERE run = ?", [run, source])
        return there

    def newest(
        self,
        limit: int = -1,
        before: int | None = None,
        state: str | None = None,
        sweep: str | None = None,
        viewer: str | None = None,
    ) -> list[RunRow]:
        """A page of runs, newest first; `before` is the number of the last run of the page above."""
        sql, values = f"SELECT {COLUMNS} FROM runs WHERE number < ?", [2**62 if before is None else before]
        # The sweep's second condition looks needless: without it SQLite does not take the index of those that have one.
        for condition, wanted in (("state = ?", state), ("sweep = ? AND sweep != ''", sweep), (VISIBLE, viewer)):
            if wanted is not None:
                sql, values = f"{sql} AND {condition}", [*values, wanted]
        return self._rows(sql + " ORDER BY number DESC LIMIT ?", [*values, limit])

    def count(self) -> int:
        return self._count("true")

    def count_in(self, state: State) -> int:
        return self._count("state = ?", state)

    def row(self, run: str) -> RunRow | None:
        found = self._rows(f"SELECT {COLUMNS} FROM runs WHERE id = ?", [run])
        return found[0] if found else None

    def asked_for(self, owner: str, request: str) -> RunRow | None:
        """The run that this very request has made already."""
        found = self._rows(f"SELECT {COLUMNS} FROM runs WHERE owner = ? AND request = ?", [owner, request])
        return found[0] if found else None

    def ids_like(self, prefix: str, viewer: str | None = None) -> list[RunRow]:
        """Runs whose id begins so; the prefix holds no wildcard, ids have their own alphabet."""
        return self._candidates("id >= ? AND id < ?", [prefix, prefix + "~"], viewer)

    def named(self, name: str, viewer: str | None = None) -> list[RunRow]:
        return self._candidates("name = ?", [name], viewer)

    def _candidates(self, condition: str, values: list[Any], viewer: str | None, limit: int = 5) -> list[RunRow]:
        """A few runs that a word may mean, of those that the viewer sees."""
        if viewer is not None:
            condition, values = f"{condition} AND {VISIBLE}", [*values, viewer]
        return self._rows(f"SELECT {COLUMNS} FROM runs WHERE {condition} ORDER BY number DESC LIMIT {limit}", values)

    def finished_like(self, recipe_hash: str, version: str) -> list[RunRow]:
        """Finished runs of the same recipe by the same version, newest first."""
        sql = (
            f"SELECT {COLUMNS} FROM runs WHERE recipe_hash = ? AND state = 'done' AND version = ? ORDER BY number DESC"
        )
        return self._rows(sql, [recipe_hash, version])

    def seconds_of(self, kind: Kind | None = None, limit: int = 20) -> list[float]:
        """How long the latest runs of this kind took, or of any."""
        alike = "AND dataset = ? AND backbone = ? AND strategy = ?" if kind else ""
        sql = f"SELECT seconds FROM runs WHERE state = 'done' {alike} ORDER BY number DESC LIMIT ?"
        return [seconds for (seconds,) in self.read(sql, [*(kind or ()), limit]) if seconds is not None]

    def recipe(self, run: str) -> dict[str, Any]:
        for (recipe,) in self.read("SELECT recipe FROM runs WHERE id = ?", [run]):
            return json.loads(recipe)
        raise gone(run)

    def at_work(self, engine: str | None = None) -> list[RunRow]:
        """The runs that somebody should be working on, in the care of one engine or of anybody."""
        sql, values = f"SELECT {COLUMNS} FROM runs WHERE state IN ({AT_WORK})", []
        if engine is not None:
            sql, values = sql + " AND engine = ?", [engine]
        return self._rows(sql + " ORDER BY number", values)

    def waiting(self, engine: str) -> list[Waiting]:
        sql = (
            "SELECT id, owner, priority, ticket, wanted_device, dataset, backbone, strategy FROM runs "
            "WHERE state = 'queued' AND engine = ?"
        )
        names = ("run", "owner", "priority", "ticket", "device")
        return [
            Waiting(**dict(zip(names, values, strict=False)), kind=(values[5], values[6], values[7]))
            for values in self.read(sql, [engine])
        ]

    def how_many_wait(self, owner: str) -> int:
        return self._count("state = 'queued' AND owner = ?", owner)

    def served(self) -> dict[str, int]:
        """Per owner, the ticket that was drawn when a run of theirs was last begun."""
        return dict(self.read("SELECT owner, max(served) FROM runs GROUP BY owner"))

    def begin(self, run: str, reason: str, device: str = "") -> int | None:
        """Take a waiting run in hand; answers the number of this attempt, or None if it does not wait any more."""
        with self.writing() as db:
            found = db.execute("SELECT attempt FROM runs WHERE id = ? AND state = 'queued'", [run]).fetchone()
            if found is None:
                return None
            db.execute(
                "UPDATE runs SET state = 'running', reason = ?, device = ?, attempt = ?, served = ?, worker = '', "
                "ended = NULL, begun = ?, heard = ? WHERE id = ?",
                [reason, device, found[0] + 1, next_ticket(db), now := steady_seconds(), now, run],
            )
        return found[0] + 1

    def move(
        self,
        run: str,
        state: State,
        reason: str,
        *,
        only_from: State | None = None,
        attempt: int | None = None,
        said: Sequence[Mapping[str, Any]] = (),
        **entries: Any,
    ) -> bool:
        """Take a run to its next state; False where it has left `only_from` or `attempt`, an error where it may not.

        What it said last (`said`) is kept in the same transaction: no run says twice that it has finished.
        """
        with self.writing() as db:
            found = db.execute("SELECT state, attempt FROM runs WHERE id = ?", [run]).fetchone()
            if found is None:
                raise gone(run)
            if only_from not in (None, found[0]) or attempt not in (None, found[1]):
                return False
            state = INSTEAD.get((found[0], state), state)
            if not may_follow(found[0], state):
                raise RecordError(f"The run {run} is {found[0]}; it can't become {state}.")
            put(db, run, {"state": state, "reason": reason, **known(entries)})
            append(db, run, said)
        return True

    def enter(self, run: str, *, attempt: int | None = None, **entries: Any) -> None:
        """Write facts about a run: its name, note, accuracy, seconds ..."""
        with self.writing() as db:
            if attempt is not None:
                insist(db, run, attempt)
            put(db, run, known(entries))

    def delete(self, run: str) -> bool:
        """Forget a run, unless somebody works on it by now."""
        with self.writing() as db:
            was_there = db.execute(f"DELETE FROM runs WHERE id = ? AND state NOT IN ({AT_WORK})", [run]).rowcount > 0
            if was_there:
                db.execute("DELETE FROM events WHERE run = ?", [run])
        return was_there

    def say(self, run: str, said: Sequence[Mapping[str, Any]], *, attempt: int | None = None) -> None:
        """Append events, numbered on from the last one."""
        with self.writing() as db:
            if attempt is not None:
                insist(db, run, attempt)
            append(db, run, said)
            db.execute("UPDATE runs SET heard = ? WHERE id = ?", [steady_seconds(), run])

    def events(self, run: str, after: int = 0, limit: int = EVENTS_AT_ONCE) -> list[dict[str, Any]]:
        """What the run said after event number `after`, oldest first, each with its number."""
        sql = "SELECT number, json FROM events WHERE run = ? AND number > ? ORDER BY number LIMIT ?"
        rows = self.read(sql, [run, after, max(0, min(limit, EVENTS_AT_ONCE))])
        return [{"number": number, **json.loads(text)} for number, text in rows]

    def told(self, run: str) -> list[dict[str, Any]]:
        """Everything the run said except its steps; of looking at pictures a word a second at most."""
        # The condition on the kind is the index's own: written otherwise, SQLite would read every step.
        sql = "SELECT number, json FROM events INDEXED BY told_events WHERE run = ? AND kind != 'step' ORDER BY number"
        return [{"number": number, **json.loads(text)} for number, text in self.read(sql, [run])]

    def last_event(self, run: str) -> dict[str, Any] | None:
        rows = self.read("SELECT json FROM events WHERE run = ? ORDER BY number DESC LIMIT 1", [run])
        return json.loads(rows[0][0]) if rows else None

    def _count(self, condition: str, *values: Any) -> int:
        return sum(number for (number,) in self.read(f"SELECT count(*) FROM runs WHERE {condition}", values))

    def _rows(self, sql: str, values: Sequence[Any]) -> list[RunRow]:
        return [RunRow(**dict(zip(NAMES, values, strict=True))) for values in self.read(sql, values)]
