"""The local engine: runs are trained by worker processes of this machine, looked after by a supervisor.

Nothing is handed to the supervisor: it reads the record. So the engine's whole task is that there is one.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, ClassVar

from core.engines.caretakers import Caretaker
from core.engines.places import named_places
from core.engines.settings import Settings
from core.engines.supervisor import NAME
from core.home import PROJECT
from core.runs.record import Record

HANGS_AFTER = 30.0
"""A supervisor that has shown no life for so long (it should every two seconds) is replaced."""

STARTED: list[subprocess.Popen[bytes]] = []
"""The supervisors that this process has started: each is remembered until it has ended."""


class Local:
    """Worker processes on this machine."""

    name: ClassVar[str] = NAME

    def __init__(self, record: Record):
        self.record, self.supervisor = record, Caretaker(record.home, NAME)
        self._log = record.home.engine / f"{NAME}.log"
        self._started_at = float("-inf")

    def insist(self) -> None:
        """The supervisor reads the same settings, where nobody would see it stumble."""
        named_places(Settings.from_environment())

    def wake(self) -> None:
        """See that a supervisor is there; it finds by itself what is to be done."""
        if not self.supervisor.end_if_hanging(HANGS_AFTER):
            return
        STARTED[:] = [each for each in STARTED if each.poll() is None]
        if self._on_its_way():
            return
        with self._opened_log() as log:
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
        if self.supervisor.is_missed(self.record):
            self.insist()
            self.wake()

    def status(self) -> dict[str, Any]:
        return self.supervisor.status(self.record, str(self._log))

    def _opened_log(self) -> IO[bytes]:
        """What it prints; nothing is kept where there is no space, for what waits there must be looked after too."""
        try:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            return self._log.open("ab")
        except OSError:
            return Path(os.devnull).open("ab")

    def _on_its_way(self) -> bool:
        """One that was started just now takes a moment to show itself; it can't have left for want of work yet."""
        young = time.monotonic() - self._started_at < min(HANGS_AFTER, Settings.from_environment().idle_seconds)
        return young and any(str(self.record.home.folder) in str(each.args) for each in STARTED)
