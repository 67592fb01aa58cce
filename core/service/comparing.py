"""Runs side by side: what differs in their recipes, and who was right where, by the rules for verdicts."""

import json
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from core.catalog.learners import Learner, learner_in
from core.runs.record import Record
from core.runs.store import RunRow
from core.service.guesses import guesses_of
from core.service.showing import brief


def compare(record: Record, rows: Sequence[RunRow], split: str | None = None) -> dict[str, Any]:
    """Every pair of runs on the same pictures; and of recipes, where each has several seeds among these runs."""
    from core.insight.verdicts import compare_runs

    split = split or _common_split(record, rows)
    columns = _columns(record, rows, split)
    things = {row.id: learner_in(record.store.recipe(row.id)).things for row in rows}
    pairs = [
        compare_runs(columns[a], columns[b], a, b, _both(things[a], things[b])).to_json()
        for a, b in combinations(columns, 2)
    ]
    return {
        "split": split,
        "runs": [{**brief(row), **_scored(columns[row.id])} for row in rows],
        "differences": differences({row.id: record.store.recipe(row.id) for row in rows}),
        "settings": settings(record, rows),
        "pairs": pairs + _recipe_pairs(record, rows, columns),
    }


def _both(one: str, other: str) -> str:
    """What two runs are called together."""
    return one if one == other else Learner.things


def contrast(record: Record, a: RunRow, b: RunRow, split: str | None = None) -> dict[str, Any]:
    """Two runs class by class and cell by cell."""
    from core.insight.contrasts import contrast, difference_of

    split = split or _common_split(record, (a, b))
    found = contrast(guesses_of(record, a, split), guesses_of(record, b, split), a.id, b.id)
    matrices = found["confusion"]
    return {"split": split, **found, "difference": matrices and difference_of(matrices)}


def told_by_each(
    record: Record, rows: Sequence[RunRow], split: str | None, count: int, disputed: bool
) -> dict[str, Any]:
    """The same pictures, and what each of the runs says of them."""
    from core.insight.contrasts import told_by_each

    split = split or _common_split(record, rows)
    guesses = {row.id: guesses_of(record, row, split) for row in rows}
    return {"split": split, "rows": told_by_each(guesses, count, disputed)}


def _scored(right: Any) -> dict[str, Any]:
    from core.insight.verdicts import wilson

    return {"right": int(right.sum()), "n": len(right), "interval": list(wilson(int(right.sum()), len(right)))}


def differences(recipes: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Field by field, what each run chose, where they did not all choose the same."""
    fields = {field for recipe in recipes.values() for field in recipe}
    chosen = {field: {run: recipe.get(field) for run, recipe in recipes.items()} for field in sorted(fields)}
    return {field: each for field, each in chosen.items() if len({json.dumps(value) for value in each.values()}) > 1}


def settings(record: Record, rows: Sequence[RunRow]) -> list[dict[str, Any]]:
    """The same down to single settings, such as `optimizer.momentum`, each with what every run has of it."""
    flat = {row.id: dict(_flat("", record.store.recipe(row.id))) for row in rows}
    return [{"setting": setting, "values": values} for setting, values in differences(flat).items()]


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A choice is a dictionary and a list of choices goes by their names; what was not chosen has no path."""
    if isinstance(value, list) and value and all(isinstance(each, dict) and "name" in each for each in value):
        value = {each["name"]: {key: inner for key, inner in each.items() if key != "name"} or True for each in value}
    if not isinstance(value, dict):
        yield path, value
        return
    for key, inner in value.items():
        yield from _flat(path if key == "name" else f"{path}.{key}".lstrip("."), inner)


def _common_split(record: Record, rows: Sequence[RunRow]) -> str:
    """The test split where every run has one, else validation."""
    has_test = all((record.folder(row.id) / "predictions" / "test-best").exists() for row in rows)
    return "test" if has_test else "val"


def _columns(record: Record, rows: Sequence[RunRow], split: str) -> dict[str, Any]:
    """Per run, which pictures it got right, all in the order of the first run's."""
    from core.insight.contrasts import in_order_of

    found = {row.id: guesses_of(record, row, split) for row in rows}
    first = rows[0].id
    return {run: each.right[in_order_of(found[first], each, first, run)] for run, each in found.items()}


def _recipe_pairs(record: Record, rows: Sequence[RunRow], columns: dict[str, Any]) -> list[dict[str, Any]]:
    import numpy as np

    from core.insight.verdicts import compare_all_recipes

    groups: dict[str, dict[int, str]] = {}
    for row in rows:
        recipe = dict(record.store.recipe(row.id))
        seed = recipe.pop("seed")
        # One run per seed: the same seed again says nothing about the spread over seeds.
        groups.setdefault(json.dumps(recipe, sort_keys=True), {})[seed] = row.id
    several = ["+".join(runs.values()) for runs in groups.values() if len(runs) > 1]
    rights = {label: np.stack([columns[run] for run in label.split("+")]) for label in several}
    return [pair.to_json() for pair in compare_all_recipes(rights)]
