"""Following a run that really runs: on a terminal, in a pipe and for scripts; looking never changes it."""

import json
import subprocess
import sys

import pytest

from core.recipe import Recipe
from core.service import Workbench
from tests.engine_of_test import wait_until
from tests.terminal.conftest import ENDLESS
from tests.terminal.screen_of_test import Terminal
from tests.typed import PROJECT, QUICK, typed


def submit(capsys: pytest.CaptureFixture, *words: str) -> str:
    return typed(capsys, "submit", *words, "--json").json["run"]


def test_a_terminal_shows_a_run_in_place_survives_a_resize_and_ctrl_c_only_looks_away(
    bench: Workbench, capsys: pytest.CaptureFixture
):
    run = submit(capsys, *ENDLESS, "--name", "watched")
    window = Terminal("show", run, "--follow", columns=110)
    window.wait_for(lambda: window.shows("validation loss") and window.shows("epoch "))
    assert len(window.cells) < 20 and sum("validation loss" in line for line in window.cells) == 1
    assert window.longest < 110
    window.resize(50, 8)
    window.wait_for(lambda: window.longest)
    window.resize(50, 8)  # forgets the frame that was on its way while the window shrank
    window.wait_for(lambda: window.written.count("\x1b[2J") == 1 and window.longest)
    window.wait_for(lambda: window.shows("training loss"))
    assert window.longest < 50 and len(window.cells) < 8
    window.type(b"\x03")
    assert window.exit_code() == 130
    assert window.shows(f"The run {run} goes on; only the looking has ended.")
    heard = len(bench.show(run)["epochs"])
    wait_until(lambda: len(bench.show(run)["epochs"]) > heard)


def test_a_run_that_waits_shows_its_place(bench: Workbench, capsys: pytest.CaptureFixture, monkeypatch):
    monkeypatch.setenv("THAW_SLOTS", "1")
    submit(capsys, *ENDLESS)
    submit(capsys, *ENDLESS, "--set", "seed=1")
    last = submit(capsys, *ENDLESS, "--set", "seed=2")
    wait_until(lambda: len(bench.engine_status()["running"]) == 1)
    window = Terminal("show", last, "--follow")
    window.wait_for(lambda: window.shows("queued, place 2, may start in"))
    bench.stop(last)
    assert window.exit_code() == 0 and window.shows("Stopped on request.")


def test_a_pipe_gets_a_line_per_epoch_and_scripts_the_whole_run_at_the_end(
    bench: Workbench, capsys: pytest.CaptureFixture
):
    run = submit(capsys, *QUICK)
    said = typed(capsys, "show", run, "--follow", "--json")
    assert said.code == 0 and "\x1b" not in said.err
    assert [line.split("  ")[0] for line in said.err.splitlines() if line.startswith("epoch")] == [
        "epoch 1/2",
        "epoch 2/2",
    ]
    assert len(said.out.splitlines()) == 1
    assert (said.json["run"], said.json["state"], len(said.json["epochs"])) == (run, "done", 2)


def test_events_are_streamed_as_they_come_until_the_run_rests(bench: Workbench, capsys: pytest.CaptureFixture):
    run = submit(capsys, *ENDLESS)
    command = [sys.executable, "-m", "core", "show", run, "--follow", "--events", "--json"]
    events = []
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        for line in reader.stdout:
            events.append(json.loads(line))
            if events[-1].get("kind") == "epoch_ended":
                break
        assert events[-1].get("kind") == "epoch_ended", events[-1]
        bench.pause(run)
        *rest, shown = [json.loads(line) for line in reader.stdout]
    events += rest
    assert (reader.returncode, shown["state"]) == (0, "paused")
    assert [each["number"] for each in events] == list(range(1, len(events) + 1))
    assert events[-1]["kind"] == "finished"


def test_a_run_that_fails_while_it_is_followed_is_exit_code_two(bench: Workbench, capsys: pytest.CaptureFixture):
    run = bench.record.create(Recipe(workers=2), engine="local")  # `submit` would refuse it
    bench.wake()
    said = typed(capsys, "show", run, "--follow")
    assert bench.show(run)["state"] == "failed"
    assert said.code == 2 and said.err.strip() == bench.show(run)["reason"]


def test_a_resumed_run_is_followed_without_telling_an_epoch_twice(bench: Workbench, capsys: pytest.CaptureFixture):
    run = submit(capsys, *ENDLESS, "--set", "epochs=40")
    wait_until(lambda: len(bench.show(run)["epochs"]) > 3 or bench.glance(run)["state"] == "failed")
    assert typed(capsys, "pause", run, "--json").code == 0
    wait_until(lambda: bench.show(run)["state"] == "paused")
    assert typed(capsys, "resume", run, "--json").json == {"run": run, "state": "queued"}
    said = typed(capsys, "show", run, "--follow", "--json")
    shown = said.json
    assert (shown["state"], shown["attempt"]) == ("done", 2)
    assert [each["epoch"] for each in shown["epochs"]] == list(range(40))


def test_following_ends_when_nobody_reads_any_more(bench: Workbench, capsys: pytest.CaptureFixture):
    run = submit(capsys, *ENDLESS)
    wait_until(lambda: bench.show(run)["epochs"])
    command = [sys.executable, "-m", "core", "show", run, "--follow"]
    follower = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert follower.stdout is not None and follower.stderr is not None
    assert follower.stdout.readline()
    follower.stdout.close()
    assert (follower.wait(60), follower.stderr.read()) == (0, b"")
    follower.stderr.close()
    assert bench.glance(run)["state"] == "running"
