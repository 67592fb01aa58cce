"""A recipe as it is typed leads back to the same recipe."""

import shlex
from typing import Any

import pytest
from hypothesis import given

from core.catalog.datasets import DATASETS
from core.catalog.presets import PRESETS
from core.recipe import Recipe
from core.recipe.spelling import overrides_of
from core.service.describing import command_of, describe
from core.terminal.parsing import build_parser
from core.terminal.recipes import recipe_of
from tests.test_recipe import DOCUMENTS


@given(DOCUMENTS)
def test_the_command_of_any_recipe_makes_that_recipe(document: dict[str, Any]):
    recipe = Recipe.parse(document)
    _, _, _, *words = shlex.split(command_of(recipe))
    assert recipe_of(build_parser().parse_args(words)).hash == recipe.hash


@pytest.mark.parametrize("dataset", [*DATASETS, "2024", "null", "my photos (1)", "a ", "größer & schöner"])
def test_what_suits_a_dataset_is_told_by_its_name_alone(dataset: str):
    suggested = Recipe.suggested(dataset)
    assert len(overrides_of(suggested)) == (dataset != "digits")
    assert Recipe.suggested_for(overrides_of(suggested)).hash == suggested.hash


def test_only_what_is_not_as_usual_is_spelled():
    recipe = Recipe.suggested().with_overrides(["epochs=3", "strategy.name=gradual", "regularizers.l1.strength=0.5"])
    assert overrides_of(recipe) == [
        "strategy=gradual",
        'regularizers=[{"name": "l1", "strength": 0.5}]',
        "epochs=3",
    ]


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("dataset", DATASETS)
def test_each_preset_can_be_laid_over_every_dataset_and_is_known_again(name: str, dataset: str):
    recipe = Recipe.suggested(dataset).with_preset(name)
    told = describe(recipe)
    assert (told["preset"], told["hash"]) == (name, recipe.hash)
    assert recipe.dataset == dataset


def test_a_description_says_what_was_changed_and_what_each_field_allows():
    fields = {each["name"]: each for each in describe({"epochs": 3, "strategy": "head"})["fields"]}
    assert {name for name, each in fields.items() if each["changed"]} >= {"epochs", "strategy"}
    assert not fields["lr"]["changed"]
    assert (fields["epochs"]["low"], fields["epochs"]["whole"], fields["epochs"]["suggested"]) == (1, True, 40)
    assert fields["fit"]["options"] == ["squash", "crop", "pad"]
    assert (fields["strategy"]["kind"], fields["regularizers"]["kind"]) == ("choice", "several")
    assert all(each["help"] and each["kind"] for each in fields.values())
