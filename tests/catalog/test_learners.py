"""What a learner says of itself: which panels mean nothing for it, and how it is told of in a line."""

import pytest

from core.catalog.learners import LEARNERS, PANELS, in_words, learner_behind, learner_in
from core.catalog.strategies import STRATEGIES
from core.recipe import Recipe


@pytest.mark.parametrize("name", list(LEARNERS))
def test_what_it_is_without_is_a_panel_and_has_a_sentence(name: str):
    without = LEARNERS.entry(name).without
    assert set(without) <= set(PANELS)
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in without.values())


@pytest.mark.parametrize("name", list(LEARNERS))
def test_a_run_is_called_after_what_counts_for_its_learner(name: str):
    learner = LEARNERS.entry(name)
    chosen = {"learner": name, "strategy": "gradual", "regularizers": ["clip"]}
    recipe = Recipe.parse({**chosen, "backbone": "resnet18", "pretrained": False})
    said = recipe.in_short.split()
    assert ("gradual" in said, "clip" in said) == (learner.follows_strategy,) * 2
    assert ("resnet18" in said, "scratch" in said) == (learner.takes_backbone,) * 2
    assert (name in said) is not learner.follows_strategy
    assert learner_in(recipe.to_json()) is learner


def test_a_strategy_is_told_as_such_and_a_learner_of_its_own_as_that():
    assert in_words("digits", "resnet18", "gradual") == "digits with resnet18, strategy gradual"
    for name in LEARNERS:
        learner = LEARNERS.entry(name)
        if not learner.follows_strategy:
            told = "digits with resnet18" if learner.takes_backbone else "digits"
            assert in_words("digits", "resnet18", name) == f"{told}, learner {name}"
            assert learner_behind(name) is learner


def test_no_strategy_is_called_like_a_learner():
    assert not set(STRATEGIES) & set(LEARNERS)
