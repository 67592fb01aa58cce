"""What is learned from, and judged by: splits, and as many of each class as the recipe asks for."""

import numpy as np
import pytest

from core.home import Home
from core.recipe import Recipe
from core.training.lesson import Lesson


def held(home: Home, **changes: object) -> Lesson:
    return Lesson.load(Recipe.parse({"dataset": "digit_sums", **changes}), home)


def most_of_a_class(lesson: Lesson) -> dict[str, int]:
    return {name: int(np.bincount(lesson.source.labels[each]).max()) for name, each in lesson.splits.items()}


@pytest.mark.parametrize(
    ("changes", "most"),
    [
        ({}, {"train": 130, "val": 16, "test": 16}),
        ({"examples_per_class": 5}, {"train": 5, "val": 16, "test": 16}),
        ({"held_out_per_class": 3}, {"train": 130, "val": 3, "test": 3}),
        ({"examples_per_class": 5, "held_out_per_class": 3}, {"train": 5, "val": 3, "test": 3}),
    ],
)
def test_a_recipe_caps_what_is_learned_from_and_what_is_judged_by(home: Home, changes: dict, most: dict):
    assert most_of_a_class(held(home, **changes)) == most


def test_fewer_held_out_pictures_are_among_those_that_more_would_give(home: Home):
    few, more = held(home, held_out_per_class=3), held(home, held_out_per_class=7)
    for name in ("val", "test"):
        assert len(few.splits[name]) == 3 * 37 and set(few.splits[name]) < set(more.splits[name])
