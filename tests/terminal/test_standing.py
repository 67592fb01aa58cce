"""How runs stand, told to scripts and to people: the queue in its order, a run's thinned curves, its alarms."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.scripted_run import said_in, started
from core.home import Home
from core.recipe import Recipe
from core.runs.liveness import held
from core.runs.record import Record
from tests.typed import typed


@pytest.fixture
def record(home_folder: Path) -> Iterator[Record]:
    record = Record(Home(home_folder))
    yield record
    record.close()


def told(record: Record, epochs: int, moved: float = 0.0) -> str:
    run = record.create(Recipe(epochs=epochs), name="told")
    record.store.begin(run, "It is trained.", "cpu")
    said = [each for number in range(epochs) for each in said_in(number, 4.0)]
    next(each for each in said if each["kind"] == "epoch_ended")["stages"][0]["moved"] = moved
    record.store.say(run, [started(epochs), *said])
    record.store.move(run, "done", "All.", seconds=10.0)
    return run


def test_the_queue_is_told_in_the_order_of_turns_which_a_priority_changes(
    record: Record, capsys: pytest.CaptureFixture
):
    assert "nothing waits" in typed(capsys, "queue").out
    first, second = (record.create(Recipe(seed=seed), name=f"seed {seed}", engine="local") for seed in range(2))
    busy = record.create(Recipe(seed=9))
    with held(record.folder(busy)):
        record.store.begin(busy, "It is trained.", "cpu")
        assert typed(capsys, "priority", second, "5", "--json").json == {"run": second, "priority": 5}
        lineup = typed(capsys, "queue", "--json").json
        assert [each["run"] for each in lineup["at_work"]] == [busy]
        assert [each["run"] for each in lineup["waiting"]] == [second, first]
        people = typed(capsys, "queue").out
        assert people.index("running") < people.index("seed 1") < people.index("seed 0")


def test_the_priority_of_a_run_that_has_ended_is_refused(record: Record, capsys: pytest.CaptureFixture):
    said = typed(capsys, "priority", told(record, 1), "5")
    assert said.code == 2 and "only one that waits or rests" in said.err


def test_a_runs_curves_are_told_in_so_many_points(record: Record, capsys: pytest.CaptureFixture):
    run = told(record, 30)
    story = typed(capsys, "show", run, "--points", "7", "--json").json
    assert (len(story["epochs"]), len(story["steps"]), story["epochs_done"]) == (7, 7, 30)
    assert "30 of 30 epochs" in typed(capsys, "show", run, "--points", "7").out


def test_how_far_the_pictures_are_is_told_before_the_first_step(record: Record, capsys: pytest.CaptureFixture):
    run = record.create(Recipe(epochs=4), name="looking")
    looks = [{"kind": "looked", "elapsed": 2.0 + at, "pictures": 1000 * at, "of": 3869} for at in (1, 2)]
    with held(record.folder(run)):
        record.store.begin(run, "It is trained.", "cpu")
        record.store.say(run, [started(4), *looks])
        story = typed(capsys, "show", run, "--points", "7", "--json").json
        left = pytest.approx(1.869)
        assert story["looking"] == {"purpose": "features", "pictures": 2000, "of": 3869, "seconds_left": left}
        assert "2,000 of 3,869 pictures looked at, 1.9 s left" in typed(capsys, "show", run, "--points", "7").out
        record.store.say(run, [{**looks[0], "elapsed": 9.0, "purpose": "judging"}])
        assert "1,000 of 3,869 pictures judged\n" in typed(capsys, "show", run, "--points", "7").out
    dead = typed(capsys, "show", run, "--points", "7").out
    assert "lost" in dead and "looked at" not in dead


def test_a_frozen_stage_that_moved_is_told_wherever_the_run_is(record: Record, capsys: pytest.CaptureFixture):
    run = told(record, 1, moved=0.25)
    sentence = "stem was frozen, but its weights moved by 0.25 in epoch 1."
    assert [each["sentence"] for each in typed(capsys, "show", run, "--json").json["alarms"]] == [sentence]
    for command in (["show", run], ["show", run, "--points", "9"]):
        assert sentence in typed(capsys, *command).out
    assert typed(capsys, "show", told(record, 1), "--json").json["alarms"] == []


def test_the_traceback_of_a_bug_is_told_with_the_log(record: Record, capsys: pytest.CaptureFixture):
    run = record.create(Recipe())
    record.store.begin(run, "It is trained.", "cpu")
    record.store.move(run, "failed", "A bug.")
    (record.folder(run) / "traceback.txt").write_text("Traceback\nZeroDivisionError: a bug\n")
    assert "ZeroDivisionError: a bug" in typed(capsys, "logs", run).out
    assert typed(capsys, "logs", run, "--json").json["traceback"][-1] == "ZeroDivisionError: a bug"
