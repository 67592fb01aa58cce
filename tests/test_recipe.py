"""A recipe survives its JSON, knows equal choices for equal, and says precisely what cannot be chosen."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.learners import LEARNERS
from core.catalog.optimizers import OPTIMIZERS, SCHEDULES
from core.catalog.registry import Knob, Registry
from core.catalog.regularizers import REGULARIZERS
from core.catalog.strategies import STRATEGIES
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


def test_only_what_differs_from_the_defaults_is_hashed():
    """So a field that is added one day leaves the runs that were made before it what they are."""
    canonical = '{"epochs":3,"lr":0.01,"schema":1}'
    assert Recipe(lr=0.01, epochs=3).hash == hashlib.sha256(canonical.encode()).hexdigest()[:16]


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


def test_a_recipe_is_data_alone():
    json.dumps(Recipe.parse(OTHERS).to_json(), allow_nan=False)
    assert hash(Recipe.parse(OTHERS)) == hash(Recipe.parse(dict(OTHERS)))
