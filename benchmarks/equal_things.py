"""Exact repeats of equal things, simulated: how often does a rule call them different all the same?

Pictures differ in how hard they are; seeds shift all of them together and toss a coin for each. The spread between
seeds is set to what was measured: 1.9, 1.1 and 0.4 points at 153, 1,324 and 10,000 pictures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import root_scalar
from scipy.special import expit

from core.insight.verdicts import Claim, Outcome, compare_recipes, compare_runs, judge_claim, wilson

DIFFICULTY = 2.0
"""How much pictures differ, in log-odds."""
AT_ONCE = 50
"""Worlds that are held in memory together."""


@dataclass(frozen=True)
class World:
    """So many pictures, and networks that get about so many of them right."""

    n: int
    accuracy: float
    spread: float
    """The standard deviation of accuracy between seeds, on the same pictures."""

    def right(self, worlds: int, networks: int, seed: int, lead: float = 0.0) -> np.ndarray:
        """Right answers (world, network, picture); the second half of the networks is better by `lead`."""
        draw = np.random.default_rng(seed)
        hard = DIFFICULTY * draw.normal(size=(worlds, 1, self.n))
        shift = self._shift() * draw.normal(size=(worlds, networks, 1))
        level = np.full((networks, 1), self._level(self.accuracy))
        level[networks // 2 :] = self._level(self.accuracy + lead)
        return draw.random((worlds, networks, self.n)) < expit(hard + shift + level)

    def _level(self, accuracy: float) -> float:
        grid = DIFFICULTY * np.random.default_rng(0).normal(size=50_000)
        return root_scalar(lambda level: expit(grid + level).mean() - accuracy, bracket=(-20, 20)).root

    def _shift(self) -> float:
        """What moves all pictures together, after the coins have had their part of the spread."""
        grid = DIFFICULTY * np.random.default_rng(0).normal(size=50_000)
        chance = expit(grid + self._level(self.accuracy))
        slope = float((chance * (1 - chance)).mean())
        return float(np.sqrt(max(0.0, self.spread**2 - slope / self.n))) / slope


SMALL, MIDDLE, LARGE = World(153, 0.93, 0.019), World(1324, 0.87, 0.011), World(10_000, 0.93, 0.004)


@dataclass(frozen=True)
class Rule:
    """Given the right answers of so many networks, are they said to be of two kinds?"""

    title: str
    networks: int
    differ: Callable[[np.ndarray], bool]

    def called_different(self, world: World, repetitions: int, lead: float = 0.0) -> int:
        """Of so many worlds."""
        return sum(self.differ(rights) for rights in _one_by_one(world, repetitions, self.networks, lead))


def _one_by_one(world: World, repetitions: int, networks: int, lead: float) -> Iterator[np.ndarray]:
    for seed, first in enumerate(range(0, repetitions, AT_ONCE)):
        yield from world.right(min(AT_ONCE, repetitions - first), networks, seed, lead)


def _recipes_differ(rights: np.ndarray) -> bool:
    return compare_recipes(rights[:3], rights[3:]).verdict != "too_close"


def _differs_from_the_claim(rights: np.ndarray) -> bool:
    """Three seeds of ours against the one that a report published."""
    *ours, published = rights.mean(axis=1).tolist()
    judged = judge_claim(Outcome(each=tuple(ours), n=rights.shape[1]), Claim(value=published, n=rights.shape[1]))
    return judged.verdict not in {"reproduced", "cannot be told apart"}


def _runs_differ(rights: np.ndarray) -> bool:
    return compare_runs(*rights).verdict != "too_close"


def _claim_lies_outside_our_interval(rights: np.ndarray) -> bool:
    ours, published = rights
    low, high = wilson(ours.sum(), len(ours))
    return not low <= published.mean() <= high


RULE_FOR_RECIPES = Rule("Thaw's rule for two recipes", 6, _recipes_differ)
RULE_FOR_CLAIMS = Rule("Thaw's rule for a published claim", 4, _differs_from_the_claim)
ONE_RUN_EACH = Rule("McNemar's test, one run each", 2, _runs_differ)
IN_OUR_INTERVAL = Rule("Is the claim in our interval?", 2, _claim_lies_outside_our_interval)
