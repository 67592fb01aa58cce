"""The story of a run: told once, however often it was interrupted, and read once, however many look on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from benchmarks.scripted_run import said_in, started
from core.catalog.learners import LEARNERS
from core.recipe import Recipe
from core.runs.record import Record
from core.service.stories import Stories, stories_of
from core.service.story import Story

Said = dict[str, Any]


def numbered(events: list[Said]) -> Iterator[Said]:
    yield from ({"number": number, **each} for number, each in enumerate(events, 1))


def heard(*events: Said, **choices: Any) -> Story:
    story = Story(Recipe(**choices).to_json())
    for each in numbered(list(events)):
        story.hear(each)
    return story


def epochs(*numbers: int) -> list[Said]:
    return [each for number in numbers for each in said_in(number, 4.0)]


def test_curves_do_not_double_back_where_a_resumed_run_tells_anew():
    story = heard(started(5), *epochs(0, 1, 2), {**started(5), "resumed": True}, *epochs(1, 2, 3)).to_json(300)
    assert [each["epoch"] for each in story["epochs"]] == [0, 1, 2, 3]
    steps = [each["step"] for each in story["steps"]]
    assert steps == list(range(1, 41)) and story["epochs_done"] == 4


def test_what_began_from_nothing_again_forgets_what_was_before():
    story = heard(started(5), *epochs(0, 1, 2), started(5), *epochs(0)).to_json(300)
    assert story["epochs_done"] == 1 and story["best"]["epoch"] == 0 and len(story["steps"]) == 10


def test_thousands_of_epochs_are_told_in_so_many_points_and_the_best_one_exactly():
    events = [each for number in range(3000) for each in list(said_in(number, 4.0))[-2:]]
    story = heard(started(3000), *events).to_json(50)
    assert len(story["epochs"]) == 50 and story["epochs"][-1]["epoch"] == 2999
    assert story["best"]["epoch"] == 2999
    assert story["stages"] == [], "no drawing shows so many"


def test_the_time_left_is_told_while_it_learns_and_not_when_it_has_ended():
    learning = heard(started(10), *epochs(0, 1)).to_json(300)
    assert learning["seconds_left"] > 0 and learning["progress"] == pytest.approx(0.2) and not learning["judging"]
    finished = {"kind": "finished", "elapsed": 30.0, "state": "done", "reason": "", "best_epoch": 1, "epochs": 2}
    ended = heard(started(2), *epochs(0, 1), {**finished, "seconds": {}, "peak_memory": 1}).to_json(300)
    assert ended["seconds_left"] is None and ended["progress"] == 1.0


def test_how_far_the_pictures_are_is_told_until_the_first_step():
    looks = [{"kind": "looked", "elapsed": 2.0 + at, "pictures": 100 * at, "of": 470} for at in (1, 2)]
    looking = heard(started(4), *looks).to_json(300)
    left = pytest.approx(2.7)
    assert looking["looking"] == {"purpose": "features", "pictures": 200, "of": 470, "seconds_left": left}
    assert looking["seconds_left"] is None and looking["progress"] == 0.0
    assert heard(started(4), *looks, *epochs(0)).to_json(300)["looking"] is None


def test_how_far_judging_is_changes_no_forecast():
    judging = [
        {"kind": "looked", "elapsed": 8.0 + at, "pictures": 64 * at, "of": 150, "purpose": "judging"} for at in (1, 2)
    ]
    before, told = (heard(started(4), *epochs(0, 1), *more).to_json(300) for more in ([], judging))
    left = pytest.approx(22 / 64)
    assert told["looking"] == {"purpose": "judging", "pictures": 128, "of": 150, "seconds_left": left}
    assert {**told, "looking": None, "number": 0} == {**before, "number": 0}


def test_when_all_epochs_are_done_it_judges_what_was_held_out():
    assert heard(started(2), *epochs(0, 1)).to_json(300)["judging"]


def test_scales_to_come_are_those_of_the_strategy_and_a_stage_that_never_learns_stays_frozen():
    begun = started(12)
    begun["stages"] = [{**stage, "trained": 0 if stage["name"] == "stem" else 1} for stage in begun["stages"]]
    stages = {
        each["name"]: each["scales"] for each in heard(begun, strategy="gradual", epochs=12).to_json(300)["stages"]
    }
    assert len(stages["head"]) == 12 and stages["head"] == [1.0] * 12
    assert stages["layer4"][0] == 0.0 and stages["layer4"][-1] == 1.0
    assert set(stages["stem"]) == {0.0}


def test_a_long_run_that_has_begun_is_drawn_as_far_as_it_may_soon_be():
    def drawn(planned: int, done: int) -> tuple[int, int]:
        story = heard(started(planned), *epochs(*range(done)), strategy="gradual", epochs=planned).to_json(300)
        return story["epochs_drawn"], len(story["stages"][0]["scales"])

    assert drawn(planned=12, done=2) == (12, 12)
    assert drawn(planned=1000, done=3) == (30, 30)
    assert drawn(planned=1000, done=40) == (80, 80)
    assert drawn(planned=50, done=40) == (50, 50)


def test_the_mean_of_steps_is_smooth_where_they_are_many_and_does_not_lag_where_they_are_few():
    few, many = (heard(started(50), *epochs(*range(count))).to_json(10_000)["steps"] for count in (1, 50))
    assert [each["smooth"] for each in few] == [each["loss"] for each in few]
    roughness = {name: sum(abs(b[name] - a[name]) for a, b in pairwise(many)) for name in ("loss", "smooth")}
    assert roughness["smooth"] < roughness["loss"] / 5
    assert min(each["loss"] for each in many) <= many[-1]["smooth"] <= many[0]["loss"]


def test_every_validation_figure_has_its_interval():
    story = heard(started(2), *epochs(0)).to_json(300)
    low, high = story["epochs"][0]["val_interval"]
    assert low < story["epochs"][0]["val_accuracy"] < high and story["best"]["interval"] == (low, high)


def test_a_frozen_stage_that_moved_is_an_alarm_until_the_epoch_is_told_anew():
    moved = epochs(0)
    next(each for each in moved if each["kind"] == "epoch_ended")["stages"][0]["moved"] = 0.5
    assert [each["stage"] for each in heard(started(2), *moved).to_json(9)["alarms"]] == ["stem"]
    retold = heard(started(2), *moved, {**started(2), "resumed": True}, *epochs(0))
    assert retold.to_json(9)["alarms"] == []


def test_statistics_that_drift_as_the_recipe_says_are_no_alarm():
    drifted = epochs(0)
    next(each for each in drifted if each["kind"] == "epoch_ended")["stages"][0]["norm_drift"] = 0.5
    assert len(heard(started(2), *drifted).to_json(9)["alarms"]) == 1
    assert heard(started(2), *drifted, frozen_norms="drift").to_json(9)["alarms"] == []


def test_fifty_viewers_of_one_run_read_it_once(record: Record):
    run = record.create(Recipe(epochs=40))
    record.store.say(run, [started(40), *epochs(0, 1)])
    stories = Stories(record.store, seconds_between_reads=60.0)
    with ThreadPoolExecutor(16) as room:
        told = list(room.map(lambda _: stories.told(run, 300), range(50)))
    assert stories.reads == 1
    assert all(each is told[0] for each in told) and told[0]["epochs_done"] == 2


def test_what_is_said_later_is_read_on_and_of_a_run_that_has_ended_at_once(record: Record):
    run = record.create(Recipe(epochs=40))
    record.store.say(run, [started(40), *epochs(0)])
    stories = Stories(record.store, seconds_between_reads=60.0)
    assert stories.told(run, 300)["epochs_done"] == 1
    record.store.say(run, epochs(1))
    assert stories.told(run, 300)["epochs_done"] == 1
    assert stories.told(run, 300, ended=True)["epochs_done"] == 2


def test_only_the_runs_that_were_looked_at_last_are_remembered(record: Record, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("core.service.stories.MOST_RUNS", 3)
    stories = Stories(record.store, seconds_between_reads=60.0)
    runs = [record.create(Recipe(seed=seed)) for seed in range(5)]
    for run in runs:
        record.store.say(run, [started(10), *epochs(0)])
        stories.told(run, 10)
    stories.told(runs[-1], 10)
    assert stories.reads == 5
    stories.told(runs[0], 10)
    assert stories.reads == 6


def test_whoever_looks_into_one_database_shares_its_stories(record: Record):
    assert stories_of(record.store) is stories_of(record.seen_by("ada").store)


@pytest.mark.parametrize("name", list(LEARNERS))
def test_only_a_learner_that_follows_the_strategy_has_stages_that_are_still_to_come(name: str):
    learner, strategy = LEARNERS.entry(name), {"name": "freeze_until", "epoch": 3}
    told = heard(started(5), *epochs(0, 1), learner=name, strategy=strategy).to_json(300)
    assert {len(stage["scales"]) for stage in told["stages"]} == {5 if learner.follows_strategy else 2}
    assert (told["learner"], told["round"], told["without"]) == (name, learner.round, learner.without)
