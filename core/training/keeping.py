"""Whether what a frozen prefix computes is worth a place on the disk, or is sooner computed again in every epoch.

It is reckoned from what can be counted, and from the plan's pace: the same figures give the same answer. What an early
border lets through is large and was soon computed; reading that back can cost more than computing it.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

LARGEST_STORE = 8 * 2**30
"""Bytes of features that one run may keep on disk."""

LEFT_FREE = 0.05
"""The share of a disk that features never fill."""

WRITING = 3e8
READING = 4e9
"""Bytes per second: written safely to the disk, and read back while the memory holds them (benchmarks/keeping.py)."""

READING_DISK = WRITING
"""Bytes per second where the memory is too small to hold them all."""


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What decides: how dear a picture's features are, how large, and how often they are wanted."""

    operations: float
    """That the prefix takes for a picture."""
    row_bytes: int
    pictures: int
    epochs: int
    views: int = 1
    """Ways in which each picture is shown, in turn."""
    there: int = 0
    """Rows that an earlier run has kept."""
    pace: float
    """Operations per second."""
    room: int
    """Bytes that may still be written."""
    memory: int
    """Bytes that may hold what was read once."""

    @property
    def rows(self) -> int:
        return self.pictures * min(self.views, self.epochs)

    @property
    def size(self) -> int:
        return self.rows * self.row_bytes

    @property
    def lacking(self) -> int:
        return self.rows - self.there

    @property
    def afresh(self) -> float:
        """Seconds, if every epoch computes them."""
        return self.epochs * self.pictures * self.operations / self.pace

    @property
    def kept(self) -> float:
        """Seconds, if they are computed and written once, and then read."""
        making = self.lacking * (self.operations / self.pace + self.row_bytes / WRITING)
        reading = READING if self.size <= self.memory else READING_DISK
        return making + self.epochs * self.pictures * self.row_bytes / reading


def reason_against(costs: Costs) -> str | None:
    """Why features are better computed in every epoch; None where keeping them pays."""
    if costs.size > LARGEST_STORE:
        return f"they would take {_told(costs.size)}, and a run may keep {_told(LARGEST_STORE)}"
    if costs.lacking * costs.row_bytes > costs.room:
        return f"they would take {_told(costs.lacking * costs.row_bytes)}, and the disk has no room for that"
    if costs.kept > costs.afresh:
        return (
            f"to write and read them would take about {costs.kept:.1f} s, to compute them in all of the "
            f"{costs.epochs} epochs {costs.afresh:.1f} s"
        )
    return None


def room_on(folder: Path) -> int:
    """Bytes that features may still take on the disk of a folder that may yet have to be made."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    disk = shutil.disk_usage(there)
    return max(0, disk.free - int(LEFT_FREE * disk.total))


def memory_for_reading() -> int:
    """Half of what the machine has: the other half is for learning."""
    return psutil.virtual_memory().total // 2


def _told(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
