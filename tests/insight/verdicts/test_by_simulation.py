"""Equal things must seldom be called different, and different things mostly.

Pictures differ in how hard they are; seeds shift all of them together and toss a coin for each. The spread between
seeds is set to what was measured: 1.9, 1.1 and 0.4 points at 153, 1,324 and 10,000 pictures.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import root_scalar
from scipy.special import expit

from core.insight.verdicts import Claim, Outcome, compare_recipes, compare_runs, judge_claim, wilson

DIFFICULTY = 2.0
"""How much pictures differ, in log-odds."""


@dataclass(frozen=True)
class World:
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
QUICK = [(SMALL, 500), (MIDDLE, 300), (LARGE, 1000)]
THOROUGH = [(SMALL, 5000), (MIDDLE, 3000), (LARGE, 4000)]
BY_SIZE = {"argnames": ("world", "repetitions"), "ids": ["153", "1324", "10000"]}


def share_called_different(verdicts):
    return np.mean([verdict not in {"too_close", "reproduced", "cannot be told apart"} for verdict in verdicts])


def portions(world, repetitions, networks, **about):
    """One world after another, a few at a time so that memory stays small."""
    for seed in range(repetitions // 50):
        yield from world.right(50, networks, seed, **about)


def by_the_rule_for_recipes(world, repetitions, **about):
    rights = portions(world, repetitions, 6, **about)
    return share_called_different(compare_recipes(each[:3], each[3:]).verdict for each in rights)


def by_the_rule_for_claims(world, repetitions):
    def verdict(accuracies):
        outcome = Outcome(each=tuple(accuracies[:3].tolist()), n=world.n)
        return judge_claim(outcome, Claim(value=float(accuracies[3]), n=world.n)).verdict

    return share_called_different(verdict(each.mean(axis=1)) for each in portions(world, repetitions, 4))


def by_one_run_each(world, repetitions):
    return share_called_different(compare_runs(*each).verdict for each in portions(world, repetitions, 2))


def by_whether_the_claim_lies_in_our_interval(world, repetitions):
    def outside(ours, published):
        low, high = wilson(ours.sum(), world.n)
        return not low <= published.mean() <= high

    return np.mean([outside(*each) for each in portions(world, repetitions, 2)])


@pytest.mark.parametrize(argvalues=[SMALL, MIDDLE, LARGE], argnames="world", ids=BY_SIZE["ids"])
def test_the_simulated_seeds_spread_as_the_measured_ones(world):
    accuracies = world.right(60, 6, seed=1).mean(axis=2)
    assert np.sqrt(accuracies.var(axis=1, ddof=1).mean()) == pytest.approx(world.spread, rel=0.15)
    assert accuracies.mean() == pytest.approx(world.accuracy, abs=0.01)


@pytest.mark.parametrize(argvalues=QUICK, **BY_SIZE)
def test_equal_recipes_are_seldom_called_different(world, repetitions):
    assert by_the_rule_for_recipes(world, repetitions) <= 0.025


@pytest.mark.parametrize(argvalues=QUICK, **BY_SIZE)
def test_an_exact_repeat_is_seldom_called_other_than_published(world, repetitions):
    assert by_the_rule_for_claims(world, repetitions) <= 0.04


def test_the_naive_rules_call_equal_things_different_far_more_often():
    assert by_one_run_each(LARGE, 200) > 0.15
    assert by_whether_the_claim_lies_in_our_interval(SMALL, 500) > 0.08
    assert by_whether_the_claim_lies_in_our_interval(LARGE, 200) > 0.25


def test_a_real_difference_is_nearly_always_found():
    assert by_the_rule_for_recipes(World(10_000, 0.88, 0.004), 100, lead=0.05) >= 0.98
    assert by_the_rule_for_recipes(World(1324, 0.80, 0.011), 300, lead=0.08) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize(argvalues=THOROUGH, **BY_SIZE)
def test_the_stated_rates_hold_over_many_worlds(world, repetitions):
    assert by_the_rule_for_recipes(world, repetitions) <= 0.02
    assert by_the_rule_for_claims(world, repetitions) <= 0.035
    assert by_one_run_each(world, repetitions) > 0.03
    assert by_whether_the_claim_lies_in_our_interval(world, repetitions) > 0.1
