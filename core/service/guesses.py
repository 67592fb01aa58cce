"""What a run said about a split, picture by picture; read once and remembered, for a run's words never change."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import DataError
from core.runs.predictions import columns_place, read_columns
from core.runs.record import Record
from core.runs.store import RunRow, RunStore

if TYPE_CHECKING:
    from core.insight.mistakes import Guesses

REMEMBERED = 16


def guesses_of(record: Record, row: RunRow, split: str, weights: str = "best") -> "Guesses":
    """The columns of one split; a sentence where the run never got so far."""
    place = columns_place(record.folder(row.id), split, weights)
    if place is None:
        raise DataError(
            f"The run {row.id} ({row.state}) has said nothing about a {split} split by its {weights} weights; "
            "choose another split, or a run that has ended well."
        )
    return _read(place, record.store, row.id)


def classes_of(store: RunStore, run: str) -> tuple[str, ...]:
    """The classes as the run knew them."""
    started = [each for each in store.told(run) if each["kind"] == "started"]
    return tuple(started[-1]["classes"]) if started else ()


@lru_cache(maxsize=REMEMBERED)
def _read(place: Path, store: RunStore, run: str) -> "Guesses":
    """A version's place is never written a second time, so what was read from it stays true."""
    from core.insight.mistakes import Guesses  # numpy loads here: a list of runs needs none

    columns = read_columns(place)
    return Guesses.of(columns.probabilities, columns.labels, columns.files, classes_of(store, run))
