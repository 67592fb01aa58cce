"""Which engine a home works with: the one that THAW_ENGINE names, else workers on this machine."""

import os
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from core.errors import TrainingError, shown
from core.runs.record import Record

ENGINES = ("local", "immediate", "ray")


class Engine(Protocol):
    """What every engine can do. Stop and pause are written into the record, where whoever trains the run reads them."""

    name: ClassVar[str]

    def insist(self) -> None:
        """An error where nobody could ever be woken: better said before a run is written down than after."""
        ...

    def wake(self) -> None:
        """See that somebody looks after the runs that the record holds in this engine's care."""
        ...

    def wake_if_needed(self) -> None:
        """The same, if there are any."""
        ...

    def status(self) -> dict[str, Any]:
        """Whether it is alive, its places, what it trains and what waits."""
        ...


def engine_name(environment: Mapping[str, str] = os.environ) -> str:
    name = environment.get("THAW_ENGINE") or ENGINES[0]
    if name not in ENGINES:
        raise TrainingError(f"THAW_ENGINE is {shown(name)}; it can be {', '.join(ENGINES)}.")
    return name


def open_engine(record: Record, name: str | None = None) -> Engine:
    """The engine of a home; what it needs loads here, not with the workbench."""
    match name or engine_name():
        case "immediate":
            from core.engines.immediate import Immediate

            return Immediate(record)
        case "ray":
            from core.engines.ray_cluster import RayCluster

            return RayCluster(record)
        case _:
            from core.engines.local import Local

            return Local(record)
