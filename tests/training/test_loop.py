"""How runs end, and what they say then: whatever the moment, one last word, honest figures, and nothing left behind."""

import gc
import math
import threading
from dataclasses import replace

import pytest

from core.errors import RecipeError
from core.events import EpochEnded, Finished, Improved, Predicted, Step
from core.home import Home
from core.recipe import Recipe
from core.training.loop import train


def listen(recipe: Recipe, home: Home, stop_at: int | None = None) -> list:
    """All that a run says; it is asked to stop after a step."""
    events, learning, wish = [], train(recipe, "cpu", home=home), None
    while True:
        try:
            events.append(learning.send(wish))
        except StopIteration:
            return events
        wish = "stop" if isinstance(events[-1], Step) and events[-1].step == stop_at else None


def kinds(events: list, kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


def test_weights_that_broke_in_the_last_step_of_an_epoch_are_never_the_best(tiny: Recipe, home: Home):
    """With one step an epoch only validation can see that the step went astray."""
    astray = replace(tiny, batch_size=1000, lr=1e12, optimizer="sgd", backbone="test_vit", epochs=3)
    events = listen(astray, home)
    assert kinds(events, Finished)[0].state == "diverged"
    assert all(math.isfinite(event.val_loss) for event in kinds(events, EpochEnded))
    assert all(math.isfinite(event.val_loss) for event in kinds(events, Improved))
    assert all(math.isfinite(event.loss) for event in kinds(events, Predicted))


def test_stopped_within_an_epoch_the_last_figures_are_of_that_moment(run, tiny: Recipe, home: Home):
    per_epoch = run(tiny).events[0].steps_per_epoch
    assert per_epoch > 2
    events = listen(replace(tiny, lr=0.01), home, stop_at=per_epoch + 2)
    best, last = ([e for e in kinds(events, Predicted) if e.weights == which] for which in ("best", "last"))
    assert {e.epoch for e in best} == {0} and {e.epoch for e in last} == {1}
    assert [e.loss for e in last] != [e.loss for e in best], "the second epoch had begun to move the weights"
    assert kinds(events, Finished)[0].state == "stopped"


def test_stopped_at_the_last_step_of_an_epoch_that_epoch_is_still_judged(run, tiny: Recipe, home: Home):
    per_epoch = run(tiny).events[0].steps_per_epoch
    events = listen(tiny, home, stop_at=2 * per_epoch)
    assert [event.epoch for event in kinds(events, EpochEnded)] == [0, 1]
    assert kinds(events, Finished)[0].epochs == 2


def test_stopped_before_any_validation_there_is_still_something_to_keep(tiny: Recipe, home: Home):
    events = listen(tiny, home, stop_at=1)
    assert [type(event) for event in events if isinstance(event, EpochEnded | Improved | Finished)] == [
        EpochEnded, Improved, Finished,
    ]  # fmt: skip
    assert {(e.split, e.weights) for e in kinds(events, Predicted)} >= {("val", "best"), ("val", "last")}


def test_a_time_limit_ends_the_run_well(tiny: Recipe, home: Home):
    events = listen(replace(tiny, epochs=10_000, time_limit=0.5), home)
    finished = kinds(events, Finished)[0]
    assert (finished.state, "0.5 s" in finished.reason) == ("done", True)
    assert kinds(events, Predicted)


def test_resumed_after_an_epochs_last_step_its_figures_are_the_same(run, tiny: Recipe):
    recipe = replace(tiny, schedule="one_cycle", strategy="discriminative")
    whole = run(recipe)
    paused = run(recipe, pause_at=whole.events[0].steps_per_epoch)
    resumed = run(recipe, state=paused.snapshot, plan=whole.events[0].plan)

    def figures(event: EpochEnded) -> dict:
        timed = ("elapsed", "seconds", "pictures_per_second", "cache")
        return {name: value for name, value in event.to_json().items() if name not in timed}

    assert [figures(e) for e in resumed.said(EpochEnded)] == [figures(e) for e in whole.said(EpochEnded)]


@pytest.mark.parametrize("events_heard", [1, 3, 8])
def test_a_listener_who_leaves_early_leaves_no_threads(tiny: Recipe, home: Home, events_heard: int):
    before = threading.active_count()
    learning = train(replace(tiny, augmentation=["flip"]), "cpu", home=home)
    for _ in range(events_heard):
        next(learning)
    learning.close()
    gc.collect()
    assert threading.active_count() == before


def test_more_processes_than_there_are_is_refused(tiny: Recipe, home: Home):
    with pytest.raises(RecipeError, match="workers: 2 is not possible"):
        listen(replace(tiny, workers=2), home)


@pytest.mark.parametrize("examples", [1, 2])
def test_a_picture_or_two_of_each_class_are_enough_to_run(tiny: Recipe, home: Home, examples: int):
    for balance in ("weights", "sampling"):
        recipe = replace(tiny, examples_per_class=examples, class_balance=balance, batch_size=64, epochs=1)
        assert kinds(listen(recipe, home), Finished)[0].state == "done"


def test_early_stopping_counts_on_over_a_pause(run, tiny: Recipe):
    recipe = replace(tiny, lr=1e-12, epochs=8, early_stopping={"on": "accuracy", "patience": 2}, optimizer="sgd")
    whole = run(recipe)
    assert "has not improved for 2 epochs" in whole.finished.reason
    per_epoch = whole.events[0].steps_per_epoch
    paused = run(recipe, pause_at=2 * per_epoch + 1)
    resumed = run(recipe, state=paused.snapshot, plan=whole.events[0].plan)
    assert (resumed.finished.epochs, resumed.finished.reason) == (whole.finished.epochs, whole.finished.reason)
