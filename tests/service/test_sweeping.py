"""A sweep is made whole or not at all, and shown as one: its state, and mean and spread over seeds."""

import json
import statistics
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from core.engines.immediate import Immediate
from core.errors import NotFound, RecipeError, RecordError
from core.recipe import Recipe
from core.runs.record import Record
from core.runs.states import STATES
from core.runs.sweeps import SweepStore
from core.service.sweeping import begin, line, rolled_up, summary

SMALL = Recipe(epochs=4, examples_per_class=10, batch_size=16)


def make(record: Record, *grid: str, recipe: Recipe = SMALL, **more: Any) -> dict[str, Any]:
    """A sweep whose runs wait; nobody trains them."""
    return begin(record, recipe, grid=grid, check=lambda recipe: recipe, submit=record.create, engine="local", **more)


def shown(record: Record, made: dict[str, Any]) -> dict[str, Any]:
    return summary(record, SweepStore(record.store).find(made["sweep"]))


def finish(record: Record, run: str, accuracy: float, test: float | None = None) -> None:
    record.store.begin(run, "At work.")
    if test is not None:
        said = {"kind": "predicted", "elapsed": 1.0, "split": "test", "weights": "best", "accuracy": test}
        record.store.say(run, [said])
    record.store.enter(run, accuracy=accuracy)
    record.store.move(run, "done", "All epochs were run.")


def test_a_sweep_has_a_run_for_every_combination_and_seed_and_each_says_what_was_chosen(record: Record):
    made = make(record, "lr=0.1,0.2", "strategy.name=head,full", seeds=2, name="rates", owner="ada")
    assert made["name"] == "rates" and made["merged"] == 0 and len(set(made["runs"])) == 8
    seen = shown(record, made)
    assert [run["run"] for run in seen["runs"]] == made["runs"]
    first = seen["runs"][0]
    assert (first["values"], first["seed"]) == ({"lr": 0.1, "strategy.name": "head"}, 0)
    assert (
        first["name"] == f"lr=0.1 strategy.name=head seed=0, digits {first['backbone']}" and first["strategy"] == "head"
    )
    assert seen["axes"] == [{"path": "lr", "values": [0.1, 0.2]}, {"path": "strategy.name", "values": ["head", "full"]}]
    assert (seen["sweep"], seen["state"], seen["states"], seen["seeds"]) == (made["sweep"], "queued", {"queued": 8}, 2)
    assert [len(group["runs"]) for group in seen["groups"]] == [2] * 4 and seen["best"] is None
    assert json.loads(json.dumps(seen)) == seen


def test_runs_that_come_to_the_same_are_made_once_and_that_is_said(record: Record):
    made = make(record, "strategy=head,head", seeds=3)
    assert (len(made["runs"]), made["merged"]) == (3, 3)


@pytest.mark.faults
@pytest.mark.parametrize("more", [{"grid": ["lr=0.1,-1"]}, {"seeds": 0}, {"halving": {"every": 9}}, {"halving": True}])
def test_where_one_member_cannot_be_none_is_made(record: Record, more: dict[str, Any]):
    with pytest.raises(RecipeError):
        begin(record, SMALL, check=lambda recipe: recipe, submit=record.create, engine="local", **more)
    assert record.page() == [] and SweepStore(record.store).newest() == []


@pytest.mark.faults
def test_what_is_not_there_is_found_missing_before_anything_is_made(record: Record):
    def check(recipe: Recipe) -> Recipe:
        if recipe.dataset == "nowhere":
            raise NotFound("It is nowhere.")
        return recipe

    with pytest.raises(NotFound):
        begin(record, SMALL, grid=["dataset=digits,nowhere"], check=check, submit=record.create, engine="local")
    assert record.page() == []


def test_mean_and_spread_are_over_the_seeds_of_one_combination(record: Record):
    made = make(record, "lr=0.1,0.2", seeds=3)
    reached = [(0.5, 0.4), (0.9, 0.8), (0.6, 0.5), (0.7, 0.6), (0.7, 0.9), (0.5, 0.3)]
    for run, (val, test) in zip(made["runs"], reached, strict=True):
        finish(record, run, val, test)
    seen = shown(record, made)
    first, second = seen["groups"]
    assert (first["values"], first["done"], first["val"]["n"]) == ({"lr": 0.1}, 3, 3)
    assert first["val"]["mean"] == pytest.approx(0.6) and first["val"]["spread"] == pytest.approx(0.1)
    assert first["val"]["best"] == {"run": made["runs"][4], "accuracy": 0.7}
    assert first["test"]["spread"] == pytest.approx(statistics.stdev([0.4, 0.5, 0.9]))
    assert seen["best"] == second and second["val"]["mean"] == pytest.approx(0.7)
    assert seen["state"] == "done"


def test_the_best_combination_is_the_best_on_validation_whatever_the_test_says(record: Record):
    made = make(record, "lr=0.1,0.2")
    finish(record, made["runs"][0], 0.8, 0.1)
    finish(record, made["runs"][1], 0.7, 0.9)
    assert shown(record, made)["best"]["values"] == {"lr": 0.1}


def test_one_seed_has_no_spread_and_no_test_split_no_figure(record: Record):
    made = make(record, "lr=0.1,0.2")
    finish(record, made["runs"][0], 0.8)
    first, second = shown(record, made)["groups"]
    assert (first["val"]["mean"], first["val"]["spread"], first["test"]) == (0.8, None, None)
    assert (second["val"], second["done"]) == (None, 0)


def test_a_run_that_was_cut_short_counts_in_no_mean(record: Record):
    made = make(record, "lr=0.1", seeds=2)
    finish(record, made["runs"][0], 0.8)
    record.store.begin(made["runs"][1], "At work.")
    record.store.enter(made["runs"][1], accuracy=0.1)
    record.store.move(made["runs"][1], "stopped", "Stopped on request.")
    seen = shown(record, made)
    assert seen["groups"][0]["val"] == {
        "n": 1,
        "mean": 0.8,
        "spread": None,
        "best": {"run": made["runs"][0], "accuracy": 0.8},
    }
    assert (seen["state"], seen["states"]) == ("stopped", {"done": 1, "stopped": 1})


@given(drawn.dictionaries(drawn.sampled_from([*STATES, "abandoned"]), drawn.integers(1, 9)))
def test_every_mixture_of_states_has_one_word_and_nothing_is_done_while_something_moves(counts: dict[str, int]):
    word = rolled_up(counts)
    assert (word == "empty") == (not counts)
    if counts.keys() & {"queued", "running", "pausing", "stopping", "paused", "failed", "lost", "stopped"}:
        assert word != "done"


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ({"done": 2, "running": 1, "failed": 1}, "running"),
        ({"done": 2, "queued": 1}, "queued"),
        ({"done": 2, "diverged": 1, "abandoned": 4}, "done"),
        ({"diverged": 3}, "diverged"),
        ({"done": 8, "lost": 1}, "failed"),
        ({"done": 8, "stopped": 1}, "stopped"),
        ({"running": 0, "done": 1}, "done"),
    ],
)
def test_a_sweep_is_what_its_runs_are(counts: dict[str, int], word: str):
    assert rolled_up(counts) == word


def test_a_line_of_the_list_says_how_far_it_is(record: Record):
    made = make(record, "lr=0.1,0.2")
    finish(record, made["runs"][0], 0.8)
    told = line(record, SweepStore(record.store).find(made["sweep"]))
    assert told["name"] == "digits by lr" and told["states"] == {"done": 1, "queued": 1} and told["abandoned"] == 0
    for run in made["runs"]:
        record.delete(run)
    assert line(record, SweepStore(record.store).find(made["sweep"]))["state"] == "empty"


def trained(record: Record) -> Callable[..., str]:
    def submit(recipe: Recipe, **facts: Any) -> str:
        run = record.create(recipe, **facts)
        Immediate(record).submit(run, "cpu")
        return run

    return submit


def test_a_member_that_learns_nothing_is_abandoned_and_the_others_train_to_the_end(record: Record):
    grid = ["lr=0.003,0.004,1e-9"]
    made = begin(
        record,
        SMALL,
        grid=grid,
        halving={"every": 1, "keep": 0.6},
        check=lambda recipe: recipe,
        submit=trained(record),
        engine="local",
    )
    seen = shown(record, made)
    *good, bad = seen["runs"]
    assert [run["state"] for run in good] == ["done"] * 2
    assert (bad["state"], bad["reason"]) == (
        "stopped",
        "Abandoned after epoch 1: 2 of 3 members were better there.",
    )
    assert (seen["state"], seen["states"], seen["abandoned"]) == ("done", {"done": 2, "stopped": 1}, 1)
    epochs = [each for each in record.store.told(bad["run"]) if each["kind"] == "epoch_ended"]
    assert len(epochs) == 1 and (record.folder(bad["run"]) / "best").exists()
    assert seen["groups"][2]["val"] is None and seen["best"] is not None


def test_a_sweep_for_which_there_is_no_room_by_the_time_it_is_whole_leaves_nothing_behind(record: Record):
    make(record, "lr=0.1,0.2", most_waiting=2)
    with pytest.raises(RecordError, match="2 runs waiting and 2 more are asked for, and 3 is the limit"):
        make(record, "lr=0.3,0.4", most_waiting=3)
    assert (record.store.count(), len(SweepStore(record.store).newest())) == (2, 1)


def test_a_sweep_that_is_interrupted_on_its_way_leaves_nothing_behind(record: Record):
    made: list[str] = []

    def interrupted(recipe: Recipe, **facts: Any) -> str:
        if len(made) == 3:
            raise KeyboardInterrupt
        made.append(record.create(recipe, **facts))
        assert record.store.waiting("local") == []  # nobody trains a part of it meanwhile
        return made[-1]

    with pytest.raises(KeyboardInterrupt):
        begin(
            record, SMALL, grid=["lr=0.1,0.2,0.3,0.4"], check=lambda recipe: recipe, submit=interrupted, engine="local"
        )
    assert (len(made), record.store.count(), SweepStore(record.store).newest()) == (3, 0, [])
    assert not any(record.folder(run).exists() for run in made)
    assert len(make(record, "lr=0.1,0.2")["runs"]) == len(record.store.waiting("local")) == 2
