"""Which datasets can be had here, and any of them opened by its name.

A name is compared with what is there and never becomes part of a path by itself. Looking decodes nothing.
"""

import difflib
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from core.catalog.datasets import DATASETS, DatasetCard
from core.data.archives import archive_stem, unpack
from core.data.arrays import array_source, holds_arrays
from core.data.carried import carried_source
from core.data.downloads import FETCHES, fetched
from core.data.entry_names import is_litter
from core.data.folders import folder_source, listing
from core.data.hub import PREFIX, hub_source
from core.data.imported import DESCRIPTION, REPORT, read_imported
from core.data.importing import FOUND
from core.data.layout import placed
from core.data.loaders import BUILT_IN, could_read, loose_place, read_place
from core.data.ownership import owner_of
from core.data.source import Source
from core.errors import DataError, shown
from core.home import Home, data_folders

SAMPLE = 1 << 20

Origin = Literal["built in", "found", "imported", "download", "missing"]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A dataset as a list shows it; `available` says whether it can be opened without the network."""

    name: str
    title: str
    classes: int | None
    """None where only opening it would tell."""
    pictures: int | None
    available: bool
    source: Origin

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "classes": self.classes,
            "pictures": self.pictures,
            "available": self.available,
            "source": self.source,
        }


def find_datasets(home: Home) -> list[Found]:
    """Everything that can be trained on here: known datasets, then imported ones, then what lies below THAW_DATA."""
    known = [_found_card(card, home) for card in DATASETS.values()]
    imported = [_found_import(name, folder) for name, folder in sorted(_imports(home).items())]
    discovered = [_found_place(name, place) for name, place in sorted(_discovered(home).items())]
    return [*known, *imported, *discovered]


def open_source(name: str, home: Home) -> Source:
    """The dataset of this name, ready to be read; fetched or unpacked first if need be."""
    if carried := carried_source(name, home):
        return carried
    if name.startswith(PREFIX):
        return hub_source(name)
    if name in DATASETS:
        return _open_card(DATASETS[name], home)
    imports, discovered = _imports(home), _discovered(home)
    if name in imports:
        return read_imported(name, imports[name])
    if name in discovered:
        return _open_place(name, discovered[name], home)
    known = [*DATASETS, *imports, *discovered]
    close = difflib.get_close_matches(name, known, n=3)
    meant = f"close to it are {', '.join(close)}, and " if close else ""
    raise DataError(f"There is no dataset called {shown(name)}; {meant}`datasets` lists what there is.")


def is_kept_from(name: str, home: Home) -> bool:
    """Whether there is such a dataset, but not for whoever looks."""
    return name in _imports(replace(home, viewer=None)) and name not in _imports(home)


class Location(NamedTuple):
    """Where a dataset comes from, and the folder or archive that holds it; None where nothing does by now."""

    origin: Origin
    place: Path | None = None


def located(name: str, home: Home) -> Location:
    """What `open_source` would open, found without opening it."""
    if name in DATASETS:
        return _locate_card(DATASETS[name], home)
    if place := _imports(home).get(name):
        return Location("imported", place)
    place = _discovered(home).get(name)
    return Location("found" if place else "missing", place)


def _locate_card(card: DatasetCard, home: Home) -> Location:
    if card.name in BUILT_IN:
        return Location("built in")
    fetched_before = home.datasets / FOUND / card.source_name
    place = _place_of(card) or (fetched_before if fetched_before.is_dir() else None)
    return Location("found" if place else "download" if card.source_name in FETCHES else "missing", place)


def _open_card(card: DatasetCard, home: Home) -> Source:
    if card.name in BUILT_IN:
        return BUILT_IN[card.name]()
    place = _place_of(card)
    return read_place(card, _unpacked(place, home) if place else fetched(card, home), home.cache)


def _open_place(name: str, place: Path, home: Home) -> Source:
    folder = _unpacked(place, home)
    return array_source(name, folder) if holds_arrays(folder) else folder_source(name, folder, home.cache)


def _unpacked(place: Path, home: Home) -> Path:
    """The place itself, or what was in the archive; unpacked anew when the archive changes."""
    stem = archive_stem(place.name)
    if place.is_dir() or stem is None:
        return place
    return unpack(place, home.datasets / FOUND / f"{stem}-{_sampled_hash(place)}")


def _sampled_hash(archive: Path) -> str:
    """A hash of an archive's size, beginning and end, where every packed form keeps its checksums; of all of a tar."""
    size = archive.stat().st_size
    digest = hashlib.blake2b(str(size).encode(), digest_size=8)
    with archive.open("rb") as file:
        if archive.suffix.lower() == ".tar":
            while chunk := file.read(SAMPLE):
                digest.update(chunk)
        else:
            digest.update(file.read(SAMPLE))
            file.seek(max(0, size - SAMPLE))
            digest.update(file.read(SAMPLE))
    return digest.hexdigest()


def _place_of(card: DatasetCard) -> Path | None:
    """A folder or archive below THAW_DATA that is named like the card."""
    wanted = {plain(name) for name in (card.source_name, *DATASETS[card.source_name].places, *card.places)}
    for folder in data_folders():
        for stem, place in _entries(folder):
            if plain(stem) in wanted and (place.is_file() or could_read(card, place)):
                return place
        if (loose := loose_place(card, folder)) is not None:
            return loose
    return None


def plain(name: str) -> str:
    """A name without what people write differently: capitals, blanks, dashes."""
    return re.sub(r"[\W_]", "", name.casefold())


def _entries(folder: Path) -> Iterator[tuple[str, Path]]:
    """Everything directly in a data folder that may be a dataset, and what it is called."""
    if not folder.is_dir():
        return
    for place in sorted(folder.iterdir()):
        stem = place.name if place.is_dir() else archive_stem(place.name) or _npz_stem(place)
        if stem and not is_litter(place.name):
            yield stem, place


def _npz_stem(place: Path) -> str | None:
    return place.stem if place.suffix.lower() == ".npz" else None


def _discovered(home: Home) -> dict[str, Path]:
    """What lies below THAW_DATA without being a known or an imported dataset; the first of a name counts."""
    taken = {plain(name) for card in DATASETS.values() for name in (card.name, *card.places)}
    taken_names = _imports(replace(home, viewer=None)).keys()  # whoever trains sees all, and must mean the same
    found: dict[str, Path] = {}
    for folder in data_folders():
        for stem, place in _entries(folder):
            if plain(stem) not in taken and stem not in taken_names and _promising(place):
                found.setdefault(stem, place)
    return found


def _promising(place: Path) -> bool:
    if place.is_file():
        return True
    try:
        return holds_arrays(place) or any(entry.is_dir() for entry in place.iterdir() if not is_litter(entry.name))
    except PermissionError:
        return False


def _imports(home: Home) -> dict[str, Path]:
    if not home.datasets.is_dir():
        return {}
    folders = [folder for folder in home.datasets.iterdir() if folder.name != FOUND and not is_litter(folder.name)]
    whole = (folder for folder in folders if (folder / DESCRIPTION).is_file())
    return {folder.name: folder for folder in whole if owner_of(folder).is_seen_by(home.viewer)}


def _found_card(card: DatasetCard, home: Home) -> Found:
    origin = _locate_card(card, home).origin
    return Found(
        name=card.name,
        title=card.title,
        classes=card.classes,
        pictures=card.pictures,
        available=origin in ("built in", "found"),
        source=origin,
    )


def _found_import(name: str, folder: Path) -> Found:
    classes = pictures = None
    try:
        report = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        classes, pictures = len(report["classes"]), int(report["accepted"])
    except (OSError, ValueError, LookupError, TypeError):
        pass  # a list is no place to complain; opening it says what is wrong
    return Found(name=name, title=name, classes=classes, pictures=pictures, available=True, source="imported")


def _found_place(name: str, place: Path) -> Found:
    classes = pictures = None
    if place.is_dir() and not holds_arrays(place):
        try:
            kept, _ = placed(listing(place).files)
            classes, pictures = len({each.label for each in kept}), len(kept)
        except DataError:
            pass
    return Found(name=name, title=name, classes=classes, pictures=pictures, available=True, source="found")
