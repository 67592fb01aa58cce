"""Pictures that a run has not learned from, picked to be drawn again by what it has learned."""

from typing import Any

from core.catalog.learners import learner_in
from core.errors import DataError, RecordError
from core.runs.record import Record
from core.runs.store import RunRow
from core.service.mistakes import gallery, split_of
from core.service.pictures import missing_pictures, picture


def held_out(record: Record, row: RunRow, split: str | None, right: bool | None, count: int) -> dict[str, Any]:
    """So many pictures of a split, `whole`; an error where there is nobody to draw them, or nothing to draw."""
    if not learner_in(record.store.recipe(row.id)).rebuilds:
        raise RecordError(f"The run {row.id} draws no picture again; only an autoencoder does.")
    if missing := missing_pictures(record, row):
        raise DataError(missing)
    split = split or split_of(record, row)
    rows = [
        {**each, "whole": whole}
        for each in gallery(record, row, split, "best", right, count)
        if (whole := picture(record, row, split, each["index"], size=0))
    ]
    return {"run": row.id, "split": split, "rows": rows}
