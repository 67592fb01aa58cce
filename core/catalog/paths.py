"""What a path of heads is made of: its penalties, its rates, and what cannot be asked of all of them at once."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.errors import RecipeError

if TYPE_CHECKING:
    from core.catalog.learners import HeadPath

HONOURED = ("label_smoothing",)
"""Regularizers that mean the same for one head and for many."""
SLOWEST, FASTEST = 1e-12, 1e12


def penalties_of(path: "HeadPath") -> tuple[float, ...]:
    """From the strongest to the weakest in equal ratios, and none at last."""
    steps = path.count - 1
    if steps < 1:
        return (0.0,)
    if steps > 1 and path.weakest >= path.strongest:
        raise RecipeError("learner.weakest", path.weakest, f"it is less than the strongest, {path.strongest:g}")
    ratio = path.weakest / path.strongest
    return (*(path.strongest * ratio ** (step / max(1, steps - 1)) for step in range(steps)), 0.0)


def rates_of(path: "HeadPath", lr: float) -> tuple[float, ...]:
    """Those that were listed, each once; else the recipe's."""
    listed = [each.strip() for each in path.rates.split(",") if each.strip()]
    return tuple(dict.fromkeys(map(_rate, listed))) or (lr,)


def _rate(written: str) -> float:
    try:
        rate = float(written)
    except ValueError:
        rate = math.nan
    if SLOWEST <= rate <= FASTEST:
        return rate
    raise RecipeError("learner.rates", written, f"it is numbers from {SLOWEST:g} to {FASTEST:g} with commas between")


def check_path(path: "HeadPath", recipe: Any) -> None:
    """An error that says what to change, where the rest of the recipe cannot be honoured."""
    for where, given, allowed in _refused(path, recipe):
        raise RecipeError(where, given, allowed)


def _refused(path: "HeadPath", recipe: Any) -> Iterator[tuple[str, Any, str]]:
    heads = path.seeds * len(rates_of(path, recipe.lr)) * len(penalties_of(path))
    others = [each.name for each in recipe.regularizers if each.name not in HONOURED]
    if others:
        yield "regularizers", others, f"a path has penalties of its own, keep {HONOURED[0]} at most, or none"
    if recipe.schedule.name == "plateau" and heads > 1:
        yield "schedule", "plateau", "it follows one head's losses and a path has many, choose another"
    if recipe.frozen_norms != "hold":
        yield "frozen_norms", recipe.frozen_norms, "features are computed once, choose hold"
    if path.seeds > 1 and not recipe.pretrained:
        yield "pretrained", False, "each seed would have other features, choose true, or learner.seeds: 1"
    if recipe.seed + path.seeds > 2**32:
        yield "seed", recipe.seed, f"{path.seeds} seeds are counted up from it, choose a lower one"
    if recipe.workers != 1:
        yield "workers", recipe.workers, "path learns alone, choose 1"
