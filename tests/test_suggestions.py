"""What a person begins with who has not chosen yet: suggested by the dataset's card, and changed by any override."""

import pytest

from core.catalog.datasets import DATASETS
from core.errors import RecipeError
from core.recipe import Recipe


@pytest.mark.parametrize("name", DATASETS)
def test_every_card_suggests_a_recipe_that_can_be_made(name: str):
    recipe = Recipe.suggested(name)
    assert recipe.dataset == name
    for field, value in DATASETS[name].suggested.items():
        assert Recipe.parse({field: value}).to_json()[field] == recipe.to_json()[field]


def test_without_a_word_it_is_the_first_lesson_on_few_digits():
    first = Recipe.suggested_for([])
    assert (first.dataset, first.examples_per_class) == ("digits", 5)
    assert all(dict(each.knobs).get("mirror") is not True for each in first.augmentation), (
        "a mirrored digit is no digit"
    )


def test_a_named_dataset_brings_its_own_suggestion_and_never_a_cap_on_its_pictures():
    assert Recipe.suggested_for(["epochs=3", "dataset=boats"]).image_size == (96, 320)
    for name in DATASETS:
        if name != "digits":
            assert Recipe.suggested_for([f"dataset={name}"]).examples_per_class is None
    assert Recipe.suggested_for(['dataset="my own folder"']) == Recipe(dataset="my own folder")


@pytest.mark.parametrize("name", ["मेरी तस्वीरें", "fotos (2024)", "e\u0301cole", "2024", "Tom's & Ada's"])
def test_folders_may_be_called_as_people_call_them(name: str):
    assert Recipe(dataset=name).dataset == name


@pytest.mark.parametrize("name", ["", "../x", "a\nb", "a\u202eb", "-x", "/etc", "x" * 201, "![](http://x)", "a\x00"])
def test_a_name_is_never_a_path_that_climbs_nor_writes_on_the_screen(name: str):
    with pytest.raises(RecipeError, match="dataset"):
        Recipe(dataset=name)


def test_a_name_that_cannot_be_is_refused_as_anywhere():
    with pytest.raises(RecipeError, match="dataset"):
        Recipe.suggested_for(["dataset=../x"])
