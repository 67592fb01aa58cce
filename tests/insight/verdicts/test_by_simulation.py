"""Equal things must seldom be called different, and different things mostly: the worlds are benchmarks.equal_things."""

import numpy as np
import pytest

from benchmarks.equal_things import (
    IN_OUR_INTERVAL,
    LARGE,
    MIDDLE,
    ONE_RUN_EACH,
    RULE_FOR_CLAIMS,
    RULE_FOR_RECIPES,
    SMALL,
    Rule,
    World,
)

QUICK = [(SMALL, 500), (MIDDLE, 300), (LARGE, 1000)]
THOROUGH = [(SMALL, 5000), (MIDDLE, 3000), (LARGE, 4000)]
BY_SIZE = {"argnames": ("world", "repetitions"), "ids": ["153", "1324", "10000"]}


def share(rule: Rule, world: World, repetitions: int, lead: float = 0.0) -> float:
    return rule.called_different(world, repetitions, lead) / repetitions


@pytest.mark.parametrize(argvalues=[SMALL, MIDDLE, LARGE], argnames="world", ids=BY_SIZE["ids"])
def test_the_simulated_seeds_spread_as_the_measured_ones(world):
    accuracies = world.right(60, 6, seed=1).mean(axis=2)
    assert np.sqrt(accuracies.var(axis=1, ddof=1).mean()) == pytest.approx(world.spread, rel=0.15)
    assert accuracies.mean() == pytest.approx(world.accuracy, abs=0.01)


@pytest.mark.parametrize(argvalues=QUICK, **BY_SIZE)
def test_equal_recipes_are_seldom_called_different(world, repetitions):
    assert share(RULE_FOR_RECIPES, world, repetitions) <= 0.025


@pytest.mark.parametrize(argvalues=QUICK, **BY_SIZE)
def test_an_exact_repeat_is_seldom_called_other_than_published(world, repetitions):
    assert share(RULE_FOR_CLAIMS, world, repetitions) <= 0.04


def test_the_naive_rules_call_equal_things_different_far_more_often():
    assert share(ONE_RUN_EACH, LARGE, 200) > 0.15
    assert share(IN_OUR_INTERVAL, SMALL, 500) > 0.08
    assert share(IN_OUR_INTERVAL, LARGE, 200) > 0.25


def test_a_real_difference_is_nearly_always_found():
    assert share(RULE_FOR_RECIPES, World(10_000, 0.88, 0.004), 100, lead=0.05) >= 0.98
    assert share(RULE_FOR_RECIPES, World(1324, 0.80, 0.011), 300, lead=0.08) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize(argvalues=THOROUGH, **BY_SIZE)
def test_the_stated_rates_hold_over_many_worlds(world, repetitions):
    assert share(RULE_FOR_RECIPES, world, repetitions) <= 0.02
    assert share(RULE_FOR_CLAIMS, world, repetitions) <= 0.035
    assert share(ONE_RUN_EACH, world, repetitions) > 0.03
    assert share(IN_OUR_INTERVAL, world, repetitions) > 0.1
