"""Two networks on the same pictures, class by class and cell by cell: who wins which class, and who confuses what."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.errors import DataError
from core.insight.confusion import Confusion
from core.insight.mistakes import Guesses
from core.insight.scores import LARGEST_MATRIX
from core.insight.verdicts import count_wins, same_pictures, wilson
from core.insight.verdicts.intervals import ALPHA


def in_order_of(first: Guesses, other: Guesses, a: str, b: str) -> np.ndarray:
    """Where each picture of the first stands in the other, if both were to tell the same classes in them."""
    order = same_pictures(first.files, other.files, a, b)
    if list(first.classes) != list(other.classes) or (other.labels[order] != first.labels).any():
        raise DataError(f"{a} and {b} were given different labels for the same pictures; they can't be compared.")
    return order


def contrast(one: Guesses, other: Guesses, a: str, b: str) -> dict[str, Any]:
    """Per class how many only one of them got right, with the exact test after Holm; and both confusion matrices."""
    order = in_order_of(one, other, a, b)
    rights = one.right, other.right[order]
    wins = count_wins(rights[0][None], rights[1][None], one.labels, one.classes)
    matrices = [
        Confusion.between(one.labels, predicted, len(one.classes)).matrix().tolist()
        for predicted in (one.predicted, other.predicted[order])
        if len(one.classes) <= LARGEST_MATRIX
    ]
    return {
        "a": a,
        "b": b,
        "sentence": f"{a} gets more right in {wins.sentence}",
        "classes": [
            {**_counted(rights, one.labels == one.number[win.label]), **_judged(win, a, b)} for win in wins.classes
        ],
        "labels": list(one.classes),
        "confusion": dict(zip("ab", matrices, strict=True)) if matrices else None,
        "disputed": [one.files[index] for index in np.flatnonzero(rights[0] != rights[1]).tolist()],
    }


def _counted(rights: tuple[np.ndarray, np.ndarray], inside: np.ndarray) -> dict[str, Any]:
    a, b = (right[inside] for right in rights)
    n = int(inside.sum())
    return {
        "pictures": n,
        "right_a": int(a.sum()),
        "right_b": int(b.sum()),
        "interval_a": list(wilson(int(a.sum()), n)),
        "interval_b": list(wilson(int(b.sum()), n)),
        "only_a_right": int((a & ~b).sum()),
        "only_b_right": int((b & ~a).sum()),
    }


def _judged(win: Any, a: str, b: str) -> dict[str, Any]:
    """More right answers are no victory while chance could have given them."""
    ahead = {"a": a, "b": b, "tie": None}[win.winner]
    return {
        "label": win.label,
        "difference": win.difference,
        "p_adjusted": win.p_adjusted,
        "ahead": ahead,
        "winner": ahead if win.p_adjusted < ALPHA else None,
    }


def told_by_each(guesses: Mapping[str, Guesses], count: int, disputed: bool = False) -> list[dict[str, Any]]:
    """The same pictures, evenly spaced by file, with what each run says of them; or only those it is disputed on."""
    (name, first), *_ = guesses.items()
    orders = {run: in_order_of(first, each, name, run) for run, each in guesses.items()}
    rights = np.stack([each.right[orders[run]] for run, each in guesses.items()])
    inside = np.flatnonzero(rights.any(axis=0) != rights.all(axis=0)) if disputed else np.arange(len(first.labels))
    ordered = sorted(inside.tolist(), key=first.files.__getitem__)
    spread = [ordered[place * len(ordered) // min(count, len(ordered))] for place in range(min(count, len(ordered)))]
    return [
        {
            "index": index,
            "file": first.files[index],
            "true": first.classes[int(first.labels[index])],
            "said": {run: _said(each, int(orders[run][index])) for run, each in guesses.items()},
        }
        for index in spread
    ]


def _said(guesses: Guesses, index: int) -> dict[str, Any]:
    said = guesses.classes[int(guesses.predicted[index])]
    return {"predicted": said, "confidence": float(guesses.confidence[index]), "right": bool(guesses.right[index])}


def difference_of(confusion: Mapping[str, Sequence[Sequence[int]]]) -> list[list[int]]:
    """A less B, cell by cell: on the diagonal more is better, beside it worse."""
    return (np.array(confusion["a"]) - np.array(confusion["b"])).tolist()
