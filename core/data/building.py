"""A folder that appears whole or not at all, however the work on it ends."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def building(target: Path) -> Iterator[Path | None]:
    """An empty folder to fill: it becomes `target` when the block ends well and vanishes when it does not.

    None where `target` stands already. What an earlier, killed attempt left is cleared away first; a second process
    waits for the one at work.
    """
    draft = target.with_name(f".{target.name}.partial")
    beside = target.parent.exists()
    handle, settled = _claimed(draft), False
    try:
        if target.exists():
            yield None
        else:
            _emptied(draft)
            yield draft
            settle(draft, target)
            settled = True  # from here on a draft of that name is another process's
    finally:
        if not settled:
            shutil.rmtree(draft, ignore_errors=True)
            if not beside:
                with suppress(OSError):  # not where another draft stands there by now
                    target.parent.rmdir()
        os.close(handle)


def settle(draft: Path, target: Path) -> None:
    """Give a finished folder its name, after its content has reached the disk."""
    os.sync()  # one call for tens of thousands of small files, where an fsync each would take minutes
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _claimed(draft: Path) -> int:
    """A lock on the draft itself, which the system frees if we die; taken anew if the draft vanished meanwhile."""
    while True:
        draft.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            handle = os.open(draft, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if draft.exists() and os.path.samestat(os.fstat(handle), draft.stat()):
                return handle
            os.close(handle)


def _emptied(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
