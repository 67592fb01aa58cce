"""A grid says which recipes it comes to, in a bearable number, and precisely what in it cannot be."""

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from core.errors import RecipeError
from core.recipe import Recipe
from core.recipe.grid import MOST_MEMBERS, Axis, axes_of, described, expand, size

GRADUAL = {"name": "gradual", "epochs_per_stage": 2}
JSON = drawn.recursive(
    drawn.none() | drawn.booleans() | drawn.integers() | drawn.text(),
    lambda inside: drawn.lists(inside, max_size=3) | drawn.dictionaries(drawn.text(), inside, max_size=3),
    max_leaves=6,
)
LRS = drawn.lists(drawn.floats(1e-6, 1.0), min_size=1, max_size=4)
NAMES = drawn.lists(drawn.sampled_from(["head", "full", "gradual", "lora"]), min_size=1, max_size=4)


def test_values_are_json_or_bare_words_and_a_comma_inside_brackets_or_quotes_parts_nothing():
    typed = ['strategy={"name":"gradual","epochs_per_stage":2},head', " lr = 0.001, 1e-2 ", 'dataset="a,b \\" [c",2024']
    assert axes_of(typed) == [
        Axis("strategy", (GRADUAL, "head")),
        Axis("lr", (0.001, 0.01)),
        Axis("dataset", ('a,b " [c', "2024")),
    ]


@given(drawn.lists(JSON, min_size=1, max_size=5))
def test_any_json_is_read_back_as_it_was_written(values: list[Any]):
    typed = "strategy=" + ",".join(json.dumps(value) for value in values)
    assert axes_of([typed])[0].values == tuple(values)


@given(drawn.text())
def test_any_text_is_an_axis_or_an_error_that_says_so(text: str):
    try:
        (axis,) = axes_of([text])
    except RecipeError as error:
        assert str(error).startswith("--grid: ")
    else:
        assert axis.path and axis.values


@pytest.mark.faults
@pytest.mark.parametrize(
    ("grid", "sentence"),
    [
        (["lr"], "it is path=value,value"),
        (["=1,2"], "it is path=value,value"),
        (["lr="], "lr needs a value on each side of every comma"),
        (["lr=0.1,,0.2"], "lr needs a value on each side of every comma"),
        (["lr=0.1,"], "lr needs a value on each side of every comma"),
        (["lr=0.1", "epochs=2", " lr =0.2"], "lr has been given before"),
        (["seed=1,2"], "is said by --seeds"),
        (['strategy={"name":"head"'], "must be closed"),
        (['dataset="digits'], "must be closed"),
        (["image_size=]1,2["], "it is .height, width. in pixels"),
        (["lr=0.1,hello"], "lr: 'hello' is not possible"),
        (["lr=NaN"], "lr: nan is not possible"),
        (["epochs=1,2.5"], "epochs: 2.5 is not possible"),
        (["flavour=sweet"], "flavour: 'sweet' is not possible; a recipe has no such field"),
        (["strategy=head", "strategy.epochs_per_stage=1,2"], "strategy.epochs_per_stage: 1 is not possible; head has"),
    ],
)
def test_what_cannot_be_varied_so_is_said_with_its_name(grid: list[str], sentence: str):
    with pytest.raises(RecipeError, match=sentence):
        expand(Recipe(), axes_of(grid))


@given(LRS, NAMES, drawn.integers(1, 4), drawn.integers(0, 9), drawn.integers(0, 9))
def test_every_combination_meets_every_seed_once(lrs: list, names: list, seeds: int, first: int, split_seed: int):
    base = Recipe(seed=first, split_seed=split_seed, epochs=3)
    members = expand(base, [Axis("strategy.name", tuple(names)), Axis("lr", tuple(lrs))], seeds)
    wanted = set(product(names, lrs, range(first, first + seeds)))
    made = [(each.recipe.strategy.name, each.recipe.lr, each.recipe.seed) for each in members]
    assert len(made) == len(wanted) and set(made) == wanted
    assert all((each.recipe.split_seed, each.recipe.epochs) == (split_seed, 3) for each in members)
    assert [each.values for each in members] == [{"strategy.name": name, "lr": lr} for name, lr, _ in made]
    assert [each.seed for each in members] == sorted(each.seed for each in members)


def test_without_axes_a_recipe_is_tried_with_its_seeds_alone():
    assert [(each.seed, each.values) for each in expand(Recipe(seed=5), [], seeds=3)] == [(5, {}), (6, {}), (7, {})]


def test_values_that_come_to_the_same_recipe_are_one_member():
    axes = axes_of(['strategy=head,{"name":"head"},full', "lr=0.1,1e-1"])
    assert len(expand(Recipe(), axes, seeds=2)) == 4 and size(axes, seeds=2) == 12


def test_members_are_the_same_if_what_they_stand_for_is():
    axes = axes_of(["backbone=run:abc,run:abcdef"])
    whole = Recipe(backbone="run:abcdef")
    assert [each.recipe for each in expand(Recipe(), axes, check=lambda recipe: whole)] == [whole]


def test_a_setting_may_be_varied_inside_a_varied_choice():
    axes = axes_of(["strategy=last_stages,last_blocks", "strategy.count=1,2"])
    made = [each.recipe.strategy for each in expand(Recipe(), axes)]
    assert [(choice.name, choice["count"]) for choice in made] == [
        ("last_stages", 1),
        ("last_stages", 2),
        ("last_blocks", 1),
        ("last_blocks", 2),
    ]


@pytest.mark.faults
@pytest.mark.parametrize("seeds", [0, -1, 1.5, True, "3", MOST_MEMBERS + 1, 10**400])
def test_the_number_of_seeds_is_a_whole_one_within_limits(seeds: Any):
    with pytest.raises(RecipeError, match="--seeds"):
        expand(Recipe(), [], seeds)


@pytest.mark.faults
def test_a_grid_beyond_all_measure_is_refused_before_it_is_made():
    axes = [Axis(f"field{number}", tuple(range(1000))) for number in range(50)]
    with pytest.raises(RecipeError, match="500 are the most; take fewer values or fewer seeds"):
        expand(Recipe(), axes)


@pytest.mark.faults
def test_seeds_that_would_leave_their_range_are_refused_by_their_name():
    with pytest.raises(RecipeError, match="seed: 4294967296"):
        expand(Recipe(seed=2**32 - 1), [], seeds=2)


def test_a_combination_reads_as_it_is_typed():
    (member,) = expand(Recipe(), axes_of(["lr=0.01", "strategy.name=head", "regularizers=[]", "pretrained=false"]))
    assert described(member.values) == "lr=0.01 strategy.name=head regularizers=[] pretrained=false"
