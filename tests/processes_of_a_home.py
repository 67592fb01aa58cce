"""Every process that works in a home, told apart by what it is: to be counted, stopped, and ended with the test."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.engines.local import STARTED
from core.engines.orders import LOG
from core.home import Home

Part = Literal["supervisor", "fork server", "worker", "other"]


@dataclass(frozen=True)
class Found:
    """A process of a home; `run` is what a worker works on."""

    pid: int
    part: Part
    run: str = ""

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)


def processes_of(home: Home) -> list[Found]:
    """All that were started with this home in their surroundings, except the one that asks."""
    return [found for pid in _pids() if pid != os.getpid() and (found := _seen(pid, home))]


def parts(home: Home, part: Part) -> list[Found]:
    return [each for each in processes_of(home) if each.part == part]


def end_all(home: Home, seconds: float = 20.0) -> None:
    """Kill whatever works in this home until nothing does."""
    end = time.monotonic() + seconds
    while left := processes_of(home):
        assert time.monotonic() < end, left
        for each in left:
            each.signal(signal.SIGKILL)
        STARTED[:] = [each for each in STARTED if each.poll() is None]
        time.sleep(0.02)


def _seen(pid: int, home: Home) -> Found | None:
    process = Path(f"/proc/{pid}")
    try:
        # One that is dead and not buried has no surroundings any more.
        if f"THAW_HOME={home.folder}".encode() not in (process / "environ").read_bytes().split(b"\0"):
            return None
        command = (process / "cmdline").read_bytes().split(b"\0")
        output = (process / "fd" / "1").readlink()
        leads = os.getsid(pid) == pid  # what a worker asks of the system (`uname`) is only its child
    except OSError:
        return None
    if output.name == LOG and leads:
        return Found(pid, "worker", output.parent.name)
    if b"core.engines.supervisor" in command:
        return Found(pid, "supervisor")
    return Found(pid, "fork server" if b"core.engines.forkserver" in command else "other")


def _pids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdecimal())  # noqa: PTH208
