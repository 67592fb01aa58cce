"""A finished run becomes another person's own: the same results in a folder of its own, and nothing that was private.

No file of a finished run is ever changed in place, so the copy links to the same files and takes no room; deleting
either leaves the other whole.
"""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from core.runs.folders import read_json, replace_folder, write_json
from core.runs.record import NAME_LIMIT, Record, checked
from core.runs.store import RunRow

REASON = "Answered at once: an identical run had been finished already."
DOCUMENTS = ("recipe.json", "plan.json", "environment.json")
FOLDERS = ("best", "predictions/*", "epochs/*")


def copy_run(
    record: Record, source: RunRow, *, owner: str, name: str = "", request: str | None = None, sweep: str = ""
) -> str | None:
    """The copy of a finished run, with its default name and no note; None if the run is deleted meanwhile."""
    now = time.time()
    facts = {
        "name": checked(name, "name", NAME_LIMIT) or f"{source.dataset} {source.backbone} {source.strategy}",
        "owner": owner,
        "request": request,
        "sweep": sweep,
        "reason": REASON,
        **dict.fromkeys(("created", "started", "ended"), now),
    }
    run = record.take_id()
    with ExitStack() as unless_written_down, suppress(FileNotFoundError, sqlite3.IntegrityError):
        unless_written_down.callback(shutil.rmtree, record.folder(run), ignore_errors=True)
        _fill(record.folder(run), record.folder(source.id))
        # Whoever deletes a run forgets its row first: if that is still there, so were all its files.
        if record.store.copy(source.id, run, **facts):
            unless_written_down.pop_all()
            return run
    asked = record.store.asked_for(owner, request) if request else None
    return asked and asked.id


def _fill(folder: Path, source: Path) -> None:
    for name in DOCUMENTS:
        content = read_json(source / name)
        if content is not None:
            write_json(folder / name, content)
    for place in (place for pattern in FOLDERS for place in source.glob(pattern) if place.is_symlink()):
        replace_folder(folder / place.relative_to(source), _links_to(place.resolve()))


def _links_to(version: Path) -> Callable[[Path], None]:
    """Fills a folder with the files of another one."""

    def save(folder: Path) -> None:
        for file in (file for file in version.rglob("*") if file.is_file()):
            target = folder / file.relative_to(version)
            target.parent.mkdir(parents=True, exist_ok=True)
            _link(file, target)

    return save


def _link(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except FileNotFoundError:
        raise
    except OSError:  # not every file system knows hard links
        shutil.copy2(file, target)
