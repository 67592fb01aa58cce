"""Lines 44 and 46 to 49, 55, 56 and 59: processes die, hang and come back, and every run stays what it is."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from core.engines.local import Local
from core.errors import RecordError
from core.runs import liveness
from core.runs.machine import Process
from core.service import Workbench
from tests.engine_of_test import wait_until
from tests.faults.at_work import ENDLESS, QUICK, ask, row_of, supervisor_of, wait_for, wait_for_steps, worker_of
from tests.faults.conftest import HERE, started_with
from tests.processes_of_a_home import end_all, parts
from tests.typed import PROJECT

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="what a process works on is read from /proc"),
]

ASKER = """
import json, sys, time
from core.service import open_workbench
print(open_workbench().submit(json.loads(sys.argv[1]), again=True)["run"], flush=True)
time.sleep(600)
"""


def test_line_44_a_killed_worker_leaves_a_lost_run_a_free_place_and_a_way_to_go_on(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("THAW_SLOTS", "1")
    first, second = ask(bench, {**QUICK, "epochs": 20}), ask(bench, ENDLESS)
    wait_for_steps(bench, first)
    assert row_of(bench, second).state == "queued"
    os.kill(worker_of(bench, first).pid, signal.SIGKILL)
    killed_at = time.monotonic()
    row = wait_for(bench, first, "lost")
    assert time.monotonic() - killed_at < 2
    assert row.reason in (
        "The process that trained it ended without a word: it was killed, or the machine went down.",
        "Its worker was ended from outside (SIGKILL). The machine may have run out of memory. "
        "It can be resumed from its last snapshot.",
    )
    wait_for_steps(bench, second)  # its place is free
    bench.stop(second)
    assert bench.resume(first)["state"] == "queued"
    assert (wait_for(bench, first, "done").attempt, bench.show(first)["epochs"][-1]["epoch"]) == (2, 19)


def test_line_46_the_end_of_whoever_asked_is_not_the_end_of_the_run(bench: Workbench):
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKER, json.dumps(QUICK)], cwd=PROJECT, stdout=subprocess.PIPE, start_new_session=True
    )
    assert asker.stdout is not None
    run = asker.stdout.readline().decode().strip()
    os.killpg(asker.pid, signal.SIGKILL)
    asker.wait()
    asker.stdout.close()
    assert wait_for(bench, run, "done").attempt == 1


def test_line_47_a_new_supervisor_adopts_what_runs_and_doubles_nothing(bench: Workbench):
    runs = [ask(bench), ask(bench)]
    wait_for_steps(bench, *runs)
    before, supervisor = parts(bench.home, "worker"), supervisor_of(bench)
    assert supervisor is not None
    os.kill(supervisor.pid, signal.SIGKILL)
    wait_until(lambda: not Local(bench.record).status()["alive"])
    third = ask(bench)
    wait_until(lambda: supervisor_of(bench) not in (None, supervisor))
    heard = {run: len(bench.events(run)) for run in runs}
    wait_until(lambda: all(len(bench.events(run)) > heard[run] for run in runs))
    assert sorted(parts(bench.home, "worker"), key=str) == sorted(before, key=str)
    assert [row_of(bench, run).attempt for run in runs] == [1, 1]
    assert row_of(bench, third).state == "queued"
    for run in (*runs, third):
        bench.stop(run)
    assert {wait_for(bench, run, "stopped").attempt for run in runs} == {1}


def test_line_48_after_a_reboot_runs_go_on_by_themselves(bench: Workbench):
    running, stopping = ask(bench, {**QUICK, "epochs": 15}), ask(bench)
    wait_for_steps(bench, running, stopping)
    bench.record.store.move(stopping, "stopping", "It was asked to stop.")
    end_all(bench.home)  # the very moment
    bench.wake()
    assert wait_for(bench, stopping, "stopped").attempt == 1
    assert wait_for(bench, running, "done").attempt == 2
    assert len([each for each in bench.record.store.told(running) if each["kind"] == "started"]) == 2


def test_line_48_an_orderly_shutdown_which_tells_everybody_to_end_lets_runs_go_on_too(bench: Workbench):
    run = ask(bench, {**QUICK, "epochs": 15})
    wait_for_steps(bench, run)
    os.kill(worker_of(bench, run).pid, signal.SIGTERM)
    row = wait_for(bench, run, "done")
    assert (row.attempt, bench.show(run)["epochs"][-1]["epoch"]) == (2, 14)


def test_line_48_whoever_looks_before_the_engine_hears_of_it_sees_a_run_that_goes_on(bench: Workbench):
    run = ask(bench)
    wait_for_steps(bench, run)
    worker, engine = worker_of(bench, run), supervisor_of(bench)
    assert engine is not None
    os.kill(engine.pid, signal.SIGSTOP)
    try:
        os.kill(worker.pid, signal.SIGTERM)
        wait_until(lambda: not liveness.is_held(bench.record.folder(run)))
        assert row_of(bench, run).state == "queued"
    finally:
        os.kill(engine.pid, signal.SIGCONT)


def test_line_48_a_process_that_was_given_the_id_of_a_dead_worker_is_never_signalled(bench: Workbench):
    run = bench.record.create(bench.check(ENDLESS), engine="local")
    foreign = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    former = Process(foreign.pid, "1", Process.here().boot)
    with liveness.held(bench.record.folder(run)):  # a worker that can't be told from its record
        bench.record.store.begin(run, "It is being trained.", "cpu")
        bench.record.store.enter(run, worker=former.to_text())
        bench.stop(run)
        time.sleep(4)  # told after one second, made to after two
        assert foreign.poll() is None
        assert row_of(bench, run).state == "stopping"
    assert wait_for(bench, run, "stopped").reason.startswith("It did not stop when it was asked to")
    foreign.communicate(b"\n")
    assert foreign.returncode == 0


def test_line_49_of_two_supervisors_the_second_leaves(bench: Workbench):
    run = ask(bench)
    wait_for_steps(bench, run)
    first = supervisor_of(bench)
    second = subprocess.run(
        [sys.executable, "-m", "core.engines.supervisor", str(bench.home.folder)],
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    assert (second.returncode, second.stderr) == (0, b"")
    assert supervisor_of(bench) == first
    assert (row_of(bench, run).state, row_of(bench, run).attempt) == ("running", 1)


def test_line_55_a_worker_that_hangs_is_quiet_and_can_be_stopped(bench: Workbench):
    run = ask(bench)
    wait_for_steps(bench, run)
    worker = worker_of(bench, run)
    os.kill(worker.pid, signal.SIGSTOP)
    wait_until(lambda: (row_of(bench, run).quiet_for or 0) > 2)
    assert row_of(bench, run).state == "running"  # no false alarm: it lives
    assert bench.stop(run)["state"] == "stopping"
    row = wait_for(bench, run, "stopped")
    assert not worker.lives
    assert row.reason.startswith("It did not stop when it was asked to") and row.quiet_for is None


@pytest.mark.parametrize("patience", ["60", "2"])
def test_a_run_that_was_stopped_judges_what_was_held_out_while_it_says_how_far_it_is(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, patience: str
):
    started_with(HERE / "slow_to_judge", monkeypatch)
    monkeypatch.setenv("THAW_STOP_GRACE", "4")
    monkeypatch.setenv("THAW_STOP_PATIENCE", patience)
    run = ask(bench, {**ENDLESS, "held_out_per_class": 1})
    wait_for_steps(bench, run)
    assert bench.stop(run)["state"] == "stopping"
    row, shown = wait_for(bench, run, "stopped"), bench.show(run)
    if patience == "60":
        assert row.reason == "Stopped on request." and shown["val"] and shown["test"], "it took ten seconds and more"
        assert shown["val"]["n"] == 10 and row.seconds and row.seconds > 10
    else:
        assert row.reason.startswith("Stopped on request, without waiting") and "val" not in shown
        assert (bench.record.folder(run) / "best" / "model.safetensors").exists()


def test_line_56_a_worker_that_will_not_hear_is_ended_with_its_children(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    started_with(HERE / "stubborn", monkeypatch)
    run = ask(bench)
    family = bench.record.folder(run) / "family"
    wait_until(family.exists)
    worker, *children = [Process.of(int(pid)) for pid in family.read_text().split()]
    assert worker.lives and len(children) == 2 and all(child.lives for child in children)
    bench.stop(run)
    wait_for(bench, run, "stopped")
    wait_until(lambda: not any(each.lives for each in (worker, *children)), 5)


def test_line_56_the_children_of_a_killed_worker_do_not_hold_its_run(bench: Workbench, monkeypatch: pytest.MonkeyPatch):
    started_with(HERE / "stubborn", monkeypatch)
    run = ask(bench)
    family = bench.record.folder(run) / "family"
    wait_until(family.exists)
    worker, *children = [Process.of(int(pid)) for pid in family.read_text().split()]
    os.kill(worker.pid, signal.SIGKILL)
    wait_for(bench, run, "lost")
    wait_until(lambda: not any(child.lives for child in children), 5)
    assert not liveness.is_held(bench.record.folder(run))


def test_line_59_a_run_at_work_is_not_deleted(bench: Workbench):
    run = ask(bench)
    wait_for_steps(bench, run)
    with pytest.raises(RecordError, match=f"The run {run} is running; stop it before you delete it."):
        bench.delete(run)
    assert row_of(bench, run).state == "running" and (bench.record.folder(run) / "recipe.json").exists()
    bench.stop(run)
    wait_for(bench, run, "stopped")
    bench.delete(run)
    assert not bench.record.folder(run).exists()
