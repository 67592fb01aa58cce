"""Halving gives up the worst, never the best, and only where a comparison means something."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from core.errors import RecipeError
from core.recipe import Recipe
from core.recipe.grid import Member, axes_of, expand
from core.recipe.halving import FEWEST, Halving, peers

ACCURACY = drawn.integers(0, 20).map(lambda right: right / 20)
ACCURACIES = drawn.lists(ACCURACY, min_size=1, max_size=40)
SHARES = drawn.floats(0.01, 0.9)


def members(*grid: str, seeds: int = 1, epochs: int = 27) -> list[Member]:
    return expand(Recipe(epochs=epochs), axes_of(grid), seeds)


def test_each_rung_asks_for_three_times_as_much_where_a_third_goes_on():
    assert Halving(1).rungs(81) == [1, 3, 9, 27]
    assert Halving(2, 0.5).rungs(33) == [2, 4, 8, 16, 32]
    assert Halving(4).rungs(4) == []


@given(drawn.integers(1, 50), SHARES, drawn.integers(1, 500))
def test_rungs_go_up_and_stay_below_the_last_epoch(every: int, keep: float, epochs: int):
    rungs = Halving(every, keep).rungs(epochs)
    assert rungs == sorted(set(rungs)) and all(every <= rung < epochs for rung in rungs)
    assert (rungs == []) == (every >= epochs)


def test_of_nine_at_a_rung_three_may_go_on():
    others = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    assert not Halving(1).hopeless(0.65, others)
    assert Halving(1).hopeless(0.55, others)


def test_of_five_at_a_rung_the_second_is_not_hopeless():
    assert not Halving(1).hopeless(0.7, [0.8, 0.3, 0.2, 0.1])
    assert Halving(1).hopeless(0.3, [0.8, 0.7, 0.2, 0.1])


def test_the_first_ones_at_a_rung_go_on_however_bad_they_are():
    assert not Halving(1).hopeless(0.0, [])
    assert not Halving(1).hopeless(0.0, [1.0])
    assert Halving(1).hopeless(0.0, [1.0, 1.0])


@given(ACCURACIES, SHARES)
def test_the_best_is_never_given_up_and_neither_is_who_ties_with_it(others: list[float], keep: float):
    assert not Halving(1, keep).hopeless(max(others), others)


@given(ACCURACIES, ACCURACY, ACCURACY, SHARES)
def test_who_is_better_than_one_who_goes_on_goes_on(others: list[float], one: float, other: float, keep: float):
    worse, better = sorted((one, other))
    assert Halving(1, keep).hopeless(worse, others) or not Halving(1, keep).hopeless(better, others)


@given(drawn.lists(drawn.integers(0, 10_000), min_size=FEWEST, max_size=60, unique=True), SHARES)
def test_of_those_that_differ_the_share_goes_on_and_part_of_a_place_is_a_place(there: list[int], keep: float):
    kept = [mine for mine in there if not Halving(1, keep).hopeless(mine, [other for other in there if other != mine])]
    assert kept == [mine for mine in there if mine in sorted(there)[-len(kept) :]]
    assert len(there) * keep - 1e-6 <= len(kept) < len(there) * keep + 1


def test_the_first_rung_is_an_eighth_of_the_way_unless_something_else_is_said():
    grid = members("lr=0.1,0.2,0.3")
    assert Halving.parse(True, grid) == Halving.parse({}, grid) == Halving(3, 1 / 3)
    assert Halving.parse({"every": 2, "keep": 0.5}, grid) == Halving(2, 0.5)
    assert Halving.parse(None, grid) is Halving.parse(False, grid) is None


def test_a_rule_is_read_back_as_it_was_written():
    rule, grid = Halving(2, 0.25), members("lr=0.1,0.2,0.3")
    assert Halving.parse(rule.to_json(), grid) == rule


@pytest.mark.faults
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("yes", "it is true, or"),
        ({"each": 1}, "it is true, or"),
        ({"every": 0}, "halving.every: 0"),
        ({"every": 1.5}, "halving.every: 1.5"),
        ({"every": 27}, "must come before the last of 27 epochs"),
        ({"keep": 0}, "halving.keep: 0"),
        ({"keep": 1}, "halving.keep: 1"),
        ({"keep": "most"}, "halving.keep: 'most'"),
    ],
)
def test_settings_that_cannot_be_are_said_with_their_limits(given: Any, sentence: str):
    with pytest.raises(RecipeError, match=sentence):
        Halving.parse(given, members("lr=0.1,0.2,0.3"))


@pytest.mark.faults
@pytest.mark.parametrize(
    "grid", [members(seeds=9), members("lr=0.1,0.2", seeds=5), members("lr=0.1,0.2", "dataset=digits,boats")]
)
def test_a_sweep_in_which_nothing_could_be_compared_is_refused(grid: list[Member]):
    with pytest.raises(RecipeError, match="members of one seed on one dataset, and takes 3 of them"):
        Halving.parse(True, grid)


@pytest.mark.faults
def test_a_sweep_of_a_single_epoch_is_refused():
    with pytest.raises(RecipeError, match="halving.every: 1 is not possible; the first rung must come before"):
        Halving.parse(True, members("lr=0.1,0.2,0.3", epochs=1))


def test_members_are_compared_on_the_same_pictures_with_the_same_seed():
    recipe = Recipe()
    assert peers(recipe) == peers(replace(recipe, lr=0.5, epochs=3))
    assert len({peers(recipe), *(peers(replace(recipe, **{field: 7})) for field in ("seed", "split_seed"))}) == 3
    assert peers(recipe) != peers(replace(recipe, dataset="boats"))
