"""What can be set about the engines: each setting is an environment variable, THAW_ and its name in capitals."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from core.errors import TrainingError, shown


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How much is done at a time, for whom, and how patient the engine is."""

    slots: str = ""
    """Places to train at: a number on the CPU, or devices such as `cuda:0,cuda:1,cpu`; empty: as many as fit."""
    queued_per_owner: int = 1000
    """How many runs of one owner may wait."""
    running_per_owner: int = 1000
    """How many runs of one owner may be trained at a time."""
    idle_seconds: float = 600.0
    """How long the supervisor, and the assistant of the pages, stay when there is nothing to do."""
    stop_grace: float = 10.0
    """How long a run that was asked to stop may say nothing, before it is told to, and then made to."""
    stop_patience: float = 300.0
    """How long it may judge what was held out, as long as it says how far it is."""
    snapshot_seconds: float = 30.0
    """How often a run at work saves all it knows, unless that would cost more than 2% of its time."""

    ray_address: str = ""
    """Where the cluster is (host:port of its head); else RAY_ADDRESS says so."""
    ray_cpus: float = 1.0
    """Cores that a process of a run takes up on a node of the cluster."""
    ray_gpus: str = ""
    """The share of a GPU that it takes up; empty: a whole one, where any node has one."""

    @property
    def cpus_per_process(self) -> float:
        return _share("THAW_RAY_CPUS", str(self.ray_cpus))

    @property
    def gpus_per_process(self) -> float:
        return _share("THAW_RAY_GPUS", self.ray_gpus or "1")

    def may_go_on(self, asked_for: float, judges: bool, quiet_for: float | None) -> bool:
        """Whether a run that was asked to stop, so many seconds ago, is left alone: to judge what was held out."""
        quiet = min(asked_for, quiet_for) if judges and quiet_for is not None else asked_for
        return quiet < self.stop_grace and asked_for < self.stop_patience

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        given = {each.name: environment.get(f"THAW_{each.name.upper()}") for each in fields(cls)}
        return cls(**{name: _read(name, text) for name, text in given.items() if text})


def _read(name: str, text: str) -> Any:
    kind = type(getattr(Settings(), name))
    try:
        value = kind(text)
    except ValueError:
        value = -1
    if kind is not str and not value > 0:
        raise TrainingError(f"THAW_{name.upper()} is {shown(text)}; it must be a number above 0.")
    return value


def _share(name: str, text: str) -> float:
    """A part of something, or several whole ones: all that Ray hands out."""
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not (0 <= share <= 1 or (share > 1 and share.is_integer())):
        raise TrainingError(f"{name} is {shown(text)}; it can be 0, 0.25, 0.5, 1, 2 and so on.")
    return share
