"""The pictures behind the figures: the greatest losses, what lies in a cell of the matrix, and galleries of both."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.insight.scores import cross_entropies


@dataclass(frozen=True, kw_only=True)
class Guess:
    """What was said about one picture, and how surely."""

    index: int
    file: str
    true: str
    predicted: str
    confidence: float
    """The probability given to the predicted class."""
    loss: float

    @property
    def right(self) -> bool:
        return self.true == self.predicted

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "right": self.right}


@dataclass(frozen=True)
class Guesses:
    """All that was said about one split, to be looked at in several orders. Every order is the same each time."""

    probabilities: np.ndarray
    labels: np.ndarray
    files: Sequence[str]
    classes: Sequence[str]

    def top_losses(self, count: int) -> list[Guess]:
        """The pictures whose true class seemed least likely; among equals, the most confident first."""
        given = self.probabilities[np.arange(len(self.labels)), self.labels]
        return self._shown(np.lexsort((-self.probabilities.max(axis=1), given))[:count])

    def in_cell(self, true: str, predicted: str) -> list[Guess]:
        """The pictures in one cell of the confusion matrix, most confident first."""
        shown, said = self.classes.index(true), self.classes.index(predicted)
        inside = np.flatnonzero((self.labels == shown) & (self._predicted() == said))
        return self._shown(inside[np.argsort(-self.probabilities[inside, said], kind="stable")])

    def gallery(self, right: bool, count: int) -> list[Guess]:
        """So many right (or wrong) pictures, evenly spaced by file name: a fair impression, not the best or worst."""
        fitting = np.flatnonzero((self._predicted() == self.labels) == right)
        ordered = sorted(fitting.tolist(), key=lambda index: (self.files[index], index))
        if len(ordered) > count:
            ordered = [ordered[place * len(ordered) // count] for place in range(count)]
        return self._shown(np.array(ordered, dtype=int))

    def _predicted(self) -> np.ndarray:
        return self.probabilities.argmax(axis=1)

    def _shown(self, indices: np.ndarray) -> list[Guess]:
        rows, labels = self.probabilities[indices], self.labels[indices]
        losses = cross_entropies(rows, labels).tolist()
        return [
            Guess(
                index=int(index),
                file=self.files[int(index)],
                true=self.classes[int(label)],
                predicted=self.classes[int(row.argmax())],
                confidence=float(row.max()),
                loss=loss,
            )
            for index, row, label, loss in zip(indices, rows, labels, losses, strict=True)
        ]
