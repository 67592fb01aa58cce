"""A grid: a recipe varied along axes, each combination of their values with several seeds."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from core.catalog.registry import number
from core.errors import RecipeError
from core.recipe.overrides import value_of
from core.recipe.recipe import Recipe

MOST_MEMBERS = 500
WHERE = "--grid"


@dataclass(frozen=True)
class Axis:
    """One field of a recipe, or a setting inside it, and the values it is to take."""

    path: str
    values: tuple[Any, ...]

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "values": list(self.values)}


@dataclass(frozen=True)
class Member:
    """One recipe of a grid, and what was chosen for it on the way."""

    recipe: Recipe
    values: dict[str, Any]
    seed: int


def axes_of(grid: Iterable[str]) -> list[Axis]:
    """The axes that are typed as `path=value,value`: each value is JSON or a bare word."""
    axes: dict[str, Axis] = {}
    for text in grid:
        axis = _axis_of(text)
        if axis.path in axes:
            raise RecipeError(WHERE, text, f"{axis.path} has been given before; put all its values into one list")
        axes[axis.path] = axis
    return list(axes.values())


def _axis_of(text: str) -> Axis:
    path, equals, listed = text.partition("=")
    path = path.strip()
    if not equals or not path:
        raise RecipeError(WHERE, text, "it is path=value,value, such as lr=0.001,0.01 or strategy.name=head,full")
    if path == "seed":
        raise RecipeError(WHERE, text, "how many seeds each combination is tried with is said by --seeds")
    values = [each.strip() for each in _split(listed, text)]
    if "" in values:
        raise RecipeError(WHERE, text, f"{path} needs a value on each side of every comma")
    return Axis(path, tuple(value_of(path.split(".")[0], each) for each in values))


def _split(listed: str, text: str) -> Iterator[str]:
    """The text between the commas that stand outside of JSON's brackets and quotes."""
    depth, quoted, escaped, begin = 0, False, False, 0
    for place, letter in enumerate(listed):
        if quoted:
            quoted = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == "," and not depth:
            yield listed[begin:place]
            begin = place + 1
        else:
            quoted = letter == '"'
            depth += (letter in "[{") - (letter in "]}")
    if depth or quoted:
        raise RecipeError(WHERE, text, "every bracket and quote that is opened must be closed")
    yield listed[begin:]


def expand(
    recipe: Recipe, axes: Sequence[Axis], seeds: int = 1, check: Callable[[Recipe], Recipe] = lambda recipe: recipe
) -> list[Member]:
    """Every combination of the axes' values with each seed; those that come to the same recipe are one member.

    One seed after the other, so that a first answer to every question is there before the second of any. All members
    keep the recipe's `split_seed`: they are judged on the same pictures.
    """
    seeds = int(number(seeds, "--seeds", whole=True, low=1, high=MOST_MEMBERS))
    if size(axes, seeds) > MOST_MEMBERS:
        asked = f"{size(axes, seeds)} runs"
        raise RecipeError(WHERE, asked, f"{MOST_MEMBERS} are the most; take fewer values or fewer seeds")
    found: dict[str, Member] = {}
    for seed in range(recipe.seed, recipe.seed + seeds):
        for values in product(*(axis.values for axis in axes)):
            chosen = dict(zip((axis.path for axis in axes), values, strict=True))
            made = check(recipe.with_overrides([*_overrides(chosen), f"seed={seed}"]))
            found.setdefault(made.hash, Member(made, chosen, seed))
    return list(found.values())


def _overrides(chosen: dict[str, Any]) -> list[str]:
    return [f"{path}={json.dumps(value)}" for path, value in chosen.items()]


def size(axes: Sequence[Axis], seeds: int = 1) -> int:
    """How many runs are asked for; fewer are made where some come to the same recipe."""
    return math.prod(len(axis.values) for axis in axes) * seeds


def described(values: dict[str, Any]) -> str:
    """A combination as it can stand in a name: `lr=0.01 strategy.name=head`."""
    return " ".join(f"{path}={_word(value)}" for path, value in values.items())


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
