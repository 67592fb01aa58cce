"""A recipe survives its JSON, knows equal choices for equal, and says precisely what cannot be chosen."""

import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.learners import LEARNERS
from core.catalog.optimizers import OPTIMIZERS, SCHEDULES
from core.catalog.registry import Choice, Knob, Registry
from core.catalog.regularizers import REGULARIZERS
from core.catalog.strategies import STRATEGIES
from core.errors import RecipeError
from core.recipe import SCHEMA, Recipe

PROJECT = Path(__file__).resolve().parent.parent
FIELDS = [each.name for each in fields(Recipe)]


def value_of(knob: Knob) -> drawn.SearchStrategy:
    if isinstance(knob.default, bool):
        return drawn.booleans()
    if isinstance(knob.default, str):
        return drawn.sampled_from(knob.options or ["", "resnet18", "resnet18, resnet50", "run:a1"])
    if isinstance(knob.default, int):
        return drawn.integers(int(knob.low or 0), int(10**6 if knob.high is None else knob.high))
    return drawn.floats(knob.low, knob.high, allow_nan=False, allow_infinity=False)


@drawn.composite
def choices(draw: drawn.DrawFn, registry: Registry) -> Any:
    """Any entry, with any of its settings given and the others left out; a bare name where none is given."""
    name = draw(drawn.sampled_from(registry.names()))
    given = {knob.name: draw(value_of(knob)) for knob in registry.knobs(name) if draw(drawn.booleans())}
    return {"name": name, **given} if given or draw(drawn.booleans()) else name


def several(registry: Registry) -> drawn.SearchStrategy:
    def named(choice: Any) -> str:
        return choice if isinstance(choice, str) else choice["name"]

    listed = drawn.lists(choices(registry), unique_by=named, max_size=5)
    return drawn.one_of(drawn.just("none"), drawn.none(), choices(registry), listed)


SIDES = drawn.integers(8, 2048)
NAMES = drawn.sampled_from(["digits", "hymenoptera", "hf:owner/name", "Blumen 2024", "run:a1", "resnet18", "2024"])
STOPPING = drawn.fixed_dictionaries(
    {}, optional={"on": drawn.sampled_from(["loss", "accuracy"]), "patience": drawn.integers(1, 10_000)}
)
DOCUMENTS = drawn.fixed_dictionaries(
    {},
    optional={
        "schema": drawn.just(SCHEMA),
        "dataset": NAMES,
        "backbone": NAMES,
        "learner": choices(LEARNERS),
        "pretrained": drawn.booleans(),
        "image_size": drawn.one_of(drawn.none(), SIDES, drawn.lists(SIDES, min_size=2, max_size=2)),
        "fit": drawn.sampled_from(["squash", "crop", "pad"]),
        "pooling": drawn.one_of(
            drawn.sampled_from(["avg", "max", "both"]), drawn.lists(drawn.integers(1, 16), min_size=2, max_size=2)
        ),
        "strategy": choices(STRATEGIES),
        "regularizers": several(REGULARIZERS),
        "optimizer": choices(OPTIMIZERS),
        "schedule": choices(SCHEDULES),
        "augmentation": several(AUGMENTATIONS),
        "lr": drawn.one_of(drawn.integers(1, 10**12), drawn.floats(1e-12, 1e12)),
        "batch_size": drawn.integers(1, 65_536),
        "epochs": drawn.integers(1, 100_000),
        "early_stopping": drawn.one_of(drawn.none(), drawn.just(False), STOPPING),
        "examples_per_class": drawn.one_of(drawn.none(), drawn.integers(1, 10_000_000)),
        "held_out_per_class": drawn.one_of(drawn.none(), drawn.integers(1, 10_000_000)),
        "class_balance": drawn.sampled_from(["none", "weights", "sampling"]),
        "normalisation": drawn.sampled_from(["backbone", "imagenet", "half", "measured"]),
        "seed": drawn.integers(0, 2**32 - 1),
        "split_seed": drawn.integers(0, 2**32 - 1),
        "frozen_norms": drawn.sampled_from(["hold", "drift"]),
        "precision": drawn.sampled_from(["auto", "float32", "bf16"]),
        "views": drawn.integers(0, 1000),
        "time_limit": drawn.one_of(drawn.none(), drawn.floats(0.001, 1e9)),
        "workers": drawn.integers(1, 4096),
    },
)
"""Any recipe that can be written: what a new entry of a registry adds is drawn too."""

WORDS = drawn.one_of(drawn.sampled_from(["name", "none", "l1", "full", "schema", "", *FIELDS]), drawn.text(max_size=8))
SCALARS = drawn.one_of(drawn.none(), drawn.booleans(), drawn.integers(), drawn.floats(), WORDS)
JUNK = drawn.recursive(
    drawn.one_of(SCALARS, drawn.sampled_from([10**400, -(10**400), "\ud800", "\x00\n", float("nan")])),
    lambda inner: drawn.one_of(drawn.lists(inner, max_size=4), drawn.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=12,
)


def refusal(given: object) -> str:
    with pytest.raises(RecipeError) as refused:
        Recipe.parse(given)
    return str(refused.value)


@given(DOCUMENTS)
def test_a_recipe_is_the_same_after_a_journey_through_json(document: dict[str, Any]):
    recipe = Recipe.parse(document)
    again = Recipe.from_text(json.dumps(recipe.to_json()))
    assert again == recipe and again.hash == recipe.hash and again.to_json() == recipe.to_json()


@given(DOCUMENTS, drawn.randoms(use_true_random=False))
def test_the_hash_knows_neither_the_order_of_keys_nor_what_was_left_to_defaults(document: dict[str, Any], chance: Any):
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            keys = list(value)
            chance.shuffle(keys)
            return {key: shuffled(value[key]) for key in keys}
        return value

    recipe = Recipe.parse(document)
    assert Recipe.parse(shuffled(document)).hash == recipe.hash
    assert Recipe.parse(shuffled(recipe.to_json())).hash == recipe.hash


@given(DOCUMENTS, drawn.sampled_from([name for name in FIELDS if name != "learner"]))
def test_another_choice_in_any_field_is_another_hash(document: dict[str, Any], name: str):
    recipe, other = Recipe.parse(document), OTHERS[name]
    same = Recipe.parse({name: other}).to_json()[name] == recipe.to_json()[name]
    assert (Recipe.parse({**document, name: other}).hash == recipe.hash) is same


OTHERS: dict[str, Any] = {
    "dataset": "another",
    "backbone": "another",
    "pretrained": False,
    "image_size": [96, 320],
    "fit": "pad",
    "pooling": [1, 3],
    "strategy": "head",
    "regularizers": ["l1"],
    "optimizer": "sgd",
    "schedule": "cosine",
    "augmentation": ["flip"],
    "lr": 0.5,
    "batch_size": 7,
    "epochs": 7,
    "early_stopping": {"patience": 7},
    "examples_per_class": 7,
    "held_out_per_class": 7,
    "class_balance": "weights",
    "normalisation": "half",
    "seed": 7,
    "split_seed": 7,
    "frozen_norms": "drift",
    "precision": "bf16",
    "views": 7,
    "time_limit": 7,
    "workers": 7,
}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"lr": 1}, {"lr": 1.0}),
        ({"epochs": 3.0}, {"epochs": 3}),
        ({"image_size": 96}, {"image_size": [96.0, 96]}),
        ({"strategy": "gradual"}, {"strategy": {"name": "gradual", "epochs_per_stage": 1.0}}),
        ({"regularizers": ["mixup", "l1", "ema"]}, {"regularizers": ["ema", "mixup", {"name": "l1"}]}),
        ({"regularizers": "l1"}, {"regularizers": ["l1"]}),
        ({"regularizers": {"name": "l1", "strength": 0}}, {"regularizers": [{"name": "l1", "strength": -0.0}]}),
        *(({}, {name: none}) for name in ("regularizers", "augmentation") for none in ("none", [], None, ["none"])),
        *(({}, {name: [{"name": "none"}]}) for name in ("regularizers", "augmentation")),
        ({"augmentation": ["flip"]}, {"augmentation": ["none", "flip"]}),
        ({"early_stopping": {}}, {"early_stopping": {"patience": 3.0, "on": "loss"}}),
        ({}, {"early_stopping": False}),
        ({}, {"schema": SCHEMA}),
    ],
)
def test_equal_choices_given_differently_have_equal_hashes(one: dict[str, Any], other: dict[str, Any]):
    assert Recipe.parse(one) == Recipe.parse(other)
    assert Recipe.parse(one).hash == Recipe.parse(other).hash


def test_the_order_of_augmentations_means_something():
    one, other = (Recipe.parse({"augmentation": given}) for given in (["flip", "rotation"], ["rotation", "flip"]))
    assert one.hash != other.hash


def test_nothing_as_an_augmentation_leaves_no_augmentation():
    assert Recipe(augmentation=(AUGMENTATIONS.choose("none"),)).augmentation == ()


def test_the_hash_is_the_same_in_every_process():
    recipe = Recipe.parse(OTHERS)
    code = "import sys; from core.recipe import Recipe; print(Recipe.from_text(sys.stdin.read()).hash)"
    for seed in ("0", "1", "4711"):
        said = subprocess.run(
            [sys.executable, "-c", code],
            cwd=PROJECT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            input=json.dumps(OTHERS),
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout.strip() == recipe.hash


def test_a_recipe_writes_out_every_field_and_its_schema():
    assert set(Recipe().to_json()) == {"schema", *FIELDS}
    assert Recipe().hash == Recipe.from_text("{}").hash and len(Recipe().hash) == 16


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


def test_a_recipe_is_data_alone():
    json.dumps(Recipe.parse(OTHERS).to_json(), allow_nan=False)
    assert hash(Recipe.parse(OTHERS)) == hash(Recipe.parse(dict(OTHERS)))
