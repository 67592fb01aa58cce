"""The local engine: runs are trained by worker processes of this machine, looked after by a supervisor.

Nothing is handed to the supervisor: it reads the record. So the engine's whole task is that there is one.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, ClassVar

from core.engines.places import named_places
from core.engines.settings import Settings
from core.engines.supervisor import NAME
from core.home import PROJECT
from core.runs import liveness
from core.runs.folders import read_json
from core.runs.machine import Process, steady_seconds
from core.runs.record import Record
from core.runs.states import HELD

HANGS_AFTER = 30.0
"""A supervisor that has shown no life for so long (it should every two seconds) is replaced."""

STARTED: list[subprocess.Popen[bytes]] = []
"""The supervisors that this process has started: each is remembered until it has ended."""


class Local:
    """Worker processes on this machine."""

    name: ClassVar[str] = NAME

    def __init__(self, record: Record):
        self.record = record
        self.folder = record.home.engine
        self._started_at = float("-inf")

    def insist(self) -> None:
        """The supervisor reads the same settings, where nobody would see it stumble."""
        named_places(Settings.from_environment())

    def wake(self) -> None:
        """See that a supervisor is there; it finds by itself what is to be done."""
        if self._alive():
            if not self._hangs():
                return
            self._end_the_hanging()
        STARTED[:] = [each for each in STARTED if each.poll() is None]
        if self._on_its_way():
            return
        with self._log() as log:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "core.engines.supervisor", str(self.record.home.folder)],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # the end of the page server or of the terminal is not the end of the runs
            )
        STARTED.append(supervisor)
        self._started_at = time.monotonic()

    def wake_if_needed(self) -> None:
        """After a restart of the machine or of the engine: runs that wait for nobody get somebody."""
        if not self._alive() and (self.record.store.waiting(NAME) or self.record.store.at_work(NAME)):
            self.insist()
            self.wake()

    def status(self) -> dict[str, Any]:
        """Whether the engine is alive, and what it does."""
        alive, beat = self._alive(), self._beat()
        at_work = [row for row in map(self.record.seen, self.record.store.at_work(NAME)) if row.state in HELD]
        return {
            "engine": NAME,
            "alive": alive,
            "slots": len(beat.get("places", [])) if alive else 0,
            "places": beat.get("places", []) if alive else [],
            "running": [row.id for row in at_work],
            "queued": [each.run for each in self.record.store.waiting(NAME)],
            "log": str(self.folder / f"{NAME}.log"),
        }

    def _log(self) -> IO[bytes]:
        """What it prints; nothing is kept where there is no space, for what waits there must be looked after too."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return (self.folder / f"{NAME}.log").open("ab")
        except OSError:
            return Path(os.devnull).open("ab")

    def _on_its_way(self) -> bool:
        """One that was started just now takes a moment to show itself; it can't have left for want of work yet."""
        young = time.monotonic() - self._started_at < min(HANGS_AFTER, Settings.from_environment().idle_seconds)
        return young and any(str(self.record.home.folder) in str(each.args) for each in STARTED)

    def _alive(self) -> bool:
        return liveness.is_held(self.folder, NAME)

    def _beat(self) -> dict[str, Any]:
        return read_json(self.folder / f"{NAME}.json") or {}

    def _hangs(self) -> bool:
        beat = self._beat()
        process = Process.from_text(beat.get("process", ""))
        return process is not None and process.lives and steady_seconds() - beat["beat"] > HANGS_AFTER

    def _end_the_hanging(self) -> None:
        process = Process.from_text(self._beat().get("process", ""))
        if process:
            process.signal(signal.SIGKILL)
