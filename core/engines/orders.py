"""What a worker is told, and what it finds and leaves in the folder of its run."""

import json
import signal
from dataclasses import asdict, dataclass
from pathlib import Path

from core.home import Home

LOG = "worker.log"
SURROUNDINGS = "surroundings.json"
"""In the run's folder: where whoever asked for it finds data and weights."""

TOLD_TO_END = 128 + signal.SIGTERM
"""The exit code of a worker that was told to end though nobody had asked its run to stop."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """All that a worker is told."""

    home: str
    run: str
    attempt: int
    device: str
    threads: int
    seconds_between_snapshots: float

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> "Order":
        return cls(**json.loads(text))

    @property
    def folder(self) -> Path:
        return Home(Path(self.home)).runs / self.run
