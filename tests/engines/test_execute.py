"""What remains of a run, however it ends: its state, its reason, its events and its folders."""

from collections.abc import Callable
from contextlib import suppress

import pytest
import torch

from core.engines.base import Learning, execute, learner_of
from core.engines.immediate import Immediate
from core.events import Event
from core.recipe import Recipe
from core.runs.folders import read_json
from core.runs.liveness import is_held
from core.runs.log import RunLog
from core.runs.predictions import kept_score, read_predictions
from core.runs.record import Record
from core.runs.states import State
from core.runs.store import RunRow
from tests.short_learner import begun

pytestmark = pytest.mark.usefixtures("short_learner")


def ask(record: Record, run: str, state: State) -> None:
    record.store.move(run, state, "Asked to.", only_from="running")


def train(record: Record, **choices: object) -> RunRow:
    run = record.create(Recipe(**choices))  # type: ignore[arg-type]
    Immediate(record).submit(run, "cpu")
    return record.find(run)


def test_a_run_that_ends_well_is_done_with_its_accuracy_seconds_and_folders(record: Record):
    row = train(record, epochs=2)
    folder = record.folder(row.id)
    assert (row.state, row.reason, row.seconds) == ("done", "All epochs were run.", 100.0)
    assert row.accuracy == pytest.approx(2 / 3)  # the restored best epoch's, not the last one told
    assert row.started and row.ended and row.device == "cpu"
    assert (folder / "best" / "model.safetensors").exists()
    assert read_json(folder / "environment.json") == {
        "device": "cpu",
        "data": "hash of data",
        "weights": "hash of weights",
        "plan": {"precision": "float32"},
    }
    assert Recipe.parse(read_json(folder / "recipe.json")) == Recipe(epochs=2)


def test_the_last_step_of_an_epoch_is_kept_before_its_end_and_the_others_are_thinned(record: Record):
    row = train(record, epochs=2)
    told = [(each["kind"], each.get("step")) for each in record.store.events(row.id)]
    assert [number for number, (kind, _) in enumerate(told, 1) if kind == "started"] == [1]
    for epoch in range(2):
        last = epoch * 10 + 9
        assert told.index(("step", last)) == told.index(("epoch_ended", last)) - 1
    assert sum(kind == "step" for kind, _ in told) < 20
    assert told[-1][0] == "finished"


def test_predictions_are_columns_and_their_score_is_worked_out_once(record: Record):
    row = train(record, epochs=1)
    folder, asked = record.folder(row.id), []
    predictions = read_predictions(folder, "val", "best")
    assert predictions is not None
    assert predictions.files == ["a", "b", "c"] and predictions.right.tolist() == [True, True, False]
    for _ in range(2):
        score = kept_score(folder, "val", "best", lambda found: asked.append(found) or {"n": len(found.files)})
        assert score == {"n": 3}
    assert len(asked) == 1
    assert kept_score(folder, "test", "best", lambda found: {}) is None


def test_a_failure_that_a_user_can_mend_is_a_failed_run_with_the_sentence(record: Record):
    row = train(record, lr=13)
    assert (row.state, row.reason) == (
        "failed",
        "The network has 0 trainable parameters; choose another strategy.",
    )
    assert not (record.folder(row.id) / "traceback.txt").exists()


def test_a_bug_is_raised_on_and_its_traceback_is_kept_with_the_run(record: Record):
    run = record.create(Recipe(lr=14))
    with pytest.raises(ZeroDivisionError):
        Immediate(record).submit(run, "cpu")
    row = record.find(run)
    assert (row.state, row.reason) == ("failed", "A bug: ZeroDivisionError: a bug")
    assert "_misfortune" in (record.folder(run) / "traceback.txt").read_text()


def test_a_run_interrupted_from_the_keyboard_is_stopped_and_the_interrupt_goes_on(record: Record):
    run = record.create(Recipe(lr=15))
    with pytest.raises(KeyboardInterrupt):
        Immediate(record).submit(run, "cpu")
    assert record.find(run).state == "stopped"
    assert not is_held(record.folder(run))


def test_the_run_is_held_while_it_learns_and_the_listener_hears_every_step(record: Record):
    run, heard = record.create(Recipe(epochs=1)), []

    def listen(event: Event) -> None:
        heard.append((event.kind, is_held(record.folder(run)), record.find(run).state))

    Immediate(record).submit(run, "cpu", listen)
    assert [kind for kind, _, _ in heard].count("step") == 10
    assert all(alive for _, alive, _ in heard)
    assert {state for kind, _, state in heard if kind != "finished"} == {"running"}


@pytest.mark.parametrize(("asked", "state"), [("stopping", "stopped"), ("pausing", "paused")])
def test_what_the_owner_wishes_reaches_the_learner_at_a_next_step(
    record: Record, asked: State, state: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.runs.desk.SECONDS_BETWEEN_LOOKS", 0)
    run, desk = begun(record, Recipe(epochs=3))
    log = RunLog(desk, on_event=lambda event: ask(record, run, asked) if event.kind == "step" else None)
    execute(Recipe(epochs=3), log, "cpu")
    assert record.find(run).state == state
    assert (log.state is not None) == (asked == "pausing")


def test_a_paused_run_goes_on_from_its_snapshot_with_the_plan_it_began_with(record: Record):
    run, desk = begun(record, Recipe(epochs=1))
    record.store.move(run, "pausing", "Asked to.")
    execute(Recipe(epochs=1), RunLog(desk), "cpu")
    record.requeue(run)
    Immediate(record).submit(run, "cpu")
    started = [each for each in record.store.told(run) if each["kind"] == "started"]
    assert [each["resumed"] for each in started] == [False, True]
    assert started[1]["plan"] == {"precision": "float32"}
    assert record.find(run).state == "done"
    assert desk.state() is None  # what a finished run could go on from is only weight


@pytest.mark.parametrize("ends", ["of itself", "by ctrl-c"])
def test_whatever_ends_a_run_its_best_weights_are_written_by_then(
    record: Record, monkeypatch: pytest.MonkeyPatch, ends: str
):
    monkeypatch.setattr("core.runs.log.SHARE_FOR_BETTER", 1e-9)
    asked = []

    def interrupt(event: Event) -> None:
        asked.append(event.kind)
        if ends == "by ctrl-c" and asked.count("improved") == 3:
            raise KeyboardInterrupt

    run, desk = begun(record, Recipe(epochs=4))
    written: list[str] = []
    monkeypatch.setattr(desk, "keep", lambda name, save: written.append(name))
    with suppress(KeyboardInterrupt):
        execute(Recipe(epochs=4), RunLog(desk, on_event=interrupt), "cpu")
    assert written.count("best") == 2, "the first, and the last"
    assert record.find(run).state == ("done" if ends == "of itself" else "stopped")


def test_what_a_run_sets_for_its_process_is_as_before_in_the_end(record: Record, monkeypatch: pytest.MonkeyPatch):
    before = torch.get_num_threads()

    def greedy(recipe: Recipe) -> Callable[..., Learning]:
        def learn(*given: object, **more: object) -> Learning:
            torch.set_num_threads(before + 1)
            yield from learner_of(recipe)(*given, **more)

        return learn

    monkeypatch.setattr("core.engines.base.learner_of", greedy)
    assert train(record, epochs=2).state == "done"
    assert torch.get_num_threads() == before
