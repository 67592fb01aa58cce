"""The pictures behind the figures: the greatest losses, what lies in a cell of the matrix, and galleries of both."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from core.insight.confusion import Confusion
from core.insight.scores import cross_entropies

Order = Literal["loss", "confidence", "file"]
ORDERS: tuple[Order, ...] = ("loss", "confidence", "file")


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
    """All that was said about one split, to be looked at in several orders. Every order is the same each time.

    A few columns, however many classes there are: the probabilities themselves are not kept.
    """

    labels: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray
    given: np.ndarray
    """The probability of the true class."""
    losses: np.ndarray
    files: list[str]
    classes: Sequence[str]

    @classmethod
    def of(cls, probabilities: np.ndarray, labels: np.ndarray, files: list[str], classes: Sequence[str]) -> "Guesses":
        given = probabilities[np.arange(len(labels)), labels]
        losses = cross_entropies(probabilities, labels)
        return cls(labels, probabilities.argmax(axis=1), probabilities.max(axis=1), given, losses, files, classes)

    @cached_property
    def right(self) -> np.ndarray:
        return self.predicted == self.labels

    @cached_property
    def confusion(self) -> Confusion:
        return Confusion.between(self.labels, self.predicted, len(self.classes))

    @cached_property
    def number(self) -> dict[str, int]:
        """Each class's place."""
        return {label: place for place, label in enumerate(self.classes)}

    def chosen(
        self,
        true: str | None = None,
        predicted: str | None = None,
        right: bool | None = None,
        order: Order = "loss",
    ) -> np.ndarray:
        """The pictures that fit all that is asked, in order: greatest loss first, most confident first, or by file."""
        fits = np.ones(len(self.labels), bool)
        if true is not None:
            fits &= self.labels == self.number[true]
        if predicted is not None:
            fits &= self.predicted == self.number[predicted]
        if right is not None:
            fits &= self.right == right
        inside = np.flatnonzero(fits)
        return inside[self._ranked(inside, order)]

    def top_losses(self, count: int) -> list[Guess]:
        """The pictures whose true class seemed least likely; among equals, the most confident first."""
        return self.shown(self.chosen()[:count])

    def in_cell(self, true: str, predicted: str) -> list[Guess]:
        """The pictures in one cell of the confusion matrix, most confident first."""
        return self.shown(self.chosen(true, predicted, order="confidence"))

    def gallery(self, right: bool | None, count: int) -> list[Guess]:
        """So many right, wrong or whatever pictures, evenly spaced by file: a fair impression, not the best or worst.

        Of whatever pictures they are the same for every run that judged this split.
        """
        ordered = self.chosen(right=right, order="file")
        if len(ordered) > count:
            ordered = ordered[np.arange(count) * len(ordered) // count]
        return self.shown(ordered)

    def shown(self, indices: np.ndarray) -> list[Guess]:
        return [
            Guess(
                index=index,
                file=self.files[index],
                true=self.classes[int(self.labels[index])],
                predicted=self.classes[int(self.predicted[index])],
                confidence=float(self.confidence[index]),
                loss=float(self.losses[index]),
            )
            for index in indices.tolist()
        ]

    def _ranked(self, inside: np.ndarray, order: Order) -> np.ndarray:
        if order == "loss":
            return np.lexsort((-self.confidence[inside], self.given[inside]))
        if order == "confidence":
            return np.argsort(-self.confidence[inside], kind="stable")
        return np.argsort(np.array([self.files[index] for index in inside.tolist()], dtype=object), kind="stable")
