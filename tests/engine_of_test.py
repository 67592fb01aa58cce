"""A real local engine for one test: quick to leave when idle, and gone for certain when the test is over."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core.engines.local import STARTED
from core.home import Home
from core.runs.machine import Process
from core.runs.store import RunStore

PATIENCE = 90.0
"""A busy machine may take so long to load torch; a wait ends as soon as it can."""


@pytest.fixture
def engine(home_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """The test's home, where submitting starts a real supervisor with two places on the CPU; nothing of it is left."""
    monkeypatch.setenv("THAW_IDLE_SECONDS", "20")
    monkeypatch.setenv("THAW_SLOTS", "2")
    monkeypatch.setenv("THAW_STOP_GRACE", "2")
    yield Home(home_folder)
    end_engine(Home(home_folder))


def wait_until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Look again and again until something is true; fail when that takes too long."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain"
        time.sleep(0.05)


def supervisors_of(home: Home) -> list[psutil.Process]:
    """Every supervisor of this home, whoever started it; the test's own folder is in its command line."""
    found = []
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        if command[-2:] == ["core.engines.supervisor", str(home.folder)]:
            found.append(process)
    return found


def workers_of(home: Home) -> list[psutil.Process]:
    """The workers that the record knows, each checked to be the very process that was written down."""
    if not home.database.exists():
        return []
    store = RunStore(home.database)
    written = [Process.from_text(row.worker) for row in store.newest()]
    store.close()
    return [psutil.Process(each.pid) for each in written if each is not None and each.lives]


def end_engine(home: Home) -> None:
    """Kill the supervisors of this home, their fork servers and all workers, and wait until they are gone."""
    ending = [below for above in supervisors_of(home) for below in [above, *_descendants(above)]]
    ending += workers_of(home)
    for process in ending:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    for started in [each for each in STARTED if str(home.folder) in map(str, each.args)]:  # type: ignore[union-attr]
        started.wait(PATIENCE)
        STARTED.remove(started)
    psutil.wait_procs(ending, timeout=10)


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
