"""What scripts rely on: the keys and the meaning of `runs` and `show`, whatever became of the run."""

import json

import pytest

from core.errors import DataError, NotFound, RecordError
from core.recipe import Recipe
from core.runs.liveness import held
from core.runs.record import Record
from core.service import Workbench
from tests.short_learner import train

pytestmark = pytest.mark.usefixtures("short_learner")


def test_a_line_of_the_list_holds_what_scripts_rely_on(bench: Workbench, record: Record):
    train(record, name="first", epochs=1)
    run = train(record, name="second", epochs=2)
    lines = bench.runs()
    assert [line["name"] for line in lines] == ["second", "first"]
    newest = lines[0]
    assert (newest["run"], newest["state"], newest["dataset"]) == (run, "done", "digits")
    assert (newest["backbone"], newest["strategy"]) == ("thaw_small", "full")
    assert newest["accuracy"] == pytest.approx(2 / 3) and newest["seconds"] == 100.0
    assert newest["created"].endswith("+00:00")
    assert [line["name"] for line in bench.runs(limit=1, before=run)] == ["first"]
    assert bench.runs(state="failed") == []


def test_a_run_is_shown_with_the_best_epochs_scores_and_the_last_ones_beside_them(bench: Workbench, record: Record):
    run = train(record, epochs=2)
    shown = bench.show(run)
    assert shown["state"] == "done" and shown["recipe"]["epochs"] == 2
    assert shown["parameters"] == {"trained": 5, "total": 9}
    assert [each["epoch"] for each in shown["epochs"]] == [0, 1] and shown["best_epoch"] == 0
    assert {"train_loss", "val_loss", "val_accuracy", "lr_scales"} <= set(shown["epochs"][0])
    assert (shown["val"]["n"], shown["val"]["right"], shown["val"]["confusion"]) == (3, 2, [[1, 0], [1, 1]])
    assert [each["label"] for each in shown["val"]["classes"]] == ["ant", "bee"]
    assert "test" not in shown  # the story has no test split
    assert shown["last"]["val"]["accuracy"] == pytest.approx(2 / 3)
    assert shown["best"].endswith(f"{run}/best") and shown["plan"] == {"precision": "float32"}
    assert shown["environment"]["data"] == "hash of data"
    assert json.loads(json.dumps(shown)) == shown


def test_a_run_that_failed_before_it_began_is_shown_with_its_sentence(bench: Workbench, record: Record):
    run = train(record, lr=13)
    shown = bench.show(run)
    assert shown["state"] == "failed" and "0 trainable parameters" in shown["reason"]
    assert shown["best"] is None and shown["epochs"] == [] and "val" not in shown


def test_a_run_can_be_looked_at_while_it_learns(bench: Workbench, record: Record):
    run = record.create(Recipe())
    assert bench.show(run)["state"] == "queued"
    with held(record.folder(run)):
        record.store.move(run, "running", "At work.")
        record.store.say(run, [{"kind": "notice", "elapsed": 3.5, "topic": "memory", "message": "halved"}])
        shown = bench.show(run)
    assert (shown["state"], shown["seconds"]) == ("running", 3.5)
    assert shown["notices"] == [{"topic": "memory", "message": "halved"}]


def test_after_a_resume_an_epoch_is_told_once_as_it_was_last(bench: Workbench, record: Record):
    run = record.create(Recipe())
    for loss in (0.9, 0.5):
        record.store.say(run, [{"kind": "epoch_ended", "elapsed": 1.0, "epoch": 0, "val_loss": loss}])
    assert [each["val_loss"] for each in bench.show(run)["epochs"]] == [0.5]


def test_events_are_read_on_from_where_one_stopped(bench: Workbench, record: Record):
    run = train(record, epochs=1)
    first = bench.events(run, limit=3)
    assert first[0]["kind"] == "started"
    rest = bench.events(run, after=first[-1]["number"])
    assert rest[-1]["kind"] == "finished" and rest[0]["number"] == first[-1]["number"] + 1


def test_notes_names_and_tags_stay_with_the_run(bench: Workbench, record: Record):
    run = train(record)
    assert bench.rename(run, "the good one") == {"run": run, "name": "the good one"}
    assert bench.note("the good one", "keep <b>this</b>") == {"run": run, "note": "keep <b>this</b>"}
    assert bench.tag(run, ["b", "a"])["tags"] == ["a", "b"]
    assert bench.tag(run, [], ["b", "never there"])["tags"] == ["a"]
    shown = bench.show(run)
    assert (shown["name"], shown["note"], shown["tags"]) == ("the good one", "keep <b>this</b>", ["a"])


def test_a_deleted_run_is_gone_and_says_so(bench: Workbench, record: Record):
    run = train(record)
    assert bench.delete(run) == {"run": run, "state": "deleted"}
    for ask in (bench.show, bench.events, bench.delete):
        with pytest.raises(NotFound, match="was not found"):
            ask(run)


def test_two_runs_are_compared_picture_by_picture(bench: Workbench, record: Record):
    a, b = train(record, seed=1), train(record, seed=2, lr=0.01)
    found = bench.compare([a, b])
    assert found["split"] == "val" and [each["right"] for each in found["runs"]] == [2, 2]
    assert found["differences"] == {"lr": {a: 0.001, b: 0.01}, "seed": {a: 1, b: 2}}
    pair = found["pairs"][0]
    assert (pair["a"], pair["b"], pair["about"], pair["verdict"]) == (a, b, "runs", "too_close")
    assert (pair["only_a_right"], pair["only_b_right"], pair["p_value"]) == (0, 0, 1.0)
    with pytest.raises(RecordError, match="two different runs"):
        bench.compare([a, a])


def test_recipes_are_compared_where_each_has_three_seeds(bench: Workbench, record: Record):
    runs = [train(record, seed=seed, lr=lr) for lr in (0.1, 0.2) for seed in range(3)]
    pairs = bench.compare(runs)["pairs"]
    assert [pair["about"] for pair in pairs].count("runs") == 15
    (recipes,) = [pair for pair in pairs if pair["about"] == "recipes"]
    assert list(recipes["seeds"]) == [3, 3] and recipes["verdict"] == "too_close"


def test_one_seed_trained_again_is_no_second_seed(bench: Workbench, record: Record):
    runs = [train(record, seed=0, lr=lr) for lr in (0.1, 0.2) for _ in range(3)]
    assert {pair["about"] for pair in bench.compare(runs)["pairs"]} == {"runs"}


def test_too_few_seeds_are_said_to_be_too_few(bench: Workbench, record: Record):
    runs = [train(record, seed=seed, lr=lr) for lr in (0.1, 0.2) for seed in range(2)]
    (recipes,) = [pair for pair in bench.compare(runs)["pairs"] if pair["about"] == "recipes"]
    assert recipes["verdict"] == "too_close" and "three seeds" in recipes["reason"]


def test_a_run_without_predictions_is_not_compared(bench: Workbench, record: Record):
    a, b = train(record), train(record, lr=13)
    with pytest.raises(DataError, match="has said nothing about a val split by its best weights"):
        bench.compare([a, b])


def test_what_a_resumed_run_tells_anew_is_shown_once(bench: Workbench, record: Record):
    """Three epochs, a snapshot after the first, a kill in the third, and the second told anew."""
    run = record.create(Recipe(epochs=3))
    started = {"kind": "started", "elapsed": 0.0, "resumed": False}
    paused = {"kind": "finished", "elapsed": 3.0, "state": "paused", "best_epoch": 2, "seconds": {}}
    noticed = {"kind": "notice", "elapsed": 0.0, "topic": "pooling", "message": "It pools."}

    def epoch(number: int, loss: float) -> dict[str, object]:
        return {"kind": "epoch_ended", "elapsed": number, "epoch": number, "train_loss": loss}

    first = [started, noticed, epoch(0, 0.9), epoch(1, 0.8), epoch(2, 0.7), paused]
    record.store.say(run, first)
    assert bench.show(run)["best_epoch"] == 2
    record.store.say(run, [{**started, "resumed": True}, noticed, epoch(1, 0.8)])
    shown = bench.show(run)
    assert [each["epoch"] for each in shown["epochs"]] == [0, 1]
    assert len(shown["notices"]) == 1 and shown["best_epoch"] is None
    record.store.say(run, [started, epoch(0, 0.5)])
    assert [each["train_loss"] for each in bench.show(run)["epochs"]] == [0.5]


def test_a_run_at_work_tells_for_how_long_it_has_been_silent(bench: Workbench, record: Record):
    run = record.create(Recipe())
    assert bench.glance(run)["quiet_for"] is None
    with held(record.folder(run)):
        record.store.begin(run, "It is trained.", "cpu")
        assert 0 <= bench.glance(run)["quiet_for"] < 60
        assert bench.glance(run)["attempt"] == 1
