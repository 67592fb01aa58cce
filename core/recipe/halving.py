"""Successive halving: which members of a sweep are worth going on with, decided at a few epochs on the way (rungs).

Asynchronous: nobody waits for the others. Whoever comes to a rung is compared with those that have been there, so the
first ones go on, and a bad one may slip through; in return no place ever stands empty.
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.catalog.registry import number
from core.errors import RecipeError
from core.recipe.grid import Member
from core.recipe.recipe import Recipe

FEWEST = 3
"""Of two, one is always the worse: that says too little to end it."""


@dataclass(frozen=True)
class Halving:
    """The first rung in epochs, and the share of those at a rung that may go on."""

    every: int
    keep: float = 1 / 3

    @classmethod
    def parse(cls, given: object, members: Sequence[Member]) -> "Halving | None":
        """The rule for these members from its JSON form: true or an object of settings, false or null for none."""
        if given is None or given is False:
            return None
        settings = {} if given is True else given
        if not isinstance(settings, Mapping) or not set(settings) <= {"every", "keep"}:
            raise RecipeError("halving", given, 'it is true, or {"every": epochs, "keep": share}')
        epochs = max(member.recipe.epochs for member in members)
        every = number(settings.get("every", max(1, epochs // 8)), "halving.every", whole=True, low=1)
        if every >= epochs:
            raise RecipeError("halving.every", every, f"the first rung must come before the last of {epochs} epochs")
        _insist_on_enough(given, members)
        return cls(int(every), number(settings.get("keep", cls.keep), "halving.keep", low=0.01, high=0.9))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def rungs(self, epochs: int) -> list[int]:
        """After how many epochs a member is judged: each rung asks for as much more as the last one thinned out."""
        rungs, reach = [self.every], self.every / self.keep
        while round(reach) < epochs:
            rungs.append(round(reach))
            reach /= self.keep
        return sorted({rung for rung in rungs if rung < epochs})

    def hopeless(self, mine: float, others: Collection[float]) -> bool:
        """Whether to give up a member, by its best accuracy so far and that of others at the same rung.

        Part of a place is a place: the second of five is not hopeless. Who ties with one that goes on goes on.
        """
        there = len(others) + 1
        places = math.ceil(there * self.keep - 1e-9)  # nine times a third is three, whatever floats say
        return there >= FEWEST and better(mine, others) >= places


def better(mine: float, others: Collection[float]) -> int:
    return sum(other > mine for other in others)


def peers(recipe: Recipe) -> tuple[str, int, int]:
    """What members must share to be compared: the pictures, and the seed.

    On other pictures another accuracy is good. And a seed moves all its members alike (it draws their pictures, their
    order and the new head), so that among several seeds the luckiest would crowd out the rest, and their mean would
    be one of lucky seeds.
    """
    return recipe.dataset, recipe.split_seed, recipe.seed


def _insist_on_enough(given: object, members: Sequence[Member]) -> None:
    if max(Counter(peers(member.recipe) for member in members).values()) < FEWEST:
        why = f"it compares members of one seed on one dataset, and takes {FEWEST} of them at least"
        raise RecipeError("halving", given, f"{why}; vary something more")
