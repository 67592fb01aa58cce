"""One attempt at a run in the hands of the cluster: handed out, called back, and how it ended."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

import ray
from ray.actor import ActorHandle
from ray.exceptions import NodeDiedError, RayError, TaskCancelledError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from core.engines.cluster.packing import pack_for
from core.engines.cluster.reception import Reception
from core.engines.cluster.rooms import Need
from core.engines.cluster.task import Order, train
from core.engines.orders import SURROUNDINGS
from core.engines.settings import Settings
from core.home import Home
from core.runs.folders import read_json


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a task ended, as far as its run must be told."""

    why: str
    nobody_to_blame: bool
    """Its node went down, a member vanished, or it was called back: the run may go on by itself."""


@dataclass
class Work:
    """What the keeper holds of it, the run's lock included."""

    run: str
    attempt: int
    owner: str
    need: Need
    rooms: list[str]
    """The node of each of its processes."""
    lock: int
    reception: Reception
    task: "ray.ObjectRef"
    arrived: bool = False
    _asked_at: float | None = None
    _told_at: float | None = None

    @property
    def taken(self) -> list[tuple[str, Need]]:
        return [(room, self.need) for room in self.rooms]

    def ending(self) -> Ending | None:
        """None while it goes on."""
        if not ray.wait([self.task], timeout=0)[0]:
            return None
        try:
            ray.get(self.task)
        except NodeDiedError:
            return Ending(why="Its node went down.", nobody_to_blame=True)
        except TaskCancelledError:
            return Ending(why="It was called back before it began.", nobody_to_blame=True)
        except RayError as error:
            return Ending(why=_told(error), nobody_to_blame=False)
        return Ending(why="Its node lost touch with the serving machine.", nobody_to_blame=True)

    def press(self, settings: Settings, judges: bool, quiet_for: float | None) -> None:
        """Asked by the record already; then interrupted, then ended. One that has not begun need not be asked."""
        now = time.monotonic()
        self._asked_at = self._asked_at or now
        if self.arrived and settings.may_go_on(now - self._asked_at, judges, quiet_for):
            return
        if self._told_at is None:
            ray.cancel(self.task, force=False)
            self._told_at = now
        elif now - self._told_at >= settings.stop_grace:
            ray.cancel(self.task, force=True)

    def close(self) -> None:
        os.close(self.lock)


def _told(error: RayError) -> str:
    said = next((line.strip() for line in reversed(str(error).splitlines()) if line.strip()), type(error).__name__)
    return f"Its process on the node ended without a word ({said[:300]}). It can be resumed from its last snapshot."


def hand_out(keeper: ActorHandle, home: Home, order: Order, need: Need, rooms: Sequence[str]) -> "ray.ObjectRef":
    """Have the run's luggage packed here, and the run trained there; Ray itself tries nothing twice."""
    surroundings = read_json(home.runs / order.run / SURROUNDINGS) or {}
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    luggage = pack_for.options(scheduling_strategy=here, runtime_env={"env_vars": surroundings}).remote(
        str(home.folder), order.recipe
    )
    if len(rooms) > 1:
        from core.engines.cluster.team import train_together  # Ray Train takes seconds to load

        together = train_together.options(scheduling_strategy=here)
        return together.remote(keeper, order, luggage, need, len(rooms))
    there = NodeAffinitySchedulingStrategy(rooms[0], soft=True)
    alone = train.options(num_cpus=need["CPU"], num_gpus=need.get("GPU", 0), scheduling_strategy=there)
    return alone.remote(keeper, order, luggage)
