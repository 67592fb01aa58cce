"""A replay begun: all runs of a form as one sweep, of which whatever had been trained before is taken as it is."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from core.catalog.replays import REPLAYS
from core.recipe import Recipe
from core.recipe.replays import Card, Planned
from core.runs.copying import copy_run
from core.runs.record import NAME_LIMIT, Record
from core.service import reusing
from core.service.sweeping import assemble


def plan_of(card: Mapping[str, Any], form: str, chosen: Mapping[str, str], planned: list[Planned]) -> dict[str, Any]:
    """What the replay's sweep is made by; the card stands in it, so that its claims can be judged from the record."""
    members = [{"hash": each.recipe.hash, "values": {"member": each.member}, "seed": each.seed} for each in planned]
    return {
        "recipe": planned[0].recipe.to_json(),
        "axes": [],
        "seeds": 1 + max(each.seed for each in planned),
        "halving": None,
        "members": members,
        "replay": {"card": dict(card), "form": form, "chosen": dict(chosen), "own": card not in REPLAYS.values()},
    }


def begin(
    record: Record,
    card: Mapping[str, Any],
    form: str,
    planned: list[Planned],
    chosen: Mapping[str, str],
    *,
    owner: str = "",
    again: bool = False,
    engine: str,
    most_waiting: float = math.inf,
    submit: Callable[..., str],
) -> dict[str, Any]:
    """Have all runs of a replay made, or none; `submit` as for any sweep."""

    def made(recipe: Recipe, name: str, sweep: str, engine: str) -> str:
        known = None if again else _copied(record, recipe, owner, name, sweep)
        return known or submit(recipe, name=name, sweep=sweep, engine=engine)

    care = {"name": name_of(Card.parse(card), form), "owner": owner, "engine": engine, "most_waiting": most_waiting}
    return assemble(record, plan_of(card, form, chosen, planned), _named(planned), submit=made, **care)


def name_of(card: Card, form: str) -> str:
    return f"replay {card.name}, {form}"


def _named(planned: list[Planned]) -> list[tuple[str, Recipe]]:
    """Members that come to the same recipe share a run."""
    by_hash = {each.recipe.hash: each for each in reversed(planned)}
    return [(f"{each.member}, seed {each.seed}"[:NAME_LIMIT], each.recipe) for each in reversed(by_hash.values())]


def _copied(record: Record, recipe: Recipe, owner: str, name: str, sweep: str) -> str | None:
    """A finished twin as a run of this sweep: its files are linked, so it takes no room."""
    facts = {"name": name, "sweep": sweep}
    twin = reusing.answer(record, recipe, owner, **facts)
    if twin is None or record.find(twin).sweep == sweep:
        return twin
    return copy_run(record, record.find(twin), owner=owner, **facts)
