"""What is estimated comes true, whatever the strategy keeps; and estimating changes nothing."""

import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.catalog.strategies import STRATEGIES
from core.home import Home
from core.recipe import Recipe
from core.training.estimate import estimate
from core.training.feeding import Fed
from core.training.frozen import Frozen
from core.training.measuring import FEW
from core.training.plan import Plan
from core.training.session import Session
from core.training.team import ALONE

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
    assert long.steps == 100 * short.steps and long.seconds > long.steps * long.seconds_per_step
    limited = estimate(replace(tiny, epochs=1000, time_limit=0.5), home, "cpu")
    assert limited.seconds == limited.seconds_high == 0.5


class Clock:
    """Stands still, but for what is learned: each pixel takes as long as any other."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def learn(self, fed: Fed) -> float:
        self.now += fed.inputs.numel() * 1e-4
        return 0.0


@pytest.fixture
def by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only learning takes time: what is estimated hangs on no machine."""
    clock = Clock()
    monkeypatch.setattr("core.training.estimate.time", clock)
    monkeypatch.setattr("core.training.measuring.time", clock)
    monkeypatch.setattr(Session, "learn", lambda trial, fed: clock.learn(fed))


@pytest.mark.usefixtures("by_the_clock")
def test_smaller_pictures_are_estimated_to_take_less(home: Home, tiny: Recipe):
    at_once = {"head_epochs": 0, "upper_epochs": 0, "smallest": 0.5}
    small, whole = (STRATEGIES.choose("swift", **at_once, growing_epochs=epochs) for epochs in (1, 0))
    recipe = replace(tiny, image_size=(192, 192), epochs=3)
    quick, slow = (estimate(replace(recipe, strategy=each), home, "cpu").seconds for each in (small, whole))
    assert slow > 0 and quick / slow == pytest.approx((1 / 4 + 2) / 3), "one epoch of three has a quarter of the pixels"


@pytest.mark.usefixtures("by_the_clock")
def test_a_run_that_may_end_early_may_take_less(home: Home, tiny: Recipe):
    stopping = {"on": "loss", "patience": 5}
    whole, early = (estimate(replace(tiny, epochs=1000, early_stopping=each), home, "cpu") for each in (None, stopping))
    assert early.seconds_low / whole.seconds_low == pytest.approx(6 / 1000)


def test_a_large_network_is_estimated_in_seconds_and_the_threads_are_given_back(home: Home, tiny: Recipe):
    threads, began = torch.get_num_threads(), time.monotonic()
    said = estimate(replace(tiny, backbone="resnet50", image_size=(160, 160), batch_size=512, epochs=1), home, "cpu")
    assert time.monotonic() - began < 60
    assert said.seconds > 1 and said.memory > 100 * 2**20
    assert torch.get_num_threads() == threads


def test_features_that_answers_come_from_are_estimated_where_training_has_others(
    run, home: Home, tiny: Recipe, monkeypatch: pytest.MonkeyPatch
):
    clock, features = Clock(), Frozen.features

    def make(frozen: Frozen, pictures: np.ndarray) -> np.ndarray:
        clock.now += len(pictures) * {"float32": 1.0, "bf16": 1e-6}[frozen.plan.precision]
        return features(frozen, pictures)

    monkeypatch.setattr("core.training.estimate.time", clock)
    monkeypatch.setattr("core.training.measuring.time", clock)
    monkeypatch.setattr(Frozen, "features", make)
    head = replace(tiny, strategy="head")
    half, full = (replace(head, precision=each) for each in ("bf16", "float32"))
    said, in_full = estimate(half, home, "cpu").seconds, estimate(full, home, "cpu").seconds
    run(half)
    train, val, test = (len(run.sessions[-1].lesson.splits[split]) for split in ("train", "val", "test"))
    assert said == pytest.approx(val + test, abs=0.1), "a second for each"
    assert in_full == pytest.approx(train + test, abs=FEW), "the estimate before has kept those that are judged"
    assert estimate(half, home, "cpu").seconds < 0.1, "once"


def test_features_that_are_kept_already_cost_nothing_more(run, home: Home, tiny: Recipe):
    recipe = replace(tiny, strategy="head", epochs=2, image_size=(96, 96), examples_per_class=None)
    before = estimate(recipe, home, "cpu")
    run(recipe)
    assert estimate(recipe, home, "cpu").seconds < before.seconds


def test_features_are_estimated_on_as_many_threads_as_make_them(
    home: Home, tiny: Recipe, monkeypatch: pytest.MonkeyPatch
):
    threads, features = Counter[int](), Frozen.features

    def noting(frozen: Frozen, pictures: np.ndarray) -> np.ndarray:
        threads[torch.get_num_threads()] += 1
        return features(frozen, pictures)

    monkeypatch.setattr(Frozen, "features", noting)
    monkeypatch.setattr("core.training.session.make_plan", lambda *about: Plan(compute_threads=3))
    estimate(replace(tiny, strategy="head"), home, "cpu")
    assert set(threads) == {3}, "though the steps of a head take one"


def test_each_view_that_is_lacking_is_estimated(home: Home, tiny: Recipe, monkeypatch: pytest.MonkeyPatch):
    clock, features = Clock(), Frozen.features

    def make(frozen: Frozen, pictures: np.ndarray) -> np.ndarray:
        clock.now += len(pictures)
        return features(frozen, pictures)

    recipe = replace(tiny, strategy="head", augmentation=["flip"], views=2, epochs=6, precision="float32")
    begun = Session(recipe, torch.device("cpu"), home, None, ALONE)
    train, val, test = (len(begun.lesson.splits[split]) for split in ("train", "val", "test"))
    monkeypatch.setattr("core.training.estimate.time", clock)
    monkeypatch.setattr("core.training.measuring.time", clock)
    monkeypatch.setattr(Frozen, "features", make)
    said = estimate(recipe, home, "cpu").seconds
    assert said == pytest.approx(2 * train + val + test, abs=2 * FEW), "a second for each, but for those it tried"
    begun.make_ready(0)
    assert estimate(recipe, home, "cpu").seconds == pytest.approx(train + test, abs=FEW), "the other view, and answers"
