"""Watch: every state a run can be in, what can be asked of it there, and that whatever people typed stays text."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.scripted_run import started
from core.recipe import Recipe
from core.runs.liveness import held
from core.runs.record import Record
from core.service import Workbench
from core.service.sweeping import begin
from tests.conftest import HOSTILE_NAME
from tests.pages.reading import as_read, everything_said, plainly
from tests.pages.told_runs import epochs, told

pytestmark = pytest.mark.usefixtures("no_ticks")


def watch(app: AppTest, run: str = "", **state: Any) -> AppTest:
    if run:
        app.query_params["watch_run"] = run
    for key, value in state.items():
        app.session_state[key] = value
    app.run().switch_page("pages/watch.py").run()
    assert not app.exception
    return app


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def primary(app: AppTest) -> list[str]:
    return [button.label for button in app.button if button.proto.type == "primary"]


def test_an_empty_home_without_the_sample_leads_to_train(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_SAMPLE", "0")
    watch(app)
    assert "There is no run to watch yet" in everything_said(app) and primary(app) == ["Train one"]


def test_a_finished_run_shows_its_curves_and_leads_to_its_mistakes(
    app: AppTest, home_with_a_run: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("THAW_HOME", str(home_with_a_run))
    watch(app)
    assert "All 2 epochs are done." in plainly(app) and primary(app) == ["See its mistakes"]
    assert " to " in next(each.value for each in app.markdown if "Best epoch" in each.value)
    assert len(app.get("vega_lite_chart")) == 3
    assert HOSTILE_NAME not in everything_said(app)
    app.button(key="watch_mistakes").click().run()
    assert not app.exception and app.title[0].value == "Mistakes"


def test_a_run_at_work_tells_its_epoch_and_the_time_left_and_can_be_stopped_or_paused(app: AppTest, record: Record):
    run = told(record, started(4), *epochs(2))
    with held(record.folder(run)):
        watch(app, run)
        assert "Learning: epoch 3 of 4, about" in plainly(app)
        assert {"Stop", "Pause"} <= set(labels(app)) and not primary(app)
        app.button(key="watch_stop").click().run()
        assert "Stopping" in plainly(app) and "Stop" not in labels(app)
    assert record.find(run).state == "stopped", "nobody held it any more"


def test_a_run_that_looks_at_pictures_first_tells_how_far_it_is(app: AppTest, record: Record):
    looks = [{"kind": "looked", "elapsed": 2.0 + at, "pictures": 1000 * at, "of": 3869} for at in (1, 2)]
    run = told(record, started(4), *looks)
    with held(record.folder(run)):
        watch(app, run)
        assert "Before epoch 1 of 4: what is frozen looks at the pictures, about 2 s left." in plainly(app)
        assert [bar.proto.text for bar in app.get("progress")] == ["2,000 of 3,869 pictures"]
        assert {"Stop", "Pause"} <= set(labels(app))


def test_a_run_that_was_stopped_tells_how_far_it_is_with_judging(app: AppTest, record: Record):
    judging = {"kind": "looked", "elapsed": 20.0, "pictures": 640, "of": 10_000, "purpose": "judging"}
    run = told(record, started(4), *epochs(2), judging)
    with held(record.folder(run)):
        watch(app, run)
        assert "Learning: epoch 3 of 4" in plainly(app), "validation comes after every epoch"
        assert [bar.proto.text for bar in app.get("progress")] == ["2 of 4 epochs"]
        app.button(key="watch_stop").click().run()
        assert [bar.proto.text for bar in app.get("progress")] == ["640 of 10,000 pictures"]
        assert "Stopping: it still judges pictures that were held out." in plainly(app)


def test_a_run_that_says_nothing_is_marked_with_since_when(app: AppTest, record: Record):
    run = told(record, started(4))
    with record.store.writing() as db:
        db.execute("UPDATE runs SET heard = heard - 60 WHERE id = ?", [run])
    with held(record.folder(run)):
        assert "no news for 1 min" in plainly(watch(app, run))


def test_a_run_that_waits_tells_its_place_and_who_comes_before(app: AppTest, record: Record, bench: Workbench):
    record.create(Recipe(), name="the one before", engine=bench.engine.name)
    run = record.create(Recipe(seed=1), name="the one after", engine=bench.engine.name)
    watch(app, run, watch_queue_open=True)
    assert "Waiting: place 2 in the queue, it may start in" in plainly(app)
    assert "Before it: the one before (queued)" in plainly(app)
    assert list(app.dataframe[0].value["name"]) == ["the one before", "the one after"]
    app.selectbox(key="watch_queue_run").set_value(run).run()
    app.button(key="watch_queue_stop").click().run()
    assert record.find(run).state == "stopped"


def test_a_failed_run_tells_its_reason_what_to_do_and_in_a_fold_where_it_stood(app: AppTest, record: Record):
    reason = "The folder ![](http://a/x.png) is **empty**; put pictures there."
    run = told(record, started(4), state="failed", reason=reason)
    (record.folder(run) / "traceback.txt").write_text("Traceback\nZeroDivisionError: a bug\n")
    watch(app, run, watch_log_open=True)
    assert reason in plainly(app) and reason not in everything_said(app)
    assert "Mend what the reason names" in app.info[0].value and primary(app) == ["Resume"]
    assert "ZeroDivisionError: a bug" in "\n".join(each.value for each in app.code)


@pytest.mark.parametrize("state", ["diverged", "lost", "stopped", "paused"])
def test_every_other_end_is_a_sentence_with_its_reason(app: AppTest, record: Record, state: str):
    run = told(record, started(4), *epochs(1), state=state, reason="For a reason.")
    watch(app, run)
    assert "For a reason." in plainly(app)
    assert ("Resume" in labels(app)) == (state != "diverged")


def test_an_end_that_its_reason_names_is_told_once(app: AppTest, record: Record):
    run = told(record, started(4), *epochs(1), state="stopped", reason="Stopped on request.")
    assert "Stopped: Stopped" not in plainly(watch(app, run)) and "Stopped on request." in plainly(app)


def test_a_run_that_pauses_keeps_its_bar_until_it_goes_on(app: AppTest, record: Record):
    run = told(record, started(4), *epochs(2), state="pausing", reason="It was asked to.")
    record.store.move(run, "paused", "Paused on request.")
    watch(app, run)
    (bar,) = app.get("progress")
    assert (bar.proto.text, bar.proto.value) == ("2 of 4 epochs", 50)


def test_a_run_that_was_killed_is_told_as_lost(app: AppTest, record: Record):
    run = told(record, started(4), *epochs(1))
    assert "Lost: " in plainly(watch(app, run))


def test_an_alarm_opens_the_truth_meter_by_itself_and_is_a_sentence(app: AppTest, record: Record):
    moved = epochs(2)
    for each in moved:
        if each["kind"] == "epoch_ended":
            each["stages"][0]["moved"] = 0.25 * each["epoch"]
    run = told(record, started(2), *moved, state="done", reason="All.")
    watch(app, run)
    assert as_read(app.error[0].value) == "stem was frozen, but its weights moved by 0.25 in epoch 2."
    app.session_state["watch_truth_open"] = False
    assert not app.run().error, "it is opened once, and then left to its reader"


def test_what_was_frozen_and_kept_still_raises_no_alarm(app: AppTest, record: Record):
    run = told(record, started(2), *epochs(2), state="done", reason="All.")
    watch(app, run, watch_truth_open=True)
    assert not app.error and "distance from the start" in list(app.dataframe[0].value)


@pytest.mark.parametrize("by", ["epoch", "step", "seconds"])
def test_the_curves_can_be_drawn_by_epoch_step_and_second(app: AppTest, record: Record, by: str):
    run = told(record, started(2), *epochs(2), state="done", reason="All.")
    watch(app, run, watch_by=by, watch_table_open=True, watch_anatomy_open=True)
    assert len(app.get("vega_lite_chart")) == 4
    assert list(app.dataframe[0].value["epoch"]) == [1, 2]
    assert list(app.dataframe[1].value) == ["epoch", "cross-entropy", "l2"]


def test_names_notes_and_tags_are_written_and_stay_text(app: AppTest, record: Record):
    run = told(record, started(2), state="done", reason="All.", name="before")
    watch(app, run, watch_notes_open=True)
    app.text_input[0].set_value(HOSTILE_NAME)
    app.text_area[0].set_value(f"seen {HOSTILE_NAME}")
    next(each for each in app.button if each.label == "Save").click().run()
    assert not app.exception
    row = record.find(run)
    assert (row.name, row.note) == (HOSTILE_NAME, f"seen {HOSTILE_NAME}")
    record.tag(row, [HOSTILE_NAME[:60]], [])
    said = everything_said(app.run()) + "".join(each.label for each in app.expander)
    assert HOSTILE_NAME[:60] not in said


def test_an_empty_name_is_refused_in_a_sentence(app: AppTest, record: Record):
    run = told(record, started(2), state="done", reason="All.")
    watch(app, run, watch_notes_open=True)
    app.text_input[0].set_value(" ")
    next(each for each in app.button if each.label == "Save").click().run()
    assert "name can" in as_read(app.error[0].value) and record.find(run).name == "told"


def test_the_priority_of_a_run_that_waits_can_be_changed(app: AppTest, record: Record):
    run = record.create(Recipe(), name="waits", engine="local")
    watch(app, run, watch_notes_open=True)
    app.number_input[0].set_value(7)
    next(each for each in app.button if each.label == "Save").click().run()
    assert record.find(run).priority == 7


def test_its_recipe_is_carried_to_train_and_shown_with_the_command_that_repeats_it(app: AppTest, record: Record):
    run = told(record, started(2), state="done", reason="All.", lr=0.005)
    watch(app, run, watch_recipe_open=True)
    shown = "\n".join(each.value for each in app.code)
    assert '"lr": 0.005' in shown and "python -m core train" in shown
    app.button(key="watch_clone").click().run()
    assert app.session_state["train_recipe"]["lr"] == 0.005 and app.title[0].value == "Train"


def test_a_member_of_a_sweep_shows_the_mean_and_the_spread_of_each_combination(app: AppTest, record: Record):
    care = {"engine": "", "check": lambda recipe: recipe, "submit": record.create}
    made = begin(record, Recipe(epochs=1), grid=["lr=0.1,0.2"], seeds=2, name="rates <b>", **care)
    for place, run in enumerate(made["runs"]):
        attempt = record.store.begin(run, "It is trained.", "cpu")
        record.store.move(run, "done", "All.", attempt=attempt, accuracy=0.5 + place / 10, seconds=1.0)
    watch(app, made["runs"][0], watch_sweep_open=True)
    assert "Sweep rates \\<b\\>: 4 of 4 done" in [each.label for each in app.expander]
    table = app.dataframe[0].value
    assert list(table["choice"]) == ["lr 0.1", "lr 0.2"]
    assert list(table["validation"])[0] == "60.0% ± 14.1 over 2 seeds"
    app.selectbox(key="watch_sibling").set_value(made["runs"][2]).run()
    app.button(key="watch_go_to_sibling").click().run()
    assert app.selectbox(key="watch_run").value == made["runs"][2]


def test_an_old_run_is_found_by_its_address_and_by_its_sweep(
    app: AppTest, record: Record, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("pages.shared.picker.NEWEST", 1)
    care = {"engine": "", "check": lambda recipe: recipe, "submit": record.create}
    first, second, _ = begin(record, Recipe(epochs=1), grid=["lr=0.1,0.2,0.3"], **care)["runs"]
    watch(app, first, watch_sweep_open=True)
    assert app.selectbox(key="watch_run").value == first
    app.selectbox(key="watch_sibling").set_value(second).run()
    app.button(key="watch_go_to_sibling").click().run()
    assert not app.exception and app.selectbox(key="watch_run").value == second


def test_a_run_that_is_not_there_is_a_sentence_and_the_others_can_be_watched(app: AppTest, record: Record):
    told(record, started(2), state="done", reason="All.")
    watch(app, "zzzzzz")
    assert "was not found" in app.warning[0].value


def test_a_record_that_cannot_be_read_is_one_sentence(app: AppTest, home_folder: Path):
    home_folder.mkdir()
    (home_folder / "runs.sqlite").write_bytes(b"this is no database, and never was one" * 100)
    watch(app)
    assert len(app.error) == 1


def test_the_sample_is_watched_like_any_run_and_cannot_be_written_on(app: AppTest):
    watch(app, "sample", watch_notes_open=True)
    assert "See its mistakes" in labels(app) and not {"Save", "Delete this run"} & set(labels(app))
