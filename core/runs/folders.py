"""Writing that survives a kill at any moment: a reader finds the old or the new, never something torn.

A file is written beside its place, forced to disk and renamed over it. A folder can't be renamed over a full one, so
its place is a link to a version of it, and the link is what gets replaced.
"""

import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import RecordError, telling_of_a_full_disk
from core.runs.strict import strict_json

FRESH = ".new-"
VERSION = re.compile(r".+\.[0-9a-f]{8}")


def replace_folder(place: Path, save: Callable[[Path], object]) -> None:
    """Let `save` write a folder, then make it the one that stands at `place`."""
    mark = secrets.token_hex(4)
    version = place.with_name(f"{place.name}.{mark}")
    fresh, link = place.with_name(f"{FRESH}{version.name}"), place.with_name(f"{FRESH}{mark}")
    with all_or_nothing(place, fresh, link):
        fresh.mkdir(parents=True)
        save(fresh)
        _force(fresh)
        fresh.replace(version)
        link.symlink_to(version.name)
        link.replace(place)
        _force_entry(place.parent)
    for other in place.parent.glob(f"{place.name}.*"):
        if other.name != version.name:
            shutil.rmtree(other, ignore_errors=True)


def make_folder(place: Path) -> None:
    """A folder that has not been there."""
    with all_or_nothing(place):
        try:
            place.mkdir(parents=True)
        except (NotADirectoryError, PermissionError) as error:
            raise RecordError(f"{place.parent} can't be made ({error.strerror}); choose another THAW_HOME.") from None


def write_json(place: Path, content: Mapping[str, Any]) -> None:
    write_text(place, strict_json(content, indent=2) + "\n")


def write_text(place: Path, text: str) -> None:
    write_bytes(place, text.encode("utf-8"))


def write_bytes(place: Path, content: bytes) -> None:
    """Replace a file in one step."""
    fresh = place.with_name(f"{FRESH}{place.name}-{secrets.token_hex(4)}")
    with all_or_nothing(place, fresh):
        place.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place)
        _force_entry(place.parent)


def read_json(place: Path) -> dict[str, Any] | None:
    """What `write_json` wrote, or None where nothing has been written yet."""
    return json.loads(place.read_text(encoding="utf-8")) if place.exists() else None


def discard(place: Path) -> None:
    """Remove a replaceable folder: the link first, so that no reader meets half of it."""
    version = place.resolve()
    place.unlink(missing_ok=True)
    _remove(version)


def sweep(folder: Path) -> None:
    """Remove what a killed writer left behind: half-written files, and versions that no link names."""
    for left in [*folder.rglob(f"{FRESH}*")]:
        _remove(left)
    for version in [each for each in folder.rglob("*") if VERSION.fullmatch(each.name) and each.is_dir()]:
        if version.with_name(version.stem).resolve() != version.resolve():
            _remove(version)


@contextmanager
def all_or_nothing(place: Path, *halves: Path) -> Iterator[None]:
    """Half-written pieces never stay (what went well has lost these names); a full disk is the user's to mend."""
    try:
        with telling_of_a_full_disk(place.parent):
            yield
    finally:
        for half in halves:
            _remove(half)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _force(folder: Path) -> None:
    """Everything below a folder is on the disk, not only in the machine's memory."""
    for path in [*folder.rglob("*"), folder]:
        _force_entry(path)


def _force_entry(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
