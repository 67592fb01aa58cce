"""The cluster engine: runs are trained by the nodes of a Ray cluster, looked after by a keeper on this machine.

Nothing is handed to the keeper: it reads the record. So the engine's whole task is that there is one; Ray itself is
loaded only by processes of its own.
"""

import signal
import subprocess
import sys
from importlib.util import find_spec
from typing import Any, ClassVar

from core.errors import MissingExtra, TrainingError
from core.home import PROJECT
from core.runs import liveness
from core.runs.folders import read_json
from core.runs.machine import Process, steady_seconds
from core.runs.record import Record
from core.runs.states import HELD

HANGS_AFTER = 60.0
"""A keeper that has shown no life for so long (it should every two seconds) is replaced."""
PATIENCE = 180.0


class RayCluster:
    """The nodes of a cluster that this machine is one of."""

    name: ClassVar[str] = "ray"

    def __init__(self, record: Record):
        if find_spec("ray") is None:
            raise MissingExtra("The cluster engine", "ray")
        self.record = record
        self.folder = record.home.engine

    def insist(self) -> None:
        """A cluster that can't be reached, or that anybody may enter, is refused before a run is written down."""
        self.wake()

    def wake(self) -> None:
        """See that a keeper is there; it finds by itself what is to be done."""
        if self._alive():
            if not self._hangs():
                return
            self._end_the_hanging()
        command = [sys.executable, "-m", "core.engines.cluster.waking", str(self.record.home.folder)]
        try:
            done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            raise TrainingError(
                f"The cluster did not answer within {PATIENCE:.0f} s; look whether it is well."
            ) from None
        if done.returncode != 0:
            said = done.stderr.strip().splitlines() or ["The cluster can't be reached, and gave no reason."]
            raise TrainingError(said[-1])

    def wake_if_needed(self) -> None:
        """After a restart of the machine or of the cluster: runs that wait for nobody get somebody."""
        if not self._alive() and (self.record.store.waiting(self.name) or self.record.store.at_work(self.name)):
            self.wake()

    def status(self) -> dict[str, Any]:
        """Whether the keeper is alive, and what the cluster does for it."""
        alive = self._alive()
        places = self._beat().get("places", []) if alive else []
        at_work = [row for row in map(self.record.seen, self.record.store.at_work(self.name)) if row.state in HELD]
        return {
            "engine": self.name,
            "alive": alive,
            "slots": len(places),
            "places": places,
            "running": [row.id for row in at_work],
            "queued": [each.run for each in self.record.store.waiting(self.name)],
            "log": "",
        }

    def _alive(self) -> bool:
        return liveness.is_held(self.folder, self.name)

    def _beat(self) -> dict[str, Any]:
        return read_json(self.folder / f"{self.name}.json") or {}

    def _hangs(self) -> bool:
        beat = self._beat()
        process = Process.from_text(beat.get("process", ""))
        return process is not None and process.lives and steady_seconds() - beat["beat"] > HANGS_AFTER

    def _end_the_hanging(self) -> None:
        process = Process.from_text(self._beat().get("process", ""))
        if process:
            process.signal(signal.SIGKILL)
