"""Whether somebody works on a run: a lock that the operating system frees when its holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from core.errors import RecordError
from core.runs.folders import all_or_nothing

LOCK = "lock"
TOLD_TO_END = "told-to-end"
"""A file beside the lock, by which a worker says at the last moment that its end is no fault of the run."""
GLANCE = 0.1
"""`is_held` holds the lock for microseconds; whoever holds it longer works on the run."""


class Held(RecordError):
    """Somebody else holds the lock."""


@contextmanager
def held(folder: Path, name: str = LOCK, patience: float = GLANCE) -> Iterator[int]:
    """Hold a run's lock while working on it."""
    handle = take(folder, name, patience)
    try:
        yield handle
    finally:
        os.close(handle)


def take(folder: Path, name: str = LOCK, patience: float = GLANCE) -> int:
    """Take a lock; it is held as long as any process has this handle open, whoever it was given to."""
    with all_or_nothing(folder), ExitStack() as unless_taken:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        unless_taken.callback(os.close, handle)
        give_up = time.monotonic() + patience
        while not _locked(handle):
            if time.monotonic() > give_up:
                raise Held(f"{folder.name} is being worked on by another process; wait for it, or stop it first.")
            time.sleep(0.005)
        unless_taken.pop_all()
    return handle


def is_held(folder: Path, name: str = LOCK) -> bool:
    """Whether a living process holds the lock."""
    try:
        handle = os.open(folder / name, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        # Shared, so that two who look at once don't take each other for the holder.
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def note_that_told(folder: Path, attempt: int) -> None:
    """Before the lock is free, so that whoever finds it free first, an onlooker maybe, knows this too."""
    with suppress(OSError):  # no space: then only the exit code tells
        (folder / TOLD_TO_END).write_text(str(attempt))


def was_told(folder: Path, attempt: int) -> bool:
    """Whether the worker of this attempt was told to end, though nobody had asked its run to stop."""
    try:
        return (folder / TOLD_TO_END).read_text() == str(attempt)
    except OSError:
        return False


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
