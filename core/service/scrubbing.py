"""A run through time: what it said about validation after each epoch, and the same few pictures at any of them."""

from typing import Any

from core.errors import DataError, NotFound
from core.runs.epochs import Judgement, read_epochs
from core.runs.record import Record
from core.runs.store import RunRow
from core.service.guesses import classes_of, guesses_of
from core.service.showing import epochs_told

SPLIT = "val"


def history(record: Record, row: RunRow) -> dict[str, Any]:
    """Per kept epoch: how many were right, and how many were learned and forgotten since the kept one before."""
    from core.insight.learning import turns
    from core.insight.verdicts import wilson

    kept = _kept(record, row)
    return {
        "run": row.id,
        "split": SPLIT,
        "n": len(kept[0].labels),
        "epochs": [
            {
                "epoch": each.epoch,
                "right": int(each.right.sum()),
                "accuracy": float(each.right.mean()),
                "interval": list(wilson(int(each.right.sum()), len(each.right))),
                "learned": learned,
                "forgotten": forgotten,
            }
            for each, (learned, forgotten) in zip(kept, turns([each.right for each in kept]), strict=True)
        ],
    }


def at_epoch(record: Record, row: RunRow, epoch: int, pictures: int = 12) -> dict[str, Any]:
    """The confusions after an epoch, and what was then said about the pictures whose answer turned most often."""
    from core.insight.confusion import Confusion
    from core.insight.learning import most_unsettled
    from core.insight.scores import LARGEST_MATRIX

    kept = _kept(record, row)
    then = next((each for each in kept if each.epoch == epoch), None)
    if then is None:
        raise NotFound(f"What {row.id} said after epoch {epoch + 1} was not kept; `epochs` lists those that were.")
    classes = classes_of(record.store, row.id)
    confusion = Confusion.between(then.labels, then.predicted, len(classes))
    places = most_unsettled([each.right for each in kept], pictures)
    return {
        "run": row.id,
        "split": SPLIT,
        "epoch": epoch,
        "n": len(then.labels),
        "right": int(then.right.sum()),
        "classes": list(classes),
        "confusion": confusion.matrix().tolist() if len(classes) <= LARGEST_MATRIX else None,
        "rows": [_said(record, row, then, int(place), classes) for place in places],
    }


def _said(record: Record, row: RunRow, then: Judgement, place: int, classes: tuple[str, ...]) -> dict[str, Any]:
    index = place * then.every
    return {
        "index": index,
        "file": guesses_of(record, row, SPLIT).files[index],
        "true": classes[int(then.labels[place])],
        "predicted": classes[int(then.predicted[place])],
        "confidence": float(then.confidence[place]),
        "right": bool(then.right[place]),
    }


def _kept(record: Record, row: RunRow) -> list[Judgement]:
    told = {each["epoch"] for each in epochs_told(record.store.told(row.id))}
    kept = read_epochs(record.folder(row.id), told)
    if not kept:
        raise DataError(f"The run {row.id} kept nothing of what it said after each epoch; runs trained from now on do.")
    return kept
