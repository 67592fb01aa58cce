"""Pictures gathered class by class until they are a dataset: from files, from a camera, over several visits.

They wait in the home as they came and are shown to nobody; only an import, which checks each, makes pictures of them.
"""

import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from urllib.parse import quote, unquote

from core.data.archives import UPLOAD
from core.data.copying import Heard, ImportReport, copy_pictures, unheard
from core.data.decoding import MAX_BYTES
from core.data.entry_names import LONGEST_NAME, is_litter, shortened
from core.data.importing import kept_as, own_name, refuse_name
from core.data.layout import Placed, class_name
from core.errors import DataError, NotFound, shown, telling_of_a_full_disk
from core.home import Home


def collect(name: str, label: str, called: str, content: bytes, home: Home) -> None:
    """Put one more picture of a class aside, for the dataset that will have this name."""
    refuse_name(name, home)
    folder = _collection(name, home) / _folder_of(label)
    if len(content) > MAX_BYTES:
        raise DataError(f"{shown(called)} is larger than {MAX_BYTES >> 20} MiB, the limit; make it smaller.")
    _insist_on_room(_collection(name, home), len(content))
    with telling_of_a_full_disk(home.folder):
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{uuid.uuid4().hex}"
        draft.write_bytes(content)
        draft.replace(_free(folder, called))


def collections(home: Home) -> dict[str, dict[str, int]]:
    """What waits to become datasets: by name, how many pictures each class has so far."""
    place = _place(home)
    return {each.name: _counts(each) for each in sorted(place.iterdir())} if place.is_dir() else {}


def import_collected(name: str, home: Home, heard: Heard = unheard) -> ImportReport:
    """Make the dataset of what was gathered for it, which is then no longer kept aside."""
    refuse_name(name, home)
    place = _gathered(name, home)
    pictures = [Placed(f"{folder.name}/{file}", unquote(folder.name), "") for folder, file in _files(place)]
    report = kept_as(
        name, home, name, lambda draft: copy_pictures(place, pictures, [], name=name, draft=draft, heard=heard)
    )
    shutil.rmtree(place, ignore_errors=True)
    return report


def drop_collection(name: str, home: Home) -> None:
    shutil.rmtree(_gathered(name, home), ignore_errors=True)


def _place(home: Home) -> Path:
    """Each person gathers alone."""
    return home.folder / "collected" / ("here" if home.viewer is None else f"of {quote(home.viewer, safe='')}")


def _collection(name: str, home: Home) -> Path:
    return _place(home) / name


def _gathered(name: str, home: Home) -> Path:
    if name not in collections(home):
        raise NotFound(f"Nothing was collected for a dataset called {shown(name)}; add pictures to it first.")
    return _collection(name, home)


def _folder_of(label: str) -> str:
    """A class's folder: its name, with what would make a path of it written another way."""
    label = class_name(label.strip())
    folder = label.replace("%", "%25").replace("/", "%2F").replace("\\", "%5C")
    if not label.isprintable() or is_litter(folder) or not 0 < len(folder.encode()) <= LONGEST_NAME:
        raise DataError(
            f"A class cannot be called {shown(label)}; use a short name of visible letters that begins without a dot."
        )
    return folder


def _free(folder: Path, called: str) -> Path:
    """A file of this name; with a number where one is there already, as camera shots are all called alike."""
    name = Path(own_name(called).lstrip(".") or "picture")
    names = chain([name.name], (shortened(f"{name.stem} {number}{name.suffix}") for number in count(2)))
    return next(folder / each for each in names if not (folder / each).exists())


def _insist_on_room(collection: Path, more: int) -> None:
    files = [folder / file for folder, file in _files(collection)]
    if len(files) >= UPLOAD.files or sum(file.stat().st_size for file in files) + more > UPLOAD.total:
        raise DataError(
            f"No more than {UPLOAD.files:,} pictures or {UPLOAD.total >> 30} GiB are collected for a dataset;"
            " import a folder or an archive instead."
        )


def _counts(collection: Path) -> dict[str, int]:
    folders = Counter(unquote(folder.name) for folder, _ in _files(collection))
    return dict(sorted(folders.items()))


def _files(collection: Path) -> Iterator[tuple[Path, str]]:
    """Every picture, with the folder of its class; what is still being written does not count."""
    for folder in sorted(collection.iterdir()) if collection.is_dir() else ():
        yield from ((folder, file.name) for file in sorted(folder.iterdir()) if not file.name.startswith("."))
