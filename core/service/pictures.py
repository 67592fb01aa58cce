"""The very pictures that a run judged, found again in its dataset; none where that has changed or is gone."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from core.data.finding import is_kept_from
from core.data.miniatures import kept_miniature, png_of
from core.errors import DataError, ExplorerError, NotFound
from core.home import Home
from core.runs.folders import read_json
from core.runs.record import Record
from core.runs.store import RunRow

if TYPE_CHECKING:
    from PIL import Image

    from core.data.source import Source

SECONDS_OPEN = 60.0
"""How long an opened dataset is taken to be as it was; then its files are looked at again."""
DATASETS_OPEN = 4


@dataclass(frozen=True)
class Opened:
    """A dataset that pictures are being taken from."""

    source: "Source"
    number: Mapping[str, int]
    until: float


_opened: OrderedDict[tuple[Home, str], Opened] = OrderedDict()
_one = Lock()
"""A page asks for dozens of pictures of one dataset, from several threads; it is opened once."""


def picture(record: Record, row: RunRow, split: str, index: int, size: int) -> bytes | None:
    """Picture number `index` of what the run said about a split, as a PNG; None where it can't be had any more.

    At most `size` pixels a side; 0 stands for the picture whole.
    """
    from core.service.guesses import guesses_of

    files = guesses_of(record, row, split).files
    if not 0 <= index < len(files):
        raise NotFound(f"The {split} split of {row.id} has {len(files)} pictures; there is no number {index}.")
    if is_kept_from(row.dataset, record.home):  # a run may be shared, and what it learned from may not
        return None
    fingerprint = fingerprint_of_run(record, row)

    def read() -> "Image.Image | None":
        return picture_in(record.home, row.dataset, fingerprint, files[index])

    if not size:
        whole = read()
        return whole and png_of(whole)
    return kept_miniature(record.home.cache, fingerprint, files[index], size, read)


def fingerprint_of_run(record: Record, row: RunRow) -> str:
    """What the run's data were."""
    return str((read_json(record.folder(row.id) / "environment.json") or {}).get("data", ""))


def picture_in(home: Home, dataset: str, fingerprint: str, file: str) -> "Image.Image | None":
    """A file of a dataset, if the dataset is still the one with this fingerprint and can be read."""
    try:
        opened = _open(home, dataset)
        if opened.source.fingerprint != fingerprint or file not in opened.number:
            return None
        return opened.source.read(opened.number[file])
    except ExplorerError:
        return None


def missing_pictures(record: Record, row: RunRow) -> str | None:
    """Why the pictures of a run can't be shown, in one sentence; None where they can."""
    try:
        opened = _open(record.home, row.dataset)
    except ExplorerError as error:
        return f"The pictures of this run can't be shown: {error}"
    if opened.source.fingerprint != fingerprint_of_run(record, row):
        return f"The pictures of {row.dataset} have changed since this run, so their names stand in for them."
    return None


def _open(home: Home, dataset: str) -> Opened:
    from core.data.finding import located
    from core.data.fingerprints import open_remembered

    with _one:
        known = _opened.get((home, dataset))
        if known is None or time.monotonic() > known.until:
            if located(dataset, home).origin in ("download", "missing"):  # looking at a run never fetches anything
                raise DataError(f"{dataset} is not here any more.")
            source = open_remembered(dataset, home)
            number = {file: place for place, file in enumerate(source.files)}
            known = _opened[home, dataset] = Opened(source, number, time.monotonic() + SECONDS_OPEN)
        _opened.move_to_end((home, dataset))
        while len(_opened) > DATASETS_OPEN:
            _opened.popitem(last=False)
        return known
