"""The local engine: asleep until it is needed, one supervisor at a time, and one that hangs is replaced."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.engines.local import STARTED, Local
from core.home import Home
from core.recipe import Recipe
from core.runs.machine import Process
from core.runs.record import Record
from tests.engine_of_test import wait_until
from tests.processes_of_a_home import end_all, parts

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")


@pytest.fixture
def engine(home_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Local]:
    monkeypatch.setenv("THAW_SLOTS", "3")
    engine = Local(Record(Home(home_folder)))
    yield engine
    end_all(engine.record.home)
    engine.record.close()


def supervisor_of(engine: Local) -> Process | None:
    process = engine.supervisor.process
    return process if process and process.lives and engine.status()["alive"] else None


def test_a_home_without_runs_starts_nothing_and_writes_nothing(engine: Local, home_folder: Path):
    engine.wake_if_needed()
    status = engine.status()
    assert (status["alive"], status["slots"], status["running"], status["queued"]) == (False, 0, [], [])
    assert not home_folder.exists() and parts(engine.record.home, "supervisor") == []


def test_a_run_that_waits_for_nobody_gets_somebody_who_tells_its_places(engine: Local):
    run = engine.record.create(Recipe(), engine="local", wanted_device="cuda")
    engine.wake_if_needed()
    wait_until(lambda: supervisor_of(engine))
    status = engine.status()
    assert (status["slots"], status["places"]) == (3, ["cpu", "cpu", "cpu"])
    wait_until(lambda: engine.record.find(run).state == "failed")  # there is no such place here
    assert Path(status["log"]).read_text() == ""


def test_however_often_it_is_woken_one_supervisor_stays(engine: Local):
    for _ in range(5):
        engine.wake()
    wait_until(lambda: supervisor_of(engine))
    wait_until(lambda: len(parts(engine.record.home, "supervisor")) == 1)
    engine.wake()
    assert len(parts(engine.record.home, "supervisor")) == 1


def test_a_supervisor_that_hangs_is_replaced_by_the_next_who_needs_it(engine: Local, monkeypatch: pytest.MonkeyPatch):
    engine.wake()
    wait_until(lambda: supervisor_of(engine))
    first = supervisor_of(engine)
    assert first is not None
    os.kill(first.pid, signal.SIGSTOP)
    engine.wake()
    assert first.lives, "it may be only slow"
    monkeypatch.setattr("core.engines.local.HANGS_AFTER", 0.5)
    time.sleep(0.6)  # longer than the patience that is left
    engine.wake()
    wait_until(lambda: supervisor_of(engine) not in (None, first))
    assert not first.lives and STARTED


def test_one_that_leaves_when_there_is_nothing_to_do_is_remembered_no_longer(
    engine: Local, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("THAW_IDLE_SECONDS", "0.2")
    engine.wake()
    (started,) = STARTED
    wait_until(lambda: started.poll() is not None)
    assert started.returncode == 0 and engine.status()["alive"] is False


def test_many_looks_before_a_supervisor_has_shown_itself_start_only_one(engine: Local):
    engine.record.create(Recipe(), engine="local", wanted_device="cuda:9")
    for _ in range(10):
        engine.wake_if_needed()
    assert len(parts(engine.record.home, "supervisor")) == 1
