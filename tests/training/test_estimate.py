"""What is estimated comes true, whatever the strategy keeps; and estimating changes nothing."""

import time
from dataclasses import replace

import pytest
import torch

from core.home import Home
from core.recipe import Recipe
from core.training.estimate import estimate

TRIES = 4
"""A machine that others use too may be twice as busy a moment later."""


@pytest.mark.parametrize("strategy", ["full", "head", "gradual"])
def test_a_small_run_takes_what_was_estimated_within_a_factor_of_two(run, home: Home, tiny: Recipe, strategy: str):
    recipe = replace(tiny, strategy=strategy, epochs=20, examples_per_class=20)
    ratios = []
    for seed in range(TRIES):
        said = estimate(replace(recipe, seed=seed), home, "cpu")
        took = run(replace(recipe, seed=seed)).finished.seconds["all"]
        ratios.append(said.seconds / took)
        assert said.seconds_low < said.seconds < said.seconds_high
        if 0.5 < ratios[-1] < 2:
            return
    raise AssertionError(f"estimated by taken: {ratios}")


def test_more_epochs_take_longer_and_a_limit_is_kept_to(home: Home, tiny: Recipe):
    short, long = (estimate(replace(tiny, epochs=epochs), home, "cpu") for epochs in (10, 1000))
    assert long.steps == 100 * short.steps and long.seconds > 10 * short.seconds
    limited = estimate(replace(tiny, epochs=1000, time_limit=0.5), home, "cpu")
    assert limited.seconds == limited.seconds_high == 0.5


def test_a_run_that_may_end_early_may_take_less(home: Home, tiny: Recipe):
    stopping = {"on": "loss", "patience": 5}
    whole, early = (estimate(replace(tiny, epochs=1000, early_stopping=each), home, "cpu") for each in (None, stopping))
    assert early.seconds_low < whole.seconds_low / 10


def test_a_large_network_is_estimated_in_seconds_and_the_threads_are_given_back(home: Home, tiny: Recipe):
    threads, began = torch.get_num_threads(), time.monotonic()
    said = estimate(replace(tiny, backbone="resnet50", image_size=(160, 160), batch_size=512, epochs=1), home, "cpu")
    assert time.monotonic() - began < 60
    assert said.seconds > 1 and said.memory > 100 * 2**20
    assert torch.get_num_threads() == threads


def test_features_that_are_kept_already_cost_nothing_more(run, home: Home, tiny: Recipe):
    recipe = replace(tiny, strategy="head", epochs=2, image_size=(96, 96), examples_per_class=None)
    before = estimate(recipe, home, "cpu")
    run(recipe)
    assert estimate(recipe, home, "cpu").seconds < before.seconds
