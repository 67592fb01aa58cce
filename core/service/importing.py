"""Datasets that come and go: imported while the server goes on with its pages, and removed."""

import shutil
from pathlib import Path
from typing import Any, BinaryIO

from core.data.collecting import import_collected
from core.data.copying import ImportReport
from core.data.finding import located
from core.data.importing import import_dataset, import_upload, refuse_name
from core.data.ownership import owner_of
from core.errors import DataError, NotFound, shown
from core.home import Home
from core.runs.record import Record
from core.service.errands import Errand, Errands
from core.service.shelf import SHELF

IMPORTS = Errands(at_once=2)
NOT_ENDED = ("queued", "running", "pausing", "paused", "stopping")


def begin_import(home: Home, name: str, path: str | None = None, upload: tuple[str, BinaryIO] | None = None) -> None:
    """Import a folder or file of this machine, else an upload as (its name, what it holds), else what was collected."""
    refuse_name(name, home)
    if path is not None and home.viewer is not None:
        raise DataError("The folders of the serving machine are not for visitors; upload an archive instead.")

    def work(errand: Errand) -> dict[str, Any]:
        return _imported(home, name, path, upload, errand).to_json()

    IMPORTS.begin(home, name, work)


def _imported(
    home: Home, name: str, path: str | None, upload: tuple[str, BinaryIO] | None, errand: Errand
) -> ImportReport:
    if upload is not None:
        return import_upload(upload[1], upload[0], name, home, errand.heard)
    if path is not None:
        return import_dataset(Path(path).expanduser(), name, home, heard=errand.heard)
    return import_collected(name, home, errand.heard)


def delete_dataset(record: Record, name: str) -> None:
    """Remove an imported dataset; runs that learned from it keep what they know."""
    origin, place = located(name, record.home)
    if place is None and origin == "missing":
        raise NotFound(f"There is no dataset called {shown(name)}; `datasets` lists what there is.")
    if origin != "imported" or place is None:
        raise DataError(f"{name} was not imported and is not Thaw's to remove; only imported datasets are.")
    if not owner_of(place).may_change(record.home.viewer):
        raise DataError(f"{name} was imported by somebody else, who alone can remove it.")
    needed = [
        row.id for row in map(record.seen, record.store.newest()) if row.dataset == name and row.state in NOT_ENDED
    ]
    if needed:
        who = f"The run {needed[0]}" if record.sees(needed[0]) else "Somebody's run"
        raise DataError(f"{who} still needs {name}; stop it first, or wait until it has ended.")
    _remove(place)
    SHELF.drop(name)


def _remove(folder: Path) -> None:
    """Gone in one step, whatever interrupts the clearing away."""
    gone = folder.with_name(f".{folder.name}.removed")
    shutil.rmtree(gone, ignore_errors=True)
    folder.replace(gone)
    shutil.rmtree(gone, ignore_errors=True)
