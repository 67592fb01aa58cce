"""The fair race: how accurate each run was by the time all had spent the same, in three currencies."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from core.insight.verdicts import wilson

CURRENCIES = ("seconds", "pictures", "parameters")
"""Working time, pictures learned from, and parameters that had learned at all."""

Told = Mapping[str, Any]


def points(started: Told, epochs: Iterable[Told]) -> list[dict[str, Any]]:
    """After each epoch what had been spent by then, and the best validation accuracy so far."""
    per_epoch, sizes = started["pictures"].get("train", 0), [part["trained"] for part in started["parts"]]
    awake, best, found = set[int](), 0.0, []
    for done, each in enumerate(epochs, 1):
        awake |= {place for place, scale in enumerate(each["lr_scales"][: len(sizes)]) if scale > 0}
        best = max(best, each["val_accuracy"])
        found.append(
            {
                "epoch": each["epoch"],
                "seconds": each["elapsed"],
                "pictures": done * per_epoch,
                "parameters": sum(sizes[place] for place in awake),
                "accuracy": each["val_accuracy"],
                "best": best,
            }
        )
    return found


def at_equal(currency: str, raced: Mapping[str, Sequence[Told]], pictures: Mapping[str, int]) -> dict[str, Any] | None:
    """How accurate each was by the largest amount that all of them spent, and who was in front on the way there.

    None where one has not finished an epoch.
    """
    if not all(raced.values()):
        return None
    budget = min(each[-1][currency] for each in raced.values())
    return {
        "budget": budget,
        "runs": [_standing(run, currency, budget, raced[run], pictures[run]) for run in raced],
        "leads": _leads(currency, budget, raced),
    }


def _leads(currency: str, budget: float, raced: Mapping[str, Sequence[Told]]) -> list[dict[str, Any]]:
    """Whose best was the highest, and from when on; who is caught up with, but not passed, stays in front."""
    spent = itemgetter(0)
    reached = [(each[currency], run, each["best"]) for run, way in raced.items() for each in way]
    best = dict.fromkeys(raced, -1.0)
    leads: list[dict[str, Any]] = []
    for now, together in groupby(sorted(reached, key=spent), key=spent):
        if now > budget:
            break
        best |= {run: so_far for _, run, so_far in together}
        if not leads or best[leads[-1]["run"]] < max(best.values()):
            leads.append({"from": now, "run": max(best, key=best.__getitem__)})
    return leads


def _standing(run: str, currency: str, budget: float, points: Sequence[Told], n: int) -> dict[str, Any]:
    """None of it where not even the first epoch could be had for that much."""
    within = [each for each in points if each[currency] <= budget]
    if not within:
        return {"run": run, "epoch": None, "accuracy": None, "interval": None}
    best = within[-1]["best"]
    return {"run": run, "epoch": within[-1]["epoch"], "accuracy": best, "interval": list(wilson(round(best * n), n))}
