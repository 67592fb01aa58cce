"""A dataset of the user's own, copied into the home and checked once."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from core.catalog.datasets import DATASETS
from core.data.archives import CHUNK, ON_DISK, UPLOAD, Limits, archive_stem, extract
from core.data.arrays import holds_arrays
from core.data.building import building
from core.data.copying import Heard, ImportReport, copy_place, unheard
from core.data.entry_names import BadName, safe_path
from core.data.imported import REPORT, write_json
from core.data.ownership import Owner, keep_owner
from core.errors import DataError, NotFound, shown
from core.home import Home

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
FOUND = "found"
"""The folder beside the imported datasets that holds what was unpacked or fetched."""


def import_dataset(path: Path, name: str, home: Home, limits: Limits = ON_DISK, heard: Heard = unheard) -> ImportReport:
    """Copy a folder, an archive or arrays into the home; the copy appears whole or not at all."""
    refuse_name(name, home)
    if not path.exists():
        aside = "addresses are not fetched, download it first" if ":/" in str(path) else "check the path"
        raise NotFound(f"There is no file or folder {path}; {aside}.")
    return kept_as(name, home, path.name, lambda draft: _imported(path, name, draft, limits, heard))


def import_upload(content: BinaryIO, called: str, name: str, home: Home, heard: Heard = unheard) -> ImportReport:
    """The same from a browser: an archive or arrays, trusted less and for no longer than the import takes."""
    refuse_name(name, home)
    file = own_name(called)

    def copy(draft: Path) -> ImportReport:
        (draft / "upload").mkdir()
        _write(content, draft / "upload" / file)
        report = _imported(draft / "upload" / file, name, draft, UPLOAD, heard)
        shutil.rmtree(draft / "upload")
        return report

    return kept_as(name, home, file, copy)


def kept_as(name: str, home: Home, given: str, copy: Callable[[Path], ImportReport]) -> ImportReport:
    """What is copied into an empty folder becomes the dataset of this name, whole or not at all."""
    try:
        with building(home.datasets / name) as draft:
            if draft is None:
                raise DataError(_taken(name))
            report = copy(draft)
            if home.viewer is not None:
                keep_owner(draft, Owner(home.viewer))
            write_json(draft / REPORT, report.to_json())
            return report
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise DataError(f"{given} was not imported ({cause}); mend that and try again.") from None


def refuse_name(name: str, home: Home) -> None:
    """A name that could be a path, or that means something else already."""
    if not NAME.fullmatch(name) or name == FOUND:
        raise DataError(f"A dataset cannot be called {shown(name)}; use up to 64 letters, digits, dots, - and _.")
    if name in DATASETS:
        raise DataError(f"{name} is the name of a dataset that Thaw knows; choose another name.")
    if (home.datasets / name).exists():
        raise DataError(_taken(name))


def _taken(name: str) -> str:
    return f"An imported dataset is called {name} already; choose another name, or remove its folder from the home."


def own_name(called: str) -> str:
    """What the upload was called, where that can be a file's name."""
    try:
        return safe_path(called.rpartition("/")[2]).name
    except BadName as error:
        raise DataError(f"The uploaded file {error}; rename it and try again.") from None


def _write(content: BinaryIO, file: Path) -> None:
    with file.open("xb") as out:
        while chunk := content.read(CHUNK):
            out.write(chunk)
            if out.tell() > UPLOAD.total:
                raise DataError(f"{file.name} is larger than {UPLOAD.total >> 30} GiB, the limit for an upload.")


def _imported(path: Path, name: str, draft: Path, limits: Limits, heard: Heard) -> ImportReport:
    if path.is_dir() or holds_arrays(path):
        return copy_place(path, name, draft, heard)
    if archive_stem(path.name) is None:
        raise DataError(f"{path.name} is neither a folder nor an archive nor a NumPy file; give one of these.")
    unpacked = draft / "unpacked"
    unpacked.mkdir()
    ignored = extract(path, unpacked, limits)
    report = copy_place(_unwrapped(unpacked), name, draft, heard, ignored)
    shutil.rmtree(unpacked)
    return report


def _unwrapped(folder: Path) -> Path:
    """The first folder that holds more than one other folder."""
    entries = list(folder.iterdir())
    return _unwrapped(entries[0]) if len(entries) == 1 and entries[0].is_dir() else folder
