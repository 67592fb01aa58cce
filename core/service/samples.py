"""Pictures that a run has not learned from, to try it on: of its own test split, a different class each."""

from typing import TYPE_CHECKING, Any

from core.data.miniatures import png_of
from core.errors import DataError
from core.runs.record import Record
from core.runs.store import RunRow
from core.service.guesses import guesses_of
from core.service.mistakes import split_of
from core.service.pictures import fingerprint_of_run, missing_pictures, picture_in

if TYPE_CHECKING:
    from PIL import Image

    from core.insight.mistakes import Guesses


def samples(record: Record, row: RunRow, count: int) -> list[dict[str, Any]]:
    """So many pictures, whole, with what they truly show; an error where they are not there any more."""
    if missing := missing_pictures(record, row):
        raise DataError(missing)
    split = split_of(record, row)
    guesses = guesses_of(record, row, split)
    return [
        {
            "index": index,
            "split": split,
            "file": guesses.files[index],
            "label": guesses.classes[guesses.labels[index]],
            "picture": png_of(picture),
        }
        for index in _of_all_classes(guesses)[:count]
        if (picture := _picture(record, row, guesses.files[index]))
    ]


def _of_all_classes(guesses: "Guesses") -> list[int]:
    """One of each class, then a second one of each."""
    from core.data.thumbnails import mixed

    return mixed(guesses.labels).tolist()


def _picture(record: Record, row: RunRow, file: str) -> "Image.Image | None":
    return picture_in(record.home, row.dataset, fingerprint_of_run(record, row), file)
