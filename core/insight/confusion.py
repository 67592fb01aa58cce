"""Which class was taken for which, and how often: only the cells that occur, however many classes there are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

AT_ONCE = 4_000_000
"""Numbers held at a time while resampling; bounds the memory, changes no result."""


@dataclass(frozen=True)
class Tallies:
    """Per class: pictures that show it (`support`), that were said to (`named`), and both (`right`).

    The last axis is the class; a leading axis, if there is one, is the resample.
    """

    right: np.ndarray
    support: np.ndarray
    named: np.ndarray

    @property
    def precision(self) -> np.ndarray:
        return _ratio(self.right, self.named)

    @property
    def recall(self) -> np.ndarray:
        return _ratio(self.right, self.support)

    @property
    def f1(self) -> np.ndarray:
        return _ratio(2 * self.right, self.support + self.named)

    def averages(self) -> dict[str, np.ndarray]:
        """Macro: over the classes that occur, in truth or in prediction. Weighted: by the pictures of each class."""
        occurring = np.maximum(((self.support + self.named) > 0).sum(-1), 1)
        pictures = np.maximum(self.support.sum(-1), 1)
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {f"macro_{name}": figure.sum(-1) / occurring for name, figure in figures.items()} | {
            f"weighted_{name}": (figure * self.support).sum(-1) / pictures for name, figure in figures.items()
        }


@dataclass(frozen=True)
class Confusion:
    """The cells that occur, by true and then by predicted class, and the pictures in each."""

    classes: int
    true: np.ndarray
    predicted: np.ndarray
    count: np.ndarray

    @classmethod
    def between(cls, labels: np.ndarray, predicted: np.ndarray, classes: int) -> "Confusion":
        cells, count = np.unique(labels.astype(np.int64) * classes + predicted, return_counts=True)
        return cls(classes, cells // classes, cells % classes, count)

    @property
    def n(self) -> int:
        return int(self.count.sum())

    def matrix(self) -> np.ndarray:
        """Rows are true classes, columns predicted ones. Dense: for as many classes as a person can look at."""
        dense = np.zeros((self.classes, self.classes), dtype=np.int64)
        dense[self.true, self.predicted] = self.count
        return dense

    def tallies(self, counts: np.ndarray | None = None) -> Tallies:
        """Per class, from these counts or, row by row, from resampled ones."""
        counts = self.count if counts is None else counts
        right = np.where(self.true == self.predicted, counts, 0)
        return Tallies(
            _summed(right, self.true, self.classes),
            _summed(counts, self.true, self.classes),
            _summed(counts, self.predicted, self.classes),
        )

    def most_confused(self, limit: int) -> list[dict[str, Any]]:
        """Pairs of different classes, most pictures first; `share` is of the true class. Ties in class order."""
        support = _summed(self.count, self.true, self.classes)
        wrong = np.flatnonzero(self.true != self.predicted)
        share = self.count[wrong] / support[self.true[wrong]]
        ranked = np.lexsort((self.predicted[wrong], self.true[wrong], -share, -self.count[wrong]))[:limit]
        return [
            {
                "true": int(self.true[cell]),
                "predicted": int(self.predicted[cell]),
                "count": int(self.count[cell]),
                "share": float(self.count[cell] / support[self.true[cell]]),
            }
            for cell in wrong[ranked]
        ]

    def resampled_averages(self, times: int = 1000, seed: int = 0) -> dict[str, np.ndarray]:
        """Every average once per bootstrap over the pictures.

        To draw n pictures anew is to draw the counts of the cells from a multinomial, so no picture is touched.
        """
        parts = [self.tallies(counts).averages() for counts in self._resampled(times, seed)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _resampled(self, times: int, seed: int) -> Iterator[np.ndarray]:
        draw = np.random.default_rng(seed)
        together = max(1, AT_ONCE // max(self.classes, len(self.count)))
        for done in range(0, times, together):
            yield draw.multinomial(self.n, self.count / self.n, size=min(together, times - done))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """A share, and 0 where there is nothing to take a share of (scikit-learn's `zero_division=0`)."""
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)


def _summed(counts: np.ndarray, of_class: np.ndarray, classes: int) -> np.ndarray:
    """The counts of each class, for one row of cells or for many."""
    rows = counts.reshape(-1, counts.shape[-1])
    places = np.arange(len(rows))[:, None] * classes + of_class
    summed = np.bincount(places.ravel(), weights=rows.ravel(), minlength=len(rows) * classes)
    return summed.astype(np.int64).reshape(*counts.shape[:-1], classes)
