"""A full disk, while the file THAW_TEST_FULL exists: nothing can be saved, and nothing told without the ballast."""

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

FULL = Path(os.environ["THAW_TEST_FULL"])
BALLAST = Path(os.environ["THAW_HOME"]) / "ballast"
connect, fsync = sqlite3.connect, os.fsync


class FullConnection(sqlite3.Connection):
    """Has no space for events as long as the ballast takes it."""

    def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if FULL.exists() and BALLAST.exists():
            raise sqlite3.OperationalError("database or disk is full")
        return super().executemany(sql, *values)


def force(handle: int) -> None:
    if FULL.exists():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    fsync(handle)


sqlite3.connect = lambda *args, **kwargs: connect(*args, **{**kwargs, "factory": FullConnection})  # type: ignore[assignment]
os.fsync = force
