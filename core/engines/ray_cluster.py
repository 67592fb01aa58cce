"""The cluster engine: runs are trained by the nodes of a Ray cluster, looked after by a keeper on this machine.

Nothing is handed to the keeper: it reads the record. So the engine's whole task is that there is one; Ray itself is
loaded only by processes of its own.
"""

import subprocess
import sys
from importlib.util import find_spec
from typing import Any, ClassVar

from core.engines.caretakers import Caretaker
from core.errors import MissingExtra, TrainingError
from core.home import PROJECT
from core.runs.record import Record

HANGS_AFTER = 60.0
"""A keeper that has shown no life for so long (it should every two seconds) is replaced."""
PATIENCE = 180.0


class RayCluster:
    """The nodes of a cluster that this machine is one of."""

    name: ClassVar[str] = "ray"

    def __init__(self, record: Record):
        if find_spec("ray") is None:
            raise MissingExtra("The cluster engine", "ray")
        self.record, self.keeper = record, Caretaker(record.home, self.name)

    def insist(self) -> None:
        """A cluster that can't be reached, or that anybody may enter, is refused before a run is written down."""
        self.wake()

    def wake(self) -> None:
        """See that a keeper is there; it finds by itself what is to be done."""
        if not self.keeper.end_if_hanging(HANGS_AFTER):
            return
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
        if self.keeper.is_missed(self.record):
            self.wake()

    def status(self) -> dict[str, Any]:
        return self.keeper.status(self.record)
