"""A run's mistakes and what it got right, chosen by class and ordered, a page at a time."""

from typing import TYPE_CHECKING, Any

from core.errors import NotFound, RecordError, shown
from core.runs.record import Record
from core.runs.store import RunRow
from core.service.guesses import guesses_of

if TYPE_CHECKING:
    from core.insight.mistakes import Guesses

AT_ONCE = 48


def mistakes(
    record: Record,
    row: RunRow,
    split: str | None = None,
    *,
    weights: str = "best",
    true: str | None = None,
    predicted: str | None = None,
    right: bool | None = None,
    order: str = "loss",
    page: int = 1,
    at_once: int | None = AT_ONCE,
) -> dict[str, Any]:
    """The pictures that fit, in order. `page` counts from 1; without `at_once` all of them are one page."""
    split = split or split_of(record, row)
    guesses = guesses_of(record, row, split, weights)
    _check(guesses, order, true, predicted)
    found = guesses.chosen(true, predicted, right, order)  # type: ignore[arg-type]
    first = 0 if at_once is None else (page - 1) * at_once
    some = found[max(0, first) :][: len(found) if at_once is None else at_once]
    return {
        "run": row.id,
        "split": split,
        "weights": weights,
        "n": len(guesses.labels),
        "right": int(guesses.right.sum()),
        "found": len(found),
        "page": page,
        "rows": [guess.to_json() for guess in guesses.shown(some)],
    }


def split_of(record: Record, row: RunRow) -> str:
    """The test split where the run has one, else validation."""
    return "test" if (record.folder(row.id) / "predictions" / "test-best").exists() else "val"


def _check(guesses: "Guesses", order: str, *classes: str | None) -> None:
    from core.insight.mistakes import ORDERS

    if order not in ORDERS:
        raise RecordError(f"Mistakes can't be ordered by {shown(order)}; choose one of {', '.join(ORDERS)}.")
    for label in classes:
        if label is not None and label not in guesses.number:
            raise NotFound(f"There is no class {shown(label)} in this run; `confusions` lists its classes.")


def gallery(record: Record, row: RunRow, split: str, weights: str, right: bool | None, count: int) -> list[dict]:
    """So many pictures, evenly spaced by file; where right and wrong both count, the same for every run."""
    return [guess.to_json() for guess in guesses_of(record, row, split, weights).gallery(right, count)]
