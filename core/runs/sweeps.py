"""The sweeps in the database: named groups of runs, each with the plan that it was made by."""

import json
import math
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import NotFound, RecordError, shown
from core.runs.record import ALPHABET, ID_LENGTH, NAME_LIMIT, checked
from core.runs.statements import insist_on_room
from core.runs.store import RunStore

if TYPE_CHECKING:
    from core.recipe import Recipe
    from core.recipe.grid import Axis, Member
    from core.recipe.halving import Halving


VISIBLE = "(owner = ? OR id IN (SELECT sweep FROM runs WHERE sweep != '' AND shared))"


@dataclass(frozen=True, kw_only=True)
class SweepRow:
    """A sweep; its runs are those that name it."""

    id: str
    name: str
    owner: str
    created: float
    plan: dict[str, Any]

    def chosen(self) -> dict[str, dict[str, Any]]:
        """Per hash of a member's recipe, the `values` and the `seed` that were chosen for it."""
        return {each["hash"]: {"values": each["values"], "seed": each["seed"]} for each in self.plan["members"]}


def plan_of(
    recipe: "Recipe", axes: Sequence["Axis"], seeds: int, members: Sequence["Member"], halving: "Halving | None" = None
) -> dict[str, Any]:
    """All that a sweep is made by, as JSON: recipe, axes, seeds, members, and how hopeless ones are abandoned."""
    return {
        "recipe": recipe.to_json(),
        "axes": [axis.to_json() for axis in axes],
        "seeds": seeds,
        "halving": halving.to_json() if halving else None,
        "members": [{"hash": each.recipe.hash, "values": each.values, "seed": each.seed} for each in members],
    }


class SweepStore:
    """The sweeps of one home, as one person sees them: their own, and those of which a run is shared."""

    def __init__(self, store: RunStore, viewer: str | None = None):
        self.store, self.viewer = store, viewer

    def add(self, plan: dict[str, Any], *, name: str = "", owner: str = "") -> str:
        """Write a new sweep down; its id is none of a run either, so that one word means one thing."""
        name = checked(name, "name", NAME_LIMIT) or _name_of(plan)
        with self.store.writing() as db:
            sweep = _new_id(db)
            values = [sweep, name, owner, time.time(), json.dumps(plan)]
            db.execute("INSERT INTO sweeps (id, name, owner, created, plan) VALUES (?, ?, ?, ?, ?)", values)
        return sweep

    def entrust(self, sweep: SweepRow, engine: str, most_waiting: float = math.inf) -> None:
        """From now on all of a sweep's runs are in the care of an engine, if so many may wait: until now none was."""
        with self.store.writing() as db:
            sql = "UPDATE runs SET engine = ? WHERE sweep = ? AND sweep != '' AND state = 'queued'"
            new = db.execute(sql, [engine, sweep.id]).rowcount
            insist_on_room(db, sweep.owner, most_waiting, new)

    def discard(self, sweep: str) -> None:
        """Forget a sweep that never came to be."""
        with self.store.writing() as db:
            db.execute("DELETE FROM sweeps WHERE id = ?", [sweep])

    def newest(self, limit: int = -1) -> list[SweepRow]:
        return self._rows("true ORDER BY rowid DESC LIMIT ?", limit)

    def find(self, word: str) -> SweepRow:
        """The sweep with this id, this name, or this beginning of an id; anything else is not found."""
        found = self._like(word)
        if not found:
            raise NotFound(f"The sweep {shown(word)} was not found; give its id or its whole name.")
        if len(found) > 1:
            raise NotFound(f"{shown(word)} may be any of {', '.join(row.id for row in found)}; give more of the id.")
        return found[0]

    def find_own(self, word: str) -> SweepRow:
        """The same, to change it."""
        sweep = self.find(word)
        if self.viewer not in (None, sweep.owner):
            raise RecordError(f"The sweep {shown(sweep.name)} is another person's; only they can change it.")
        return sweep

    def _like(self, word: str) -> list[SweepRow]:
        try:
            exact = self._rows("id = ?", word) or self._rows("name = ? ORDER BY rowid DESC LIMIT 5", word)
        except UnicodeEncodeError:  # a terminal hands on bytes that are no text
            return []
        if exact or not re.fullmatch(f"[{ALPHABET}]{{1,{ID_LENGTH}}}", word):
            return exact
        return self._rows("id >= ? AND id < ? ORDER BY rowid DESC LIMIT 5", word, word + "~")

    def rename(self, sweep: str, name: str) -> str:
        name = checked(name, "name", NAME_LIMIT)
        if not name:
            raise RecordError("A sweep's name can't be empty; give it at least one letter.")
        with self.store.writing() as db:
            db.execute("UPDATE sweeps SET name = ? WHERE id = ?", [name, sweep])
        return name

    def test_accuracies(self, sweep: str) -> dict[str, float]:
        """Per run of a sweep, what its best weights reach on the test split; runs without one are left out."""
        sql = """
            SELECT runs.id, json_extract(json, '$.accuracy')
            FROM runs JOIN events INDEXED BY told_events ON events.run = runs.id AND events.kind != 'step'
            WHERE runs.sweep = ? AND runs.sweep != '' AND events.kind = 'predicted'
            AND json_extract(json, '$.split') = 'test' AND json_extract(json, '$.weights') = 'best'
            ORDER BY events.number
        """
        return dict(self.store.read(sql, [sweep]))

    def _rows(self, condition: str, *values: Any) -> list[SweepRow]:
        if self.viewer is not None:
            condition, values = f"{VISIBLE} AND {condition}", (self.viewer, *values)
        found = self.store.read(f"SELECT id, name, owner, created, plan FROM sweeps WHERE {condition}", values)
        return [
            SweepRow(id=sweep, name=name, owner=owner, created=created, plan=json.loads(plan))
            for sweep, name, owner, created, plan in found
        ]


def _new_id(db: Any) -> str:
    while True:
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
        taken = "SELECT id FROM sweeps WHERE id = ? UNION SELECT id FROM runs WHERE id = ?"
        if db.execute(taken, [drawn, drawn]).fetchone() is None:
            return drawn


def _name_of(plan: dict[str, Any]) -> str:
    varied = [axis["path"] for axis in plan["axes"]] + ["seed"] * (plan["seeds"] > 1)
    return f"{plan['recipe']['dataset']} by {' and '.join(varied) or 'itself'}"[:NAME_LIMIT]
