"""What is estimated comes true, whoever learns beside the network; whoever cannot tell says so instead of a number."""

import time
from dataclasses import dataclass

import pytest
import torch

from core.catalog.learners import LEARNERS, Learner, Network, OnFeatures
from core.engines.questions import estimate
from core.errors import TrainingError
from core.home import Home
from core.learners import estimating_search
from core.recipe import Recipe
from tests.learners.listening import hear

TRIES = 4
"""A machine that others use too may be twice as busy a moment later."""
TELLING = [name for name in LEARNERS if LEARNERS.entry(name).estimates not in ("", Network.estimates)]
ON_FEATURES = [name for name in LEARNERS if issubclass(LEARNERS.entry(name), OnFeatures)]
BY_STEPS = sorted({*TELLING} - {*ON_FEATURES})


@pytest.fixture
def home() -> Home:
    return Home.from_environment()


def recipe_of(learner: str, **changed) -> Recipe:
    return Recipe.parse({"dataset": "digits", "learner": learner, "epochs": 3, "batch_size": 32, **changed})


def seconds_of(recipe: Recipe, home: Home) -> float:
    began = time.monotonic()
    hear(recipe, home)
    return time.monotonic() - began


@pytest.mark.parametrize("learner", TELLING)
def test_a_run_takes_what_was_estimated_within_a_factor_of_three(learner: str, home: Home):
    ratios = []
    for seed in range(TRIES):
        recipe = recipe_of(learner, seed=seed, examples_per_class=40)
        said = estimate(home, recipe.to_json(), "cpu")
        ratios.append(said["seconds"] / seconds_of(recipe, home))
        assert said["seconds_low"] < said["seconds"] < said["seconds_high"]
        if 1 / 3 < ratios[-1] < 3:
            return
    raise AssertionError(f"estimated by taken: {ratios}")


@pytest.mark.parametrize("learner", TELLING)
def test_a_limit_is_kept_to_and_the_threads_are_given_back(learner: str, home: Home):
    threads = torch.get_num_threads()
    said = estimate(home, recipe_of(learner, examples_per_class=5, time_limit=0.01).to_json(), "cpu")
    assert said["seconds"] == said["seconds_high"] == 0.01
    assert said["memory"] > 50 * 2**20
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("learner", BY_STEPS)
def test_more_epochs_take_longer(learner: str, home: Home):
    short, long = (
        estimate(home, recipe_of(learner, examples_per_class=5, epochs=epochs).to_json(), "cpu") for epochs in (4, 400)
    )
    assert long["steps"] == 100 * short["steps"]
    assert long["seconds"] > 0.9 * long["steps"] * long["seconds_per_step"]


def test_features_that_are_kept_already_cost_nothing_more(home: Home, monkeypatch: pytest.MonkeyPatch):
    looked, looking = estimating_search.looked, []

    def listening(*given):
        seen, seconds = looked(*given)
        looking.append(seconds)
        return seen, seconds

    monkeypatch.setattr(estimating_search, "looked", listening)
    monkeypatch.setattr(estimating_search, "QUICK", 0.0)  # so that it has to guess what the rest will take
    recipe = recipe_of("logistic")
    for _ in range(2):
        estimate(home, recipe.to_json(), "cpu")
        hear(recipe, home)
    assert looking[0] > 0 == looking[1]


@pytest.mark.parametrize("learner", ON_FEATURES)
def test_a_search_is_estimated_on_the_smallest_of_datasets(learner: str, home: Home):
    said = estimate(home, recipe_of(learner, examples_per_class=1).to_json(), "cpu")
    assert said["steps"] >= 1 and 0 < said["seconds"] < 60


def test_whoever_cannot_tell_beforehand_says_so(home: Home, monkeypatch: pytest.MonkeyPatch):
    @dataclass(frozen=True)
    class Silent(Learner):
        """Nobody knows how long it takes."""

        generator = "core.training.loop:train"

    monkeypatch.setitem(LEARNERS._entries, "silent", Silent)
    with pytest.raises(TrainingError, match="silent"):
        estimate(home, recipe_of("silent").to_json(), "cpu")
