"""A dataset at a glance: its classes, the splits as they will be used, its sizes, and what was left out of it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from core.data.source import Source, SplitName
from core.data.splits import split
from core.errors import DataError

Splits = Mapping[SplitName, np.ndarray]


def overview(source: Source) -> dict[str, Any]:
    """Everything that can be told without looking at a single picture; `trouble` is why it can't be trained on."""
    trouble, splits = None, dict[SplitName, np.ndarray]()
    try:
        splits = split(source)
    except DataError as error:
        trouble = str(error)
    counts = {str(name): _per_class(source, held) for name, held in splits.items()}
    return {
        "name": source.name,
        "pictures": len(source),
        "classes": _classes(source, counts),
        "splits": _splits(source, splits),
        "imbalance": _imbalance(counts.get("train")),
        "sizes": _sizes(source),
        "licence": source.licence,
        "skipped": [asdict(skip) for skip in source.skipped],
        "notes": list(source.notes),
        "trouble": trouble,
    }


def _per_class(source: Source, held: np.ndarray) -> np.ndarray:
    return np.bincount(source.labels[held], minlength=len(source.classes))


def _classes(source: Source, counts: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    everything = np.bincount(source.labels, minlength=len(source.classes))
    return [
        {
            "label": label,
            "pictures": int(everything[place]),
            **{name: int(held[place]) for name, held in counts.items()},
        }
        for place, label in enumerate(source.classes)
    ]


def _splits(source: Source, splits: Splits) -> list[dict[str, Any]]:
    """How large each one is, and whether the dataset brought it or it is cut here."""
    brought = set(source.given)
    return [
        {"split": name, "pictures": len(held), "share": len(held) / len(source), "brought": name in brought}
        for name, held in splits.items()
    ]


def _imbalance(train: np.ndarray | None) -> float | None:
    """How many times larger the largest class of the training split is than the smallest that has any picture."""
    if train is None or not train.any():
        return None
    return float(train.max() / train[train > 0].min())


def _sizes(source: Source) -> dict[str, Any] | None:
    """The smallest, the middle and the largest width and height, as the files have them."""
    if source.facts is None:
        return None
    sizes = np.array([(each.width, each.height) for each in map(source.facts, range(len(source)))])
    ends = {"smallest": sizes.min(axis=0), "median": np.median(sizes, axis=0), "largest": sizes.max(axis=0)}
    width, height = ({end: int(values[side]) for end, values in ends.items()} for side in (0, 1))
    return {"width": width, "height": height, "different": len(np.unique(sizes, axis=0))}
