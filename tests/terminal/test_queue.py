"""The commands for runs in the background, with a real engine: their JSON, their sentences, their exit codes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.home import Home
from core.recipe import Recipe
from core.service import Workbench
from tests.engine_of_test import supervisors_of, wait_until
from tests.terminal.conftest import ENDLESS
from tests.typed import QUICK, typed


@pytest.fixture
def at_once(home_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The engine that trains in this process."""
    monkeypatch.setenv("THAW_ENGINE", "immediate")
    return home_folder


@pytest.fixture
def asleep(home_folder: Path) -> Iterator[Workbench]:
    """A home where runs wait and nobody comes: as after the engine was killed, for whoever looks without waking it."""
    bench = Workbench(Home(home_folder))
    yield bench
    bench.close()


def wait(bench: Workbench, count: int = 1) -> list[str]:
    """Runs that wait in the care of the local engine, without its having been woken."""
    from core.recipe import Recipe

    return [bench.record.create(Recipe(seed=seed), name=f"waits {seed}", engine="local") for seed in range(count)]


def test_a_submitted_run_is_trained_by_somebody_else_and_its_twin_is_the_answer(
    bench: Workbench, capsys: pytest.CaptureFixture
):
    said = typed(capsys, "submit", *QUICK, "--name", "first", "--json")
    run = said.json["run"]
    assert (said.code, said.json) == (0, {"run": run, "state": "queued", "reused": False})
    wait_until(lambda: bench.glance(run)["state"] == "done")
    line = bench.glance(run)
    assert (line["engine"], line["attempt"], line["owner"], line["sweep"]) == ("local", 1, "", "")
    assert (line["position"], line["starts_in"], line["quiet_for"]) == (None, None, None)
    assert typed(capsys, "submit", *QUICK, "--json").json == {"run": run, "state": "done", "reused": True}
    assert "--again trains it anew" in typed(capsys, "submit", *QUICK).out
    again = typed(capsys, "submit", *QUICK, "--again", "--priority", "3")
    assert again.code == 0 and "--follow" in again.out
    newest = bench.runs()[0]
    assert newest["run"] != run and newest["run"] in again.out and newest["priority"] == 3


def test_stop_pause_and_resume_say_where_they_have_led(bench: Workbench, capsys: pytest.CaptureFixture):
    runs = [typed(capsys, "submit", *ENDLESS, "--set", f"seed={n}", "--json").json["run"] for n in range(4)]
    wait_until(lambda: len(bench.show(runs[0])["epochs"]) and bench.glance(runs[1])["state"] == "running")
    listed = {each["run"]: each for each in typed(capsys, "runs", "--json").json["runs"]}
    assert [listed[run]["position"] for run in runs] == [None, None, 1, 2]
    assert listed[runs[3]]["starts_in"] >= listed[runs[2]]["starts_in"] > 0
    assert listed[runs[0]]["quiet_for"] >= 0 and listed[runs[2]]["quiet_for"] is None
    assert "queued, place 2" in typed(capsys, "runs").out
    assert "queued, place 2" in typed(capsys, "show", runs[3]).out

    status = typed(capsys, "supervisor", "status", "--json").json
    assert (status["alive"], status["slots"]) == (True, 2)
    assert (set(status["running"]), set(status["queued"])) == (set(runs[:2]), set(runs[2:]))
    assert "2 places (cpu, cpu)" in typed(capsys, "supervisor", "status").out

    assert typed(capsys, "pause", runs[0], "--json").json == {"run": runs[0], "state": "pausing"}
    wait_until(lambda: bench.glance(runs[0])["state"] == "paused")
    assert typed(capsys, "resume", runs[0], "--json").json == {"run": runs[0], "state": "queued"}
    stopped = typed(capsys, "stop", *runs, "--json")
    assert stopped.code == 0 and [each["run"] for each in stopped.json["runs"]] == runs
    wait_until(lambda: {each["state"] for each in bench.runs()} == {"stopped"})
    assert typed(capsys, "logs", runs[3], "--json").json["lines"] == []  # it never began


def test_what_cannot_be_done_to_one_run_is_done_to_the_others(asleep: Workbench, capsys: pytest.CaptureFixture):
    (run,) = wait(asleep)
    said = typed(capsys, "stop", "nobody", run, "--json")
    assert said.code == 2
    assert said.json["runs"] == [{"run": run, "state": "stopped"}]
    assert said.json["refused"] == [said.err.strip()] and "'nobody' was not found" in said.err
    again = typed(capsys, "stop", run, "--json")
    assert (again.code, again.out) == (2, "") and "is stopped already" in again.err
    paused = typed(capsys, "pause", run)
    assert (paused.code, paused.out) == (2, "") and "only one that is running can be paused" in paused.err


def test_a_sweep_is_queued_shown_and_stopped_as_one(bench: Workbench, capsys: pytest.CaptureFixture):
    made = typed(capsys, "submit", *QUICK, "--grid", "lr=0.001,0.01", "--seeds", "2", "--name", "rates", "--json").json
    assert set(made) >= {"sweep", "name", "runs"} and len(made["runs"]) == 4
    wait_until(lambda: bench.sweep("rates")["state"] == "done")
    found = typed(capsys, "sweep", "rates", "--json").json
    assert (found["sweep"], {each["run"] for each in found["runs"]}) == (made["sweep"], set(made["runs"]))
    for group in found["groups"]:
        assert (group["done"], group["val"]["n"], group["test"]["n"]) == (2, 2, 2)
    told = typed(capsys, "sweep", "rates").out
    assert "4 done" in told and "±" in told and "lr=0.01" in told and "best" in told
    assert [each["sweep"] for each in typed(capsys, "sweeps", "--json").json["sweeps"]] == [made["sweep"]]
    assert "rates" in typed(capsys, "sweeps").out
    assert "have ended; there is nothing to stop" in typed(capsys, "stop", "rates").err

    words = [*ENDLESS, "--grid", "lr=0.001,0.01,0.1", "--halving", "--name", "long"]
    assert "has 3 runs" in typed(capsys, "submit", *words).out
    stopped = typed(capsys, "stop", "long", "--json").json
    assert stopped["name"] == "long" and len(stopped["runs"]) == 3
    wait_until(lambda: bench.sweep("long")["state"] == "stopped")


def test_a_sweep_beyond_the_limit_is_refused_whole(
    engine: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setenv("THAW_QUEUED_PER_OWNER", "3")
    said = typed(capsys, "submit", *QUICK, "--grid", "lr=0.1,0.01", "--seeds", "2")
    assert said.code == 2 and "4 more are asked for, and 3 is the limit" in said.err
    assert typed(capsys, "runs", "--json").json["runs"] == []
    assert typed(capsys, "sweeps", "--json").json["sweeps"] == []
    assert supervisors_of(engine) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["submit", "--grid", "lr"], "--grid: 'lr' is not possible"),
        (["submit", "--grid", "lr=0.1,-1"], "lr"),
        (["submit", "--seeds", "0"], "seeds"),
        (["submit", "--halving"], "halving"),
        (["submit", "not-there.json"], "can't be read"),
        (["sweep", "nobody"], "The sweep 'nobody' was not found"),
        (["stop", "nobody"], "The run 'nobody' was not found"),
        (["logs", "nobody"], "The run 'nobody' was not found"),
        (["show", "nobody", "--follow"], "The run 'nobody' was not found"),
        (["supervisor", "dance"], "invalid choice: 'dance'"),
    ],
)
def test_what_a_person_can_mend_is_one_sentence(
    home_folder: Path, words: list[str], told: str, capsys: pytest.CaptureFixture
):
    said = typed(capsys, *words)
    assert (said.code, said.out) == (2, "") and told in said.err
    assert len(said.err.splitlines()) == 1
    assert supervisors_of(Home(home_folder)) == []


def test_the_immediate_engine_trains_at_once(at_once: Path, capsys: pytest.CaptureFixture):
    said = typed(capsys, "submit", *QUICK, "--json")
    assert (said.code, said.json["state"]) == (0, "done")
    made = typed(capsys, "submit", *QUICK, "--seeds", "2", "--json").json
    assert typed(capsys, "sweep", made["sweep"], "--json").json["state"] == "done"
    assert typed(capsys, "supervisor", "status", "--json").json["alive"] is True


def test_training_in_the_foreground_takes_no_notice_of_the_engine(
    home_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setenv("THAW_ENGINE", "steam")
    assert typed(capsys, "train", *QUICK, "--json").json["state"] == "done"
    refused = typed(capsys, "submit", *QUICK, "--again")
    assert refused.code == 2 and "THAW_ENGINE is 'steam'; it can be local, immediate, ray." in refused.err


def test_looking_at_the_runs_wakes_the_engine_for_those_that_wait(bench: Workbench, capsys: pytest.CaptureFixture):
    (run,) = wait(bench)
    assert bench.engine_status()["alive"] is False
    typed(capsys, "runs")
    wait_until(lambda: bench.glance(run)["state"] == "running")


def test_doctor_tells_that_runs_wait_for_an_engine_that_died(asleep: Workbench, capsys: pytest.CaptureFixture):
    wait(asleep, 2)
    asleep.home.engine.mkdir()
    (asleep.home.engine / "local.log").write_text("Traceback\nTrainingError: THAW_SLOTS is 'x'\n\n")
    found = typed(capsys, "doctor", "--json").json
    assert found["engine"] == "local" and found["supervisor"]["alive"] is False
    assert len(found["supervisor"]["queued"]) == 2
    (problem,) = found["problems"]
    assert problem.startswith("2 runs wait, but the local engine is asleep")
    assert problem.endswith("Its log ends with: TrainingError: THAW_SLOTS is 'x'")
    assert "local, asleep, 0 running, 2 queued" in typed(capsys, "doctor").out


def test_doctor_tells_that_the_places_cannot_be_read(
    home_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setenv("THAW_SLOTS", "many")
    assert "THAW_SLOTS is 'many'" in typed(capsys, "doctor").out
    assert not home_folder.exists()


def test_the_log_of_a_worker_is_told_line_by_line(asleep: Workbench, capsys: pytest.CaptureFixture):
    (run,) = wait(asleep)
    assert "has printed nothing" in typed(capsys, "logs", run).out
    (asleep.record.folder(run) / "worker.log").write_text("one\ntwo\x1b[31m\nthree\n")
    told = typed(capsys, "logs", run, "--json").json
    assert told == {"run": run, "lines": ["one", "two\x1b[31m", "three"], "traceback": []}
    assert typed(capsys, "logs", run, "--last", "2").out == "two\\x1b[31m\nthree\n"
    assert json.loads(typed(capsys, "logs", run, "--last", "0", "--json").out)["lines"] == []


def test_a_setting_that_nobody_can_read_is_told_before_a_run_is_written_down(
    capsys: pytest.CaptureFixture, home_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("THAW_SLOTS", "many")
    said = typed(capsys, "submit", *QUICK)
    assert (said.code, said.out) == (2, "")
    assert said.err == "THAW_SLOTS is 'many'; give a number, or devices such as cuda:0,cuda:1,cpu.\n"
    assert typed(capsys, "runs", "--json").json == {"runs": []}


def test_runs_are_listed_even_if_nobody_can_be_woken_for_those_that_wait(
    capsys: pytest.CaptureFixture, home_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    Workbench(Home(home_folder)).record.create(Recipe(), name="waits", engine="ray")
    monkeypatch.setenv("THAW_ENGINE", "ray")
    monkeypatch.delenv("THAW_RAY_ADDRESS", raising=False)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    said = typed(capsys, "runs")
    assert said.code == 0 and "waits" in said.out
    assert "THAW_RAY_ADDRESS" in said.err and len(said.err.splitlines()) == 1


def test_what_no_device_can_do_fails_and_stands_in_nobodys_way_of_the_immediate_engine(
    capsys: pytest.CaptureFixture, at_once: Path
):
    odd = typed(capsys, "submit", *QUICK, "--device", "cuda:9", "--json").json
    assert (odd["state"], typed(capsys, "submit", *QUICK, "--json").json["state"]) == ("failed", "done")


def test_a_priority_beyond_all_measure_is_a_sentence(capsys: pytest.CaptureFixture, home_folder: Path):
    said = typed(capsys, "submit", *QUICK, "--priority", "9" * 20)
    assert (said.code, said.out) == (2, "") and said.err.startswith("A priority lies between")
    assert typed(capsys, "runs", "--json").json == {"runs": []}
