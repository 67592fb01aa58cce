"""What a preview promises is what the run then does."""

from dataclasses import replace

import numpy as np
import pytest

from core.catalog.strategies import STRATEGIES
from core.events import EpochEnded
from core.home import Home
from core.recipe import Recipe
from core.training.preview import preview
from tests.training.test_freezing import strategy


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_heat_map_is_what_the_stages_then_do(run, home: Home, tiny: Recipe, name: str):
    recipe = replace(tiny, strategy=strategy(name))
    seen = preview(recipe, home)
    outcome = run(recipe)
    done = [[stage["scale"] for stage in ended.stages] for ended in outcome.said(EpochEnded)]
    assert [[stage["scales"][epoch] for stage in seen.stages] for epoch in range(recipe.epochs)] == done
    assert [(each["name"], each["trained"]) for each in seen.stages] == [
        (each["name"], each["trained"]) for each in outcome.events[0].stages
    ]
    assert seen.to_json()["parameters"] == outcome.events[0].parameters


def test_the_first_batch_is_the_one_that_training_sees(run, home: Home, tiny: Recipe):
    recipe = replace(tiny, augmentation=["crop_flip", "rotation"])
    seen = preview(recipe, home)
    run(recipe)
    session = run.sessions[-1]
    first = next(iter(session.feeder.batches(session.lesson.batches(recipe, recipe.batch_size, 0), 0)))
    np.testing.assert_array_equal(seen.pictures, first.inputs.numpy())
    assert seen.files == [session.lesson.source.files[index] for index in first.indices]
    plain = preview(replace(recipe, augmentation=[]), home)
    assert not np.array_equal(plain.pictures, seen.pictures) and plain.files == seen.files


def test_the_rates_follow_the_schedule(home: Home, tiny: Recipe):
    rates = preview(replace(tiny, schedule={"name": "step", "every": 1}, lr=0.5), home).rates
    assert rates[0] == 0.5 and rates[-1] == pytest.approx(0.005)
