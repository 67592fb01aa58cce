"""Sweeps are kept with their plan, found by what people remember, and hopeless members are ended on the way."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import NotFound, RecordError
from core.events import EpochEnded
from core.home import Home
from core.recipe import Recipe
from core.recipe.grid import axes_of, expand
from core.recipe.halving import Halving
from core.runs.desk import RecordDesk
from core.runs.halving import REACHED
from core.runs.record import ALPHABET, Record
from core.runs.sweeps import SweepStore, plan_of

BASE = Recipe(epochs=9)


@pytest.fixture
def record(home_folder: Path) -> Iterator[Record]:
    record = Record(Home(home_folder))
    yield record
    record.close()


@pytest.fixture
def sweeps(record: Record) -> SweepStore:
    return SweepStore(record.store)


def plan(*grid: str, seeds: int = 1, halving: Halving | None = None) -> dict:
    axes = axes_of(grid)
    return plan_of(BASE, axes, seeds, expand(BASE, axes, seeds), halving)


class Members:
    """Runs of one sweep whose accuracies the test says itself, epoch by epoch."""

    def __init__(self, record: Record, halving: Halving | None):
        self.record, self.made = record, 0
        self.sweep = SweepStore(record.store).add(plan("lr=0.1,0.2,0.3", halving=halving))

    def begin(self, **choices: object) -> RecordDesk:
        self.made += 1
        recipe = Recipe(**{"epochs": 9, "lr": self.made / 100, **choices})  # type: ignore[arg-type]
        return self.resume(self.record.create(recipe, sweep=self.sweep))

    def resume(self, run: str) -> RecordDesk:
        attempt = self.record.store.begin(run, "At work.")
        assert attempt is not None
        return self.record.desk(run, attempt)

    def arrive(self, *reached: tuple[float, ...]) -> None:
        """Others come to the same rungs before, each with its accuracies."""
        for accuracies in reached:
            reach(self.begin(), *accuracies)

    def state(self, desk: RecordDesk) -> tuple[str, str]:
        row = self.record.store.row(desk.run)
        assert row is not None
        return row.state, row.reason


def ended(epoch: int, accuracy: float) -> dict:
    return EpochEnded(
        elapsed=epoch + 1.0,
        epoch=epoch,
        step=epoch,
        train_loss=1.0,
        losses={},
        train_accuracy=0.5,
        val_loss=1.0,
        val_accuracy=accuracy,
        lr=0.1,
        lr_scales=[1.0],
        stages=[],
        seconds={},
        pictures_per_second=1.0,
        cache="none",
    ).to_json()


def reach(desk: RecordDesk, *accuracies: float) -> RecordDesk:
    """Say that so many epochs have ended with these accuracies; answers the desk, which knows what is wished then."""
    for epoch, accuracy in enumerate(accuracies):
        desk.say([ended(epoch, accuracy)])
    return desk


@pytest.fixture
def members(record: Record) -> Members:
    return Members(record, Halving(1))


def test_a_sweep_keeps_its_plan_and_has_an_id_and_a_name_that_says_what_is_varied(sweeps: SweepStore):
    made = plan("lr=0.1,0.2", "strategy.name=head,full", seeds=2, halving=Halving(2))
    sweep = sweeps.add(made, owner="ada")
    row = sweeps.find(sweep)
    assert re.fullmatch(f"[{ALPHABET}]{{6}}", sweep) and row.plan == made and row.owner == "ada"
    assert row.name == "digits by lr and strategy.name and seed"
    assert row.plan["axes"][0] == {"path": "lr", "values": [0.1, 0.2]} and row.plan["halving"]["every"] == 2
    assert len(row.chosen()) == 8 and {"values": {"lr": 0.1, "strategy.name": "head"}, "seed": 0} in [
        *row.chosen().values()
    ]


def test_a_sweep_is_found_by_id_by_the_beginning_of_it_and_by_name(sweeps: SweepStore):
    sweep = sweeps.add(plan("lr=0.1,0.2"), name="the rates")
    assert sweeps.find(sweep).id == sweeps.find(sweep[:4]).id == sweeps.find("the rates").id == sweep


def test_a_name_that_two_sweeps_share_names_both_and_the_newest_come_first(sweeps: SweepStore):
    first, second = sweeps.add(plan("lr=0.1"), name="twin"), sweeps.add(plan("lr=0.2"), name="twin")
    with pytest.raises(NotFound, match=f"may be any of {second}, {first}"):
        sweeps.find("twin")
    assert sweeps.rename(first, " the elder ") == sweeps.find(first).name == "the elder"
    assert [row.id for row in sweeps.newest()] == [second, first] and len(sweeps.newest(1)) == 1


@pytest.mark.faults
@pytest.mark.parametrize("word", ["", "%", "b_", "../x", "\udcff", "x" * 999, "a\x00b"])
def test_a_word_that_is_no_sweep_is_not_found(sweeps: SweepStore, word: str):
    with pytest.raises(NotFound, match="was not found"):
        sweeps.find(word)
    sweeps.add(plan("lr=0.1"), name="one")
    with pytest.raises(NotFound, match="was not found"):
        sweeps.find(word)


@pytest.mark.faults
def test_a_name_is_text_and_not_endless(sweeps: SweepStore):
    for bad in ("x" * 201, "not text \udcff"):
        with pytest.raises(RecordError):
            sweeps.add(plan("lr=0.1"), name=bad)
    with pytest.raises(RecordError, match="can't be empty"):
        sweeps.rename(sweeps.add(plan("lr=0.1")), " ")


def test_test_accuracies_are_those_of_the_best_weights(record: Record, sweeps: SweepStore):
    sweep = sweeps.add(plan("lr=0.1"))
    run, other = record.create(Recipe(), sweep=sweep), record.create(Recipe())
    said = {"kind": "predicted", "split": "test", "weights": "best", "accuracy": 0.75}
    record.store.say(run, [said, said | {"weights": "last", "accuracy": 0.5}, said | {"split": "val", "accuracy": 0.9}])
    record.store.say(other, [said])
    assert sweeps.test_accuracies(sweep) == {run: 0.75}


def test_the_worst_of_three_at_a_rung_is_told_to_stop_and_says_why(members: Members):
    first, second, third = (members.begin() for _ in range(3))
    assert reach(first, 0.5).wish() is reach(second, 0.4).wish() is None
    assert reach(third, 0.3).wish() == "stop"
    assert members.state(third) == ("stopping", "Abandoned after epoch 1: 2 of 3 members were better there.")
    third.end("stopped", "Stopped on request.", 1.0)
    assert members.state(third) == ("stopped", "Abandoned after epoch 1: 2 of 3 members were better there.")
    assert [each["topic"] for each in members.record.store.told(third.run) if each["kind"] == "notice"] == ["halving"]
    assert members.state(second) == ("running", "At work.")


def test_the_second_of_three_is_told_that_one_was_better(members: Members):
    members.arrive((0.9,), (0.1,))
    assert members.state(reach(members.begin(), 0.5))[1] == "Abandoned after epoch 1: 1 of 3 members was better there."


def test_a_wish_that_was_looked_up_a_moment_ago_does_not_delay_the_end(members: Members):
    members.arrive((0.5,), (0.4,))
    last = members.begin()
    assert last.wish() is None and reach(last, 0.3).wish() == "stop"


def test_between_rungs_nobody_is_judged(members: Members):
    members.arrive((0.5, 0.9), (0.5, 0.9))
    late = reach(members.begin(), 0.5, 0.1)
    assert late.wish() is None
    late.say([ended(2, 0.2)])
    assert late.wish() is None  # the third epoch is a rung that nobody else has reached


def test_what_counts_is_the_best_epoch_up_to_the_rung_and_not_what_comes_after(record: Record):
    members = Members(record, Halving(3))
    members.arrive((0.6, 0.1, 0.1, 0.9), (0.6, 0.1, 0.1, 0.9))
    assert reach(members.begin(), 0.1, 0.7, 0.1).wish() is None
    assert reach(members.begin(), 0.1, 0.5, 0.1).wish() == "stop"


def test_members_of_other_seeds_splits_and_datasets_are_not_compared(members: Members):
    for choices in ({"seed": 1}, {"split_seed": 1}, {"dataset": "boats"}):
        for _ in range(3):
            reach(members.begin(**choices), 0.9)
    assert reach(members.begin(), 0.1).wish() is None


def test_runs_outside_of_the_sweep_and_sweeps_without_halving_judge_nobody(record: Record):
    for members in (Members(record, None), Members(record, Halving(1))):
        alone = record.create(Recipe(epochs=9))
        assert reach(members.resume(alone), 0.9).wish() is None
        for _ in range(2):
            reach(members.begin(), 0.8)
    free = Members(record, None)
    desks = [reach(free.begin(), accuracy) for accuracy in (0.9, 0.8, 0.1)]
    assert [desk.wish() for desk in desks] == [None] * 3


def test_one_who_has_been_abandoned_and_is_resumed_is_not_judged_again(members: Members):
    members.arrive((0.9, 0.9, 0.9), (0.8, 0.8, 0.8))
    desk = reach(members.begin(), 0.1)
    desk.end("stopped", "Stopped on request.", 1.0)
    members.record.requeue(desk.run)
    again = reach(members.resume(desk.run), 0.1, 0.1, 0.1)
    assert again.wish() is None
    again.end("stopped", "Stopped on request.", 1.0)
    assert members.state(again) == ("stopped", "Stopped on request.")


def test_one_who_was_let_go_on_is_not_judged_when_it_comes_to_the_same_rung_again(members: Members):
    early = reach(members.begin(), 0.1)
    early.end("paused", "Paused.", 1.0)
    members.arrive((0.9, 0.9, 0.9), (0.8, 0.8, 0.8))
    members.record.requeue(early.run)
    again = reach(members.resume(early.run), 0.1)
    assert again.wish() is None
    again.say([ended(1, 0.1), ended(2, 0.1)])
    assert again.wish() == "stop"


def test_a_pause_that_was_asked_for_comes_first(members: Members):
    members.arrive((0.9,), (0.8,))
    desk = members.begin()
    members.record.store.move(desk.run, "pausing", "It was asked to pause.")
    assert reach(desk, 0.1).wish() == "pause"


def test_one_who_ends_by_itself_at_a_rung_keeps_its_own_reason(members: Members):
    members.arrive((0.9,), (0.8,))
    desk = reach(members.begin(), 0.1)
    desk.end("done", "Validation loss has not improved for 3 epochs.", 1.0)
    assert members.state(desk) == ("done", "Validation loss has not improved for 3 epochs.")


def test_the_judges_question_is_answered_by_indexes(members: Members):
    reach(members.begin(), 0.5)
    asked = members.record.store.read(f"EXPLAIN QUERY PLAN {REACHED}", [0, members.sweep, "digits", 0, 0, 0])
    steps = " / ".join(step for *_, step in asked)
    assert "USING INDEX runs_by_sweep" in steps and "USING INDEX told_events" in steps and "SCAN" not in steps
