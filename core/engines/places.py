"""The places at which a machine can train: one per GPU, or as many on the CPU as its cores and memory carry."""

import os
import re
import shutil
import sys
from collections.abc import Sequence

import psutil

from core.engines.devices import devices_of_a_fresh_process
from core.engines.settings import Settings
from core.errors import TrainingError, shown

PLACE = re.compile(r"cpu|mps|cuda(:\d+)?")
MEMORY_OF_A_RUN = 3 * 2**30
MOST_ON_CPU = 8


def places(settings: Settings) -> list[str]:
    """A device for each place, best first."""
    if named := named_places(settings):
        return named
    accelerators = [each["device"] for each in devices_of_a_fresh_process()[:-1]] if _may_have_a_gpu() else []
    return [*accelerators, "cpu"] if accelerators else ["cpu"] * _on_the_cpu()


def place_for(wanted: str, free: Sequence[str], every: Sequence[str]) -> str | None:
    """The free place that a run takes; one that leaves the choice to us never lands on the CPU beside a GPU."""
    kind = _kind(every[0]) if wanted == "auto" else wanted
    return next((place for place in free if kind in (place, _kind(place))), None)


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads_for(place: str, sharing: int) -> int:
    """How many threads a run computes with: the cores are divided between those that share them."""
    return max(1, cores() // max(1, sharing)) if place == "cpu" else max(1, min(4, cores()))


def named_places(settings: Settings) -> list[str]:
    """Those that a person has set; an error where nobody can tell what was meant."""
    slots = settings.slots
    if not slots:
        return []
    if slots.isdecimal():
        return ["cpu"] * int(slots) if int(slots) else _wrong(slots)
    named = [each.strip() for each in slots.split(",")]
    return named if all(PLACE.fullmatch(each) for each in named) else _wrong(slots)


def _wrong(slots: str) -> list[str]:
    raise TrainingError(f"THAW_SLOTS is {shown(slots)}; give a number, or devices such as cuda:0,cuda:1,cpu.")


def _kind(place: str) -> str:
    return place.partition(":")[0]


def _may_have_a_gpu() -> bool:
    """Asking torch takes seconds; a machine without a driver, as most are, need not be asked."""
    return sys.platform == "darwin" or shutil.which("nvidia-smi") is not None


def _on_the_cpu() -> int:
    fit = psutil.virtual_memory().total // MEMORY_OF_A_RUN
    return max(1, min(cores(), fit, MOST_ON_CPU))
