"""Which nodes have room for a run: pure, so that it can be thought through without a cluster."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.engines.settings import Settings
from core.errors import TrainingError, shown

Need = Mapping[str, float]
"""What one process of a run takes up of a node, in Ray's words: CPU, GPU."""

SLACK = 1e-6
"""Fractions of a GPU don't add up exactly."""


@dataclass(frozen=True)
class Node:
    """A machine of the cluster, as far as rooms depend on it."""

    id: str
    address: str
    offers: Need = field(default_factory=dict)


def need_of(device: str, settings: Settings, nodes: Sequence[Node]) -> Need:
    """What a process of a run takes up, after the device that was asked for; a sentence where that can't be had."""
    if device not in ("auto", "cpu", "cuda"):
        raise TrainingError(f"A cluster has no place {shown(device)}; choose auto, cpu or cuda.")
    gpus = _gpus(settings, nodes)
    if device == "cuda" and not gpus:
        raise TrainingError(
            "No node of the cluster has a GPU; choose auto or cpu, or set THAW_RAY_GPUS where they come on demand."
        )
    return {"CPU": settings.cpus_per_process, **({"GPU": gpus} if gpus and device != "cpu" else {})}


def _gpus(settings: Settings, nodes: Sequence[Node]) -> float:
    """Nodes with GPUs may not have come up yet: whoever states a share of one says that there will be."""
    if settings.ray_gpus:
        return settings.gpus_per_process
    return 1.0 if any(node.offers.get("GPU", 0) > 0 for node in nodes) else 0.0


def rooms_for(need: Need, processes: int, nodes: Sequence[Node], taken: Iterable[tuple[str, Need]]) -> list[str] | None:
    """A node for each process of a run, the emptiest first; None where not all have room now."""
    free = {node.id: Counter(node.offers) for node in nodes}
    for node, needed in taken:
        if node in free:
            free[node].subtract(needed)
    rooms: list[str] = []
    for _ in range(processes):
        able = [node for node, left in free.items() if all(left[what] + SLACK >= much for what, much in need.items())]
        if not able:
            return None
        rooms.append(max(able, key=lambda node: _share_left(free[node], need)))
        free[rooms[-1]].subtract(need)
    return rooms


def _share_left(left: Mapping[str, float], need: Need) -> float:
    """How many more such processes a node would take."""
    return min((left[what] / much for what, much in need.items() if much), default=0.0)


def slots(need: Need, nodes: Sequence[Node]) -> list[str]:
    """The address of a node for every run of one process that it could take if it were empty."""
    return [node.address for node in nodes for _ in range(int(_share_left(Counter(node.offers), need) + SLACK))]
