"""A path of heads: how well each does, and what one of them takes for what."""

from typing import Any

from core.catalog.learners import learner_in
from core.errors import DataError, NotFound, RecordError
from core.runs.paths import read_confusions, read_path
from core.runs.record import Record
from core.runs.store import RunRow

SPLIT = "val"


def path(record: Record, row: RunRow) -> dict[str, Any]:
    """All heads after the last epoch, and which of them was best after which."""
    kept = _kept(record, row)
    heads = [_told(each, kept) for each in kept["heads"]]
    return {"run": row.id, "split": SPLIT, **kept, "n": kept["pictures"][SPLIT], "heads": heads}


def head(record: Record, row: RunRow, number: int) -> dict[str, Any]:
    """One of them, with its confusions."""
    kept = _kept(record, row)
    if not 0 <= number < len(kept["heads"]):
        raise NotFound(f"The run {row.id} has {len(kept['heads'])} heads and no number {number + 1}.")
    return {
        "run": row.id,
        "split": SPLIT,
        "kind": kept["kind"],
        **_told(kept["heads"][number], kept),
        "n": kept["pictures"][SPLIT],
        "classes": kept["classes"],
        "confusion": read_confusions(record.folder(row.id), number),
    }


def _told(each: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    from core.insight.verdicts.intervals import wilson

    pictures, right = kept["pictures"], each["val_right"]
    return {
        **each,
        "train_accuracy": each["train_right"] / pictures["train"],
        "val_accuracy": right / pictures[SPLIT],
        "interval": list(wilson(right, pictures[SPLIT])),
        "nonzero": kept["weights"] - each["zeros"],
    }


def _kept(record: Record, row: RunRow) -> dict[str, Any]:
    if not learner_in(record.store.recipe(row.id)).has_path:
        raise RecordError(f"The run {row.id} has no path of heads; only the learner `path` makes one.")
    kept = read_path(record.folder(row.id))
    if kept is None:
        raise DataError(f"The run {row.id} ({row.state}) has kept no path yet; it does when it ends well.")
    return kept
