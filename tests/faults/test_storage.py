"""Lines 50 to 53: killed while saving, no space left, a database held by another program, a clock that jumps."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from core.runs.folders import FRESH
from core.runs.queue import in_order
from core.service import Workbench
from tests.engine_of_test import wait_until
from tests.faults.at_work import ENDLESS, QUICK, ask, row_of, wait_for, wait_for_steps
from tests.faults.conftest import HERE, started_with
from tests.typed import PROJECT

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="what a process works on is read from /proc"),
]

SMALL_DISK = 'mount -t tmpfs -o size=48m small "$0" && exec "$@"'
HOLDER = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(10)
db.execute("ROLLBACK")
"""


def test_line_50_a_worker_killed_while_saving_leaves_the_old_or_the_new(bench: Workbench, armed: Path):
    run = ask(bench, {**QUICK, "epochs": 5})
    for number, kind in enumerate(["snapshot", "swap", "snapshot", "swap", "snapshot"]):
        fresh = armed / ".fresh"
        fresh.write_text(str(number))
        fresh.replace(armed / kind)
        wait_for(bench, run, "lost")
        folder = bench.record.folder(run)
        for file in folder.rglob("*.json"):
            json.loads(file.read_text())
        for kept in (folder / "best", folder / "snapshot"):
            assert not kept.exists() or all(load_file(each) for each in kept.glob("*.safetensors"))
        wait_until(lambda folder=folder: not list(folder.rglob(f"{FRESH}*")))
        bench.resume(run)
    assert wait_for(bench, run, "done").attempt == 6


def _small_disks() -> bool:
    tried = subprocess.run(["unshare", "-m", "sh", "-c", SMALL_DISK, "/mnt", "true"], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.mark.parametrize("seconds_between_snapshots", ["0.01", "30"])
def test_line_51_on_a_full_disk_a_run_pauses_and_goes_on_when_there_is_space(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, seconds_between_snapshots: str
):
    """Wherever it first finds no space: at a snapshot, or among the pictures it decodes while it learns."""
    monkeypatch.setenv("THAW_SNAPSHOT_SECONDS", seconds_between_snapshots)
    if not _small_disks():
        pytest.skip("a disk of a few megabytes takes the right to mount one")
    bench.home.folder.mkdir()
    command = ["unshare", "-m", "sh", "-c", SMALL_DISK, str(bench.home.folder), sys.executable, "-m"]
    command += ["tests.faults.on_a_small_disk", str(bench.home.folder)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["paused"].startswith("No space is left on the disk that holds ")
    assert said["paused"].endswith("; free some, then try again. It can be resumed from its last snapshot.")
    assert said["left"] == [] and said["shown"] == ["paused", 1, True]
    assert (said["done"], said["attempt"]) == ("done", 2)


@pytest.mark.parametrize("asked", ["nothing", "stop"])
def test_line_51_where_nothing_can_be_written_the_ballast_gives_room_for_the_last_word(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
):
    full = tmp_path / "full"
    monkeypatch.setenv("THAW_TEST_FULL", str(full))
    started_with(HERE / "full", monkeypatch)
    run = ask(bench, {**QUICK, "epochs": 25})
    wait_for_steps(bench, run)
    ballast = bench.home.folder / "ballast"
    assert ballast.stat().st_size > 100_000
    if asked == "stop":
        bench.stop(run)
    full.touch()
    row = wait_for(bench, run, "stopped" if asked == "stop" else "paused")
    if asked == "stop":
        return
    assert row.reason.startswith("No space is left on the disk") and not ballast.exists()
    assert list(bench.record.folder(run).rglob(f"{FRESH}*")) == []
    full.unlink()
    bench.resume(run)
    wait_for(bench, run, "done")
    assert ballast.exists()


def test_line_52_a_database_held_for_ten_seconds_is_waited_for(bench: Workbench):
    run = ask(bench)
    wait_for_steps(bench, run)
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(bench.home.database)], stdout=subprocess.PIPE)
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    heard, named = len(bench.events(run)), []
    renaming = threading.Thread(target=lambda: named.append(bench.rename(run, "patient")), daemon=True)
    renaming.start()
    assert bench.show(run)["state"] == "running"  # reading goes on
    holder.wait()
    holder.stdout.close()
    renaming.join(30)
    wait_until(lambda: len(bench.events(run)) > heard)
    row = row_of(bench, run)
    assert named and (row.state, row.attempt, row.name) == ("running", 1, "patient")


@pytest.mark.parametrize("hours", [1, -1])
def test_line_53_a_clock_that_jumps_raises_no_alarm_and_turns_no_order_round(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int
):
    clock = tmp_path / "clock"
    clock.write_text("0")
    monkeypatch.setenv("THAW_TEST_CLOCK", str(clock))
    monkeypatch.setenv("THAW_SLOTS", "1")
    started_with(HERE / "clock", monkeypatch)
    runs = [ask(bench, {**QUICK, "epochs": 10})]
    wait_for_steps(bench, *runs)
    clock.write_text(str(hours * 3600))
    true_time = time.time
    monkeypatch.setattr(time, "time", lambda: true_time() + hours * 3600)  # ours is on the same wall
    runs += [ask(bench), ask(bench)]
    waiting = in_order(bench.record.store.waiting("local"), {}, bench.record.store.served())
    assert [each.run for each in waiting] == runs[1:]
    quiet = row_of(bench, runs[0]).quiet_for
    assert quiet is None or 0 <= quiet < 60
    row = wait_for(bench, runs[0], "done")
    assert row.seconds is not None and 0 < row.seconds < 300 and row.attempt == 1
    wait_for_steps(bench, runs[1])
    assert [row_of(bench, run).state for run in runs[1:]] == ["running", "queued"]


def test_line_53_what_was_never_heard_of_is_not_quiet(bench: Workbench):
    run = bench.record.create(bench.check(ENDLESS))
    assert row_of(bench, run).quiet_for is None
