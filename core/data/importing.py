"""A dataset of the user's own, copied into the home and checked once."""

import json
import re
import shutil
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.catalog.datasets import DATASETS
from core.data.archives import ON_DISK, Limits, archive_stem, extract
from core.data.arrays import holds_arrays, joined, read_blocks
from core.data.building import building
from core.data.folders import listing, notes_on, refuse_too_few
from core.data.imported import REPORT, Copied, copy_picture, write_arrays, write_json, write_pictures
from core.data.layout import Placed, class_order, placed
from core.data.source import Skip
from core.data.working import in_threads
from core.errors import DataError, NotFound, PictureError, shown
from core.home import Home

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
FOUND = "found"
"""The folder beside the imported datasets that holds what was unpacked or fetched."""


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What came of an import; also kept beside the copy as report.json."""

    name: str
    classes: tuple[str, ...]
    accepted: int
    skipped: tuple[Skip, ...]
    ignored: int
    """What systems had left among the files: .DS_Store, Thumbs.db and the like."""
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return json.loads(json.dumps(asdict(self)))


def import_dataset(path: Path, name: str, home: Home, limits: Limits = ON_DISK) -> ImportReport:
    """Copy a folder, an archive or arrays into the home; the copy appears whole or not at all."""
    _refuse_name(name, home)
    if not path.exists():
        aside = "addresses are not fetched, download it first" if ":/" in str(path) else "check the path"
        raise NotFound(f"There is no file or folder {path}; {aside}.")
    try:
        with building(home.datasets / name) as draft:
            if draft is None:
                raise DataError(_taken(name))
            report = _imported(path, name, draft, limits)
            write_json(draft / REPORT, report.to_json())
            return report
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise DataError(f"{path.name} was not imported ({cause}); mend that and try again.") from None


def _refuse_name(name: str, home: Home) -> None:
    """A name that could be a path, or that means something else already."""
    if not NAME.fullmatch(name) or name == FOUND:
        raise DataError(f"A dataset cannot be called {shown(name)}; use up to 64 letters, digits, dots, - and _.")
    if name in DATASETS:
        raise DataError(f"{name} is the name of a dataset that Thaw knows; choose another name.")
    if (home.datasets / name).exists():
        raise DataError(_taken(name))


def _taken(name: str) -> str:
    return f"An imported dataset is called {name} already; choose another name, or remove its folder from the home."


def _imported(path: Path, name: str, draft: Path, limits: Limits) -> ImportReport:
    if path.is_dir() or holds_arrays(path):
        return _kept(path, name, draft)
    if archive_stem(path.name) is None:
        raise DataError(f"{path.name} is neither a folder nor an archive nor a NumPy file; give one of these.")
    unpacked = draft / "unpacked"
    unpacked.mkdir()
    ignored = extract(path, unpacked, limits)
    report = _kept(_unwrapped(unpacked), name, draft, ignored)
    shutil.rmtree(unpacked)
    return report


def _unwrapped(folder: Path) -> Path:
    """The first folder that holds more than one other folder."""
    entries = list(folder.iterdir())
    return _unwrapped(entries[0]) if len(entries) == 1 and entries[0].is_dir() else folder


def _kept(place: Path, name: str, draft: Path, ignored: int = 0) -> ImportReport:
    return _kept_arrays(place, name, draft) if holds_arrays(place) else _kept_pictures(place, name, draft, ignored)


def _kept_arrays(place: Path, name: str, draft: Path) -> ImportReport:
    blocks, skipped = read_blocks(place)
    source = joined(name, blocks, skipped)
    write_arrays(draft, blocks, skipped)
    return ImportReport(
        name=name,
        classes=source.classes,
        accepted=len(source),
        skipped=source.skipped,
        ignored=0,
        warnings=source.notes,
    )


def _kept_pictures(place: Path, name: str, draft: Path, ignored: int) -> ImportReport:
    def copy(numbered: tuple[int, Placed]) -> tuple[Copied | Skip, tuple[str, ...]]:
        try:
            return copy_picture(place, numbered[0], numbered[1], draft)
        except PictureError as error:
            return Skip(numbered[1].file, str(error)), ()

    found = listing(place)
    pictures, astray = placed(found.files)
    results = list(in_threads(copy, list(enumerate(pictures)), "Importing"))
    copies = [result for result, _ in results if isinstance(result, Copied)]
    refused = [result for result, _ in results if isinstance(result, Skip)]
    skipped = sorted((*found.skipped, *astray, *refused), key=lambda skip: skip.file)
    labels = [each.label for each in copies]
    refuse_too_few(name, class_order(labels), [*refused, *astray, *found.skipped])
    write_pictures(draft, copies, skipped)
    notes = Counter(note for _, said in results for note in said)
    return ImportReport(
        name=name,
        classes=tuple(class_order(labels)),
        accepted=len(copies),
        skipped=tuple(skipped),
        ignored=ignored + found.ignored,
        warnings=(*notes_on(labels), *(f"In {count:,} pictures {note}." for note, count in sorted(notes.items()))),
    )
