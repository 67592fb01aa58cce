"""What no recipe can be: refused in one sentence that names the field; and the overrides that make another of one."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from core.catalog.registry import Choice
from core.catalog.strategies import STRATEGIES
from core.errors import RecipeError
from core.recipe import Recipe
from tests.test_recipe import FIELDS, JUNK, OTHERS, WORDS


def refusal(given: object) -> str:
    with pytest.raises(RecipeError) as refused:
        Recipe.parse(given)
    return str(refused.value)


@given(JUNK)
def test_junk_is_refused_in_one_line_and_never_crashes(junk: Any):
    assert_refused_or_read(lambda: Recipe.parse(junk))


@given(drawn.sampled_from(FIELDS), JUNK)
def test_junk_in_any_field_is_refused_in_one_line_and_never_crashes(name: str, junk: Any):
    assert_refused_or_read(lambda: Recipe.parse({name: junk}))


@given(drawn.sampled_from(["strategy", "regularizers", "augmentation", "schedule"]), WORDS, JUNK)
def test_junk_in_any_setting_is_refused_in_one_line_and_never_crashes(name: str, setting: str, junk: Any):
    entry = {"strategy": "lora", "regularizers": "l1", "augmentation": "crop_flip", "schedule": "one_cycle"}[name]
    assert_refused_or_read(lambda: Recipe.parse({name: {"name": entry, setting: junk}}))


@given(drawn.one_of(drawn.text(max_size=40), JUNK.map(json.dumps)))
def test_any_text_is_a_recipe_or_is_refused(text: str):
    assert_refused_or_read(lambda: Recipe.from_text(text))


@given(drawn.one_of(WORDS, drawn.text("nameschdulr.0[]{}=", max_size=12)), drawn.text(max_size=12))
def test_any_override_is_applied_or_refused(path: str, text: str):
    recipe = Recipe.parse(OTHERS)
    assert_refused_or_read(lambda: recipe.with_overrides([f"{path}={text}"]))


def assert_refused_or_read(read: Any) -> None:
    try:
        recipe = read()
    except RecipeError as refused:
        sentence = str(refused)
        assert sentence.isprintable() and " is not possible; " in sentence and len(sentence) < 1500
        sentence.encode()
    else:
        assert Recipe.parse(recipe.to_json()) == recipe


@pytest.mark.parametrize("text", ["[" * 100_000, '{"lr": ' + "[" * 900 + "]" * 900 + "}", '{"lr": ' + "9" * 5000 + "}"])
def test_what_is_nested_or_long_beyond_measure_is_refused(text: str):
    with pytest.raises(RecipeError, match="is not possible"):
        Recipe.from_text(text)
    with pytest.raises(RecipeError, match="is not possible"):
        Recipe().with_overrides([f"lr={text}"])


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("junk", [object, [[]], {"name": ["full"]}, {"x": 1}, "no such thing!", -1, float("nan"), ""])
def test_every_field_refuses_what_it_cannot_be_by_its_own_name(name: str, junk: object):
    said = refusal({name: junk})
    assert said.startswith(name), said
    assert "is not possible; " in said and said.endswith(".")


@pytest.mark.parametrize("name", ["lr", "batch_size", "epochs", "seed", "split_seed", "views", "workers", "time_limit"])
@pytest.mark.parametrize("junk", [True, False, "3", [3], float("inf"), 10**400, -1, 1e300])
def test_a_number_is_a_number_within_its_limits(name: str, junk: object):
    said = refusal({name: junk})
    assert said.startswith(f"{name}: ") and "number from" in said


@pytest.mark.parametrize(
    "name",
    ["batch_size", "epochs", "seed", "split_seed", "views", "workers", "examples_per_class", "held_out_per_class"],
)
def test_a_whole_number_is_whole(name: str):
    assert f"{name}: 1.5 is not possible; it is a whole number from " in refusal({name: 1.5})


def test_a_number_of_thousands_of_digits_is_refused_too():
    for name in FIELDS:
        assert refusal({name: 10**5000}).startswith(name) and "<int beyond all measure>" in refusal({name: 10**5000})


def test_limits_are_told_to_the_last_digit():
    assert refusal({"seed": -1}) == "seed: -1 is not possible; it is a whole number from 0 to 4294967295."


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"pretrained": 1}, "pretrained: 1 is not possible; it is true or false."),
        ({"image_size": True}, "image_size: True is not possible; it is a whole number from 8 to 2048."),
        ({"image_size": [32]}, "image_size: [32] is not possible; it is [height, width] in pixels, or one number"),
        ({"pooling": [1, 17]}, "pooling: 17 is not possible; it is a whole number from 1 to 16."),
        ({"fit": "stretch"}, "fit: 'stretch' is not possible; choose one of squash, crop, pad."),
        ({"regularizers": ["l1", "l3"]}, "regularizers[1]: 'l3' is not possible; choose one of l1, l2, weight_decay"),
        ({"regularizers": ["l1", {"name": "l1"}]}, "regularizers: 'l1' is not possible; each may stand in the list"),
        (
            {"regularizers": [{"name": "l1", "strenght": 1}]},
            "regularizers[0].strenght: 1 is not possible; l1 has no such setting, its settings are strength, on, how",
        ),
        ({"strategy": {"name": "full", "rank": 3}}, "strategy.rank: 3 is not possible; full has no such setting, it"),
        ({"strategy": {"rank": 3}}, "strategy: {'rank': 3} is not possible; it is a name, or"),
        ({"early_stopping": True}, "early_stopping: True is not possible; it is null, or"),
        ({"early_stopping": {"on": "f1"}}, "early_stopping.on: 'f1' is not possible; choose one of loss, accuracy."),
        ({"early_stopping": {"patience": 0}}, "early_stopping.patience: 0 is not possible; it is a whole number"),
        ({"schema": 2}, "schema: 2 is not possible; this version of Thaw reads schema 1."),
        ({"schema": True}, "schema: True is not possible"),
        ({"dataset": "../other"}, "dataset: '../other' is not possible; it is a name"),
        ({"backbone": "/etc/passwd"}, "backbone: '/etc/passwd' is not possible; it is a name"),
        ({"learning_rate": 1}, "learning_rate: 1 is not possible; a recipe has no such field"),
        ({"batchsize": 1}, "batchsize: 1 is not possible; a recipe has no such field, the nearest is batch_size."),
        ({"a\nb": 1}, "'a\\nb': 1 is not possible"),
        ([], "recipe: [] is not possible; it is a JSON object of fields and values."),
    ],
)
def test_an_error_says_which_field_what_was_given_and_what_is_allowed(given: object, sentence: str):
    assert refusal(given).startswith(sentence)


def test_an_error_never_grows_with_what_was_given():
    assert len(refusal({"dataset": "x" * 10_000})) < 250
    assert len(refusal({"x" * 10_000: 1})) < 1000


OVERRIDES = {
    "strategy.name=gradual": {"strategy": "gradual"},
    "strategy=gradual": {"strategy": "gradual"},
    'strategy={"name": "gradual", "epochs_per_stage": 2}': {"strategy": {"name": "gradual", "epochs_per_stage": 2}},
    "regularizers.l1.strength=0.1": {"regularizers": [{"name": "l1", "strength": 0.1}]},
    "regularizers=l1": {"regularizers": ["l1"]},
    'regularizers=["l1", "mixup"]': {"regularizers": ["mixup", "l1"]},
    "regularizers=none": {},
    "augmentation.crop_flip.mirror=false": {"augmentation": [{"name": "crop_flip", "mirror": False}]},
    "early_stopping.patience=5": {"early_stopping": {"patience": 5}},
    "image_size=[96,320]": {"image_size": [96, 320]},
    "image_size=null": {},
    "pooling=[1,3]": {"pooling": [1, 3]},
    " lr = 1e-2 ": {"lr": 0.01},
    "fit=pad": {"fit": "pad"},
    'fit="pad"': {"fit": "pad"},
    "dataset=my pictures": {"dataset": "my pictures"},
    "dataset=2024": {"dataset": "2024"},
    "dataset=007": {"dataset": "007"},
    "pretrained=false": {"pretrained": False},
}


@pytest.mark.parametrize("override", OVERRIDES)
def test_an_override_changes_one_thing(override: str):
    assert Recipe().with_overrides([override]) == Recipe.parse(OVERRIDES[override])


def test_a_dataset_may_be_called_by_a_number_where_it_brings_suggestions_too():
    assert Recipe.suggested_for(["epochs=3", "dataset=2024"]) == Recipe.suggested("2024") == Recipe(dataset="2024")


def test_overrides_are_applied_in_their_order():
    said = ["strategy.name=gradual", "strategy.epochs_per_stage=4", "lr=1", "lr=2"]
    recipe = Recipe().with_overrides(said)
    assert recipe.strategy == STRATEGIES.choose("gradual", epochs_per_stage=4) and recipe.lr == 2.0
    assert Recipe().with_overrides([*said, "strategy.name=lora"]).strategy == STRATEGIES.choose("lora")


def test_an_override_inside_a_list_leaves_the_other_entries_alone():
    recipe = Recipe.parse({"regularizers": ["mixup", {"name": "l1", "on": "head"}]})
    changed = recipe.with_overrides(["regularizers.l1.strength=0.5", "regularizers.clip.norm=2"])
    assert {each.name for each in changed.regularizers} == {"mixup", "l1", "clip"}
    l1 = next(each for each in changed.regularizers if each.name == "l1")
    assert (l1["strength"], l1["on"]) == (0.5, "head")


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("epochs", "--set: 'epochs' is not possible; it is path=value"),
        ("epoch=3", "epoch: 3 is not possible; a recipe has no such field, the nearest is epochs."),
        ("schema=2", "schema: 2 is not possible; a recipe has no such field"),
        ("strategy.rank=3", "strategy.rank: 3 is not possible; full has no such setting"),
        ("strategy.name.x=3", "strategy.name.x: 3 is not possible; the path ends below strategy.name"),
        ("regularizers.l1=3", "regularizers.l1: 3 is not possible; write regularizers.NAME.SETTING"),
        ("regularizers.l3.strength=3", "regularizers[0]: 'l3' is not possible; choose one of l1"),
        ("image_size.height.x=3", "image_size.height.x: 3 is not possible; give image_size as a whole"),
        ("pooling.rows=3", "pooling.rows: 3 is not possible; give pooling as a whole"),
        ("dataset=", "dataset: '' is not possible; it is a name"),
        ("lr=", "lr: '' is not possible; it is a number"),
        ("=3", "'': 3 is not possible; a recipe has no such field"),
    ],
)
def test_an_override_that_cannot_be_made_says_so(override: str, sentence: str):
    recipe = Recipe(image_size=(96, 320), pooling=(1, 3))
    with pytest.raises(RecipeError) as refused:
        recipe.with_overrides([override])
    assert str(refused.value).startswith(sentence)
    assert recipe == Recipe(image_size=(96, 320), pooling=(1, 3))


def test_a_recipe_cannot_be_made_wrong_in_python_either():
    with pytest.raises(RecipeError, match="epochs: 0"):
        replace(Recipe(), epochs=0)
    with pytest.raises(RecipeError, match="strategy.rank"):
        Recipe(strategy=Choice("full", (("rank", 3),)))
