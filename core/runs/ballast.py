"""A little space in reserve: given up when the disk is full, so that a run can still write down why it pauses."""

import os
from contextlib import suppress

from core.errors import DiskFull
from core.home import Home
from core.runs.folders import write_bytes

SIZE = 2**19
"""A last word takes some pages of the database, and as many of its journal."""


def take(home: Home) -> None:
    """Keep the space, unless it is kept already or there is none."""
    place = home.folder / "ballast"
    if not place.exists():
        with suppress(DiskFull):
            write_bytes(place, os.urandom(SIZE))  # zeros would take no space on a disk that compresses


def give_up(home: Home) -> bool:
    """Let others have the space; whether there was any."""
    try:
        (home.folder / "ballast").unlink()
    except FileNotFoundError:
        return False
    return True
