"""Makes the processes of an engine mortal: at a moment of a kind that the test has armed, one of them kills itself.

Python loads this by itself in every process that finds it on its PYTHONPATH; nothing in `core` knows of it. A file in
the folder THAW_TEST_ARMED is one death: its name is the kind of moment, its content how many such moments pass before
a process takes the file away and dies.
"""

import os
import signal
import socket
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.runs import log

ARMED = Path(os.environ["THAW_TEST_ARMED"])
CLAIM, EVENT = "UPDATE runs SET state = 'running'", "INSERT INTO events"
passed: Counter[tuple[str, str]] = Counter()
take_away = os.unlink

log.SHARE_FOR_SNAPSHOTS = 1e9  # a run of a second takes many snapshots


def moment(kind: str | None) -> None:
    """One of the moments at which this process may die."""
    if kind is None:
        return
    try:
        death = (ARMED / kind).read_text()
    except FileNotFoundError:
        return
    passed[kind, death] += 1
    if passed[kind, death] <= int(death.split()[0]):
        return
    try:
        take_away(ARMED / kind)
    except FileNotFoundError:
        return  # somebody else died of it
    os.kill(os.getpid(), signal.SIGKILL)


def mortal(function: Callable[..., Any], kind_of: Callable[..., str | None]) -> Callable[..., Any]:
    """The function, with a moment right before and one right after it."""

    def called(*args: Any, **kwargs: Any) -> Any:
        kind = kind_of(*args)
        moment(kind)
        result = function(*args, **kwargs)
        moment(kind)
        return result

    return called


class MortalConnection(sqlite3.Connection):
    """Dies around the statements that claim a run or keep its events, and around their commits."""

    inside: str | None = None

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self.inside = None if sql.startswith("BEGIN") else "claim" if sql.startswith(CLAIM) else self.inside
        return mortal(super().execute, lambda *_: self.inside)(sql, *values)

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self.inside = "event" if sql.startswith(EVENT) else self.inside
        return mortal(super().executemany, lambda *_: self.inside)(sql, *values)


def kind_of_file(path: str) -> str | None:
    inside = path.partition("/runs/")[2]
    return ("snapshot" if "snapshot" in inside else "swap") if inside else None


connect = sqlite3.connect
sqlite3.connect = lambda *args, **kwargs: connect(*args, **{**kwargs, "factory": MortalConnection})  # type: ignore[assignment]
os.fsync = mortal(os.fsync, lambda handle: kind_of_file(str(Path(f"/proc/self/fd/{handle}").readlink())))
os.replace = mortal(os.replace, lambda source, target: kind_of_file(str(target)))
os.symlink = mortal(os.symlink, lambda source, target, *_: kind_of_file(str(target)))
log.RunLog.take = mortal(log.RunLog.take, lambda its_log, event: event.kind)
socket.send_fds = mortal(socket.send_fds, lambda *_: "claim")
os.fork = mortal(os.fork, lambda: "claim")
