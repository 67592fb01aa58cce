"""What stays true on a machine until it restarts: which boot this is, a clock nobody can set, when a process began.

The clock on the wall may jump by an hour and process ids are given out again; neither decides anything here.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import psutil

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def steady_seconds() -> float:
    """Seconds on a clock that all processes of this boot share, and that only goes forward."""
    return time.monotonic()


@cache
def boot() -> str:
    """A word for this boot of the machine, or of the container: its first process began at another time."""
    if BOOT_ID.exists():
        return f"{BOOT_ID.read_text().strip()}/{_began(1)}"
    asked = subprocess.run(["sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or f"{sys.platform}/{psutil.boot_time():.0f}"


@dataclass(frozen=True)
class Process:
    """A process that can't be taken for another: ids are given out again, the moment of its beginning is not."""

    pid: int
    began: str
    boot: str

    @classmethod
    def of(cls, pid: int) -> "Process":
        return cls(pid, _began(pid) or "", boot())

    @classmethod
    def here(cls) -> "Process":
        return cls.of(os.getpid())

    @classmethod
    def from_text(cls, text: str) -> "Process | None":
        """What `to_text` wrote, or None where nothing was."""
        return cls(**json.loads(text)) if text else None

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @property
    def lives(self) -> bool:
        """Whether this very process is there still; one that ended and waits to be buried is not."""
        return self.boot == boot() and bool(self.began) and _began(self.pid) == self.began and not _is_dead(self.pid)

    def signal(self, number: int, *, with_children: bool = False) -> bool:
        """Send a signal to this process and no other; its own group and every descendant too, if asked to."""
        if not self.lives:
            return False
        children = _descendants(self.pid) if with_children else []
        with suppress(ProcessLookupError, PermissionError):
            if with_children and os.getpgid(self.pid) == self.pid:  # children whose parents are gone are of its group
                os.killpg(self.pid, number)
        for pid in [self.pid, *children]:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        return True


def _descendants(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _began(pid: int) -> str | None:
    """When a process began: in ticks since the boot where /proc tells, for the wall's clock may be set meanwhile."""
    try:
        if BOOT_ID.exists():
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        return f"{psutil.Process(pid).create_time():.2f}"
    except (OSError, psutil.Error):
        return None


def _is_dead(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return True
