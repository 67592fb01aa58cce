"""The judge of one member of a sweep: what it has reached at a rung, beside what others had there."""

import json
from collections.abc import Mapping
from typing import Any

from core.recipe import Recipe
from core.recipe.halving import Halving, better, peers
from core.runs.database import Database

ABANDONED = "Abandoned after"

# Two conditions look needless; SQLite takes an index of some rows only where it sees the index's own condition.
REACHED = """
    SELECT runs.id, max(json_extract(json, '$.val_accuracy')), sum(json_extract(json, '$.epoch') = ?) AS times
    FROM runs JOIN events INDEXED BY told_events ON events.run = runs.id AND events.kind != 'step'
    WHERE runs.sweep = ? AND runs.sweep != '' AND events.kind = 'epoch_ended'
    AND runs.dataset = ? AND json_extract(recipe, '$.split_seed') = ? AND json_extract(recipe, '$.seed') = ?
    AND json_extract(json, '$.epoch') <= ? GROUP BY runs.id HAVING times > 0
"""


class Judge:
    """Asked after every epoch of one attempt at a run; for a run that nobody wants judged it never says anything."""

    topic = "halving"

    def __init__(self, store: Database, run: str):
        self.store, self.run = store, run
        self.recipe, self.sweep, self.rule = self._case()
        self.rungs = self.rule.rungs(self.recipe.epochs) if self.rule else []

    def _case(self) -> tuple[Recipe, str, Halving | None]:
        sql = "SELECT runs.recipe, sweeps.id, sweeps.plan FROM runs JOIN sweeps ON sweeps.id = sweep WHERE runs.id = ?"
        for recipe, sweep, plan in self.store.read(sql, [self.run]):
            rule = json.loads(plan).get("halving")
            if rule and not self._spared():
                return Recipe.from_text(recipe), sweep, Halving(**rule)
        return Recipe(), "", None

    def _spared(self) -> bool:
        """Whoever resumes a run that was abandoned wants to see its end: it is not judged again."""
        sql = (
            "SELECT count(*) FROM events INDEXED BY told_events WHERE run = ? AND kind != 'step' AND kind = 'notice' "
            "AND json_extract(json, '$.topic') = ?"
        )
        return any(number for (number,) in self.store.read(sql, [self.run, self.topic]))

    def verdict(self, ended: Mapping[str, Any]) -> str | None:
        """After an epoch has ended and that was kept: why the run is to be given up, or None if it may go on."""
        epoch = ended["epoch"]
        if self.rule is None or epoch + 1 not in self.rungs:
            return None
        there = self._reached(epoch)
        mine, times = there.pop(self.run)
        others = [accuracy for accuracy, _ in there.values()]
        if times > 1 or not self.rule.hopeless(mine, others):
            return None  # more than once: it was resumed from before this rung, and had been let go on
        above = better(mine, others)
        were = "was" if above == 1 else "were"
        return f"{ABANDONED} epoch {epoch + 1}: {above} of {len(others) + 1} members {were} better there."

    def _reached(self, epoch: int) -> dict[str, tuple[float, int]]:
        """Per peer that has ended this epoch, itself included: its best accuracy by then, and how often it ended it."""
        found = self.store.read(REACHED, [epoch, self.sweep, *peers(self.recipe), epoch])
        return {run: (accuracy, times) for run, accuracy, times in found}
