"""A sweep as people see it: how far its runs have come, and what each combination reached over its seeds."""

import json
import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from core.recipe import Recipe
from core.recipe.grid import Member, axes_of, described, expand, size
from core.recipe.halving import Halving
from core.runs.halving import ABANDONED
from core.runs.record import NAME_LIMIT, Record
from core.runs.states import HELD
from core.runs.store import RunRow
from core.runs.sweeps import SweepRow, SweepStore, plan_of
from core.service.showing import brief, when

ROLL_UP: tuple[tuple[str, frozenset[str]], ...] = (
    ("running", frozenset(HELD)),
    ("queued", frozenset({"queued"})),
    ("paused", frozenset({"paused"})),
    ("failed", frozenset({"failed", "lost"})),
    ("stopped", frozenset({"stopped"})),
    ("done", frozenset({"done"})),
    ("diverged", frozenset({"diverged"})),
    ("stopped", frozenset({"abandoned"})),
)
"""A sweep is what the first line says that fits any of its runs: what still moves first, then what somebody must mend.

A rate too high that made a member diverge is an answer, and so is a member that halving abandoned: neither keeps a
sweep from being done.
"""


def begin(
    record: Record,
    recipe: Recipe,
    *,
    grid: Iterable[str] = (),
    seeds: int = 1,
    halving: object = None,
    name: str = "",
    owner: str = "",
    engine: str,
    most_waiting: float = math.inf,
    check: Callable[[Recipe], Recipe],
    submit: Callable[..., str],
) -> dict[str, Any]:
    """Have a group of runs made, unless one of them can't be; they are in the engine's care when all of them are there.

    `submit` takes a recipe, a `name`, the `sweep`, and the engine for the time being: none.
    """
    axes = axes_of(grid)
    members = expand(recipe, axes, seeds, check)
    plan = plan_of(recipe, axes, seeds, members, Halving.parse(halving, members))
    care = {"name": name, "owner": owner, "engine": engine, "most_waiting": most_waiting}
    made = assemble(record, plan, [(_name_of(each), each.recipe) for each in members], submit=submit, **care)
    return {**made, "merged": size(axes, seeds) - len(members)}


def assemble(
    record: Record,
    plan: dict[str, Any],
    members: Sequence[tuple[str, Recipe]],
    *,
    name: str = "",
    owner: str = "",
    engine: str,
    most_waiting: float = math.inf,
    submit: Callable[..., str],
) -> dict[str, Any]:
    """A group of runs, each with its name: all of them, or none."""
    sweeps = SweepStore(record.store)
    with ExitStack() as unless_whole:
        sweep = sweeps.find(sweeps.add(plan, name=name, owner=owner))
        unless_whole.callback(sweeps.discard, sweep.id)
        # Nobody takes them before the last one is there: what is interrupted on the way is nobody's, and goes.
        unless_whole.callback(_discard, record, sweep.id)
        runs = [submit(recipe, name=named, sweep=sweep.id, engine="") for named, recipe in members]
        sweeps.entrust(sweep, engine, most_waiting)
        unless_whole.pop_all()
    return {"sweep": sweep.id, "name": sweep.name, "runs": runs}


def _discard(record: Record, sweep: str) -> None:
    for row in record.store.newest(sweep=sweep):
        record.delete(row.id)


def _name_of(member: Member) -> str:
    """What tells it from the others first: lists cut the end off."""
    said = described({**member.values, "seed": member.seed})
    return f"{said}, {member.recipe.dataset} {member.recipe.backbone}"[:NAME_LIMIT]


def line(record: Record, sweep: SweepRow) -> dict[str, Any]:
    """A line in the list of sweeps."""
    return _line(sweep, record.page(sweep=sweep.id))


def summary(record: Record, sweep: SweepRow) -> dict[str, Any]:
    """Everything about a sweep: its state, its runs, and per combination the mean and the spread over seeds."""
    rows = sorted(record.page(sweep=sweep.id), key=lambda row: row.number)
    chosen, tested = sweep.chosen(), SweepStore(record.store).test_accuracies(sweep.id)
    unknown = {"values": {}, "seed": None}
    runs = [{**brief(row), "test_accuracy": tested.get(row.id), **chosen.get(row.recipe_hash, unknown)} for row in rows]
    groups = _groups(runs)
    judged = [group for group in groups if group["val"]]
    return {
        **_line(sweep, rows),
        "axes": sweep.plan["axes"],
        "seeds": sweep.plan["seeds"],
        "halving": sweep.plan.get("halving"),
        "runs": runs,
        "groups": groups,
        # By validation, never by the test split, which is there to say what a choice made without it is worth.
        "best": max(judged, key=lambda group: (group["val"]["mean"], group["done"]), default=None),
    }


def _line(sweep: SweepRow, rows: Sequence[RunRow]) -> dict[str, Any]:
    states = Counter(row.state for row in rows)
    abandoned = sum(row.state == "stopped" and row.reason.startswith(ABANDONED) for row in rows)
    return {
        "sweep": sweep.id,
        "name": sweep.name,
        "created": when(sweep.created),
        "state": rolled_up({**states, "stopped": states["stopped"] - abandoned, "abandoned": abandoned}),
        "states": dict(sorted(states.items())),
        "abandoned": abandoned,
    }


def rolled_up(counts: Mapping[str, int]) -> str:
    """One word for many runs; `empty` where all were deleted."""
    there = {state for state, number in counts.items() if number}
    return next((word for word, states in ROLL_UP if there & states), "empty")


def _groups(runs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The runs by combination of values, in the order of the grid."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for run in runs:
        groups.setdefault(json.dumps(run["values"], sort_keys=True), []).append(run)
    return [_group(each) for each in groups.values()]


def _group(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One combination; only runs that have ended as planned count, for others were cut short at different points."""
    done = [run for run in runs if run["state"] == "done"]
    return {
        "values": runs[0]["values"],
        "runs": [run["run"] for run in runs],
        "done": len(done),
        "val": _spread_of(done, "accuracy"),
        "test": _spread_of(done, "test_accuracy"),
    }


def _spread_of(runs: Sequence[dict[str, Any]], key: str) -> dict[str, Any] | None:
    """Mean over seeds, the sample's standard deviation (one seed has none), and the best run."""
    known = [run for run in runs if run[key] is not None]
    if not known:
        return None
    accuracies = [run[key] for run in known]
    best = max(known, key=lambda run: run[key])
    return {
        "n": len(known),
        "mean": statistics.fmean(accuracies),
        "spread": statistics.stdev(accuracies) if len(known) > 1 else None,
        "best": {"run": best["run"], "accuracy": best[key]},
    }
