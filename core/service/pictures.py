"""The very pictures that a run judged, found again in its dataset; none where that has changed or is gone."""

from typing import TYPE_CHECKING

from core.data.finding import is_kept_from
from core.data.miniatures import kept_miniature, png_of
from core.errors import ExplorerError, NotFound
from core.home import Home
from core.runs.folders import read_json
from core.runs.record import Record
from core.runs.store import RunRow
from core.service.shelf import SHELF

if TYPE_CHECKING:
    from PIL import Image


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
        opened = SHELF.take(dataset, home)
        if opened.source.fingerprint != fingerprint or file not in opened.number:
            return None
        return opened.source.read(opened.number[file])
    except ExplorerError:
        return None


def missing_pictures(record: Record, row: RunRow) -> str | None:
    """Why the pictures of a run can't be shown, in one sentence; None where they can."""
    try:
        opened = SHELF.take(row.dataset, record.home)
    except ExplorerError as error:
        return f"The pictures of this run can't be shown: {error}"
    if opened.source.fingerprint != fingerprint_of_run(record, row):
        return f"The pictures of {row.dataset} have changed since this run, so their names stand in for them."
    return None
