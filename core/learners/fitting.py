"""What scikit-learn makes of rows of features, as a decision that torch computes.

A fit knows the settings that it would try, and fits any part of the training rows with one of them: the whole of them
for the run, parts of them to learn how sure it may be. Whatever does not depend on the settings is computed once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestCentroid
from sklearn.svm import SVC

from core.catalog.learners import ClassMeans, Logistic, Neighbours, OnFeatures, SupportVectors
from core.learners import deciding
from core.learners.deciding import Decision

Settings = dict[str, float]

LINEAR_COSTS = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
RBF_COSTS = (0.3, 1.0, 3.0, 10.0, 30.0)
VOTERS = (1, 3, 5, 10, 20)
MOST_STEPS = 1000
MOST_COMPARED = 8000
"""Pictures that a support vector machine compares two by two: half a gigabyte of nearness, and as much to work on."""


@dataclass(frozen=True)
class Material:
    """What is learned from: rows on one scale, their classes, and how much each row counts."""

    rows: np.ndarray
    labels: np.ndarray
    classes: int
    weights: np.ndarray

    def part(self, places: np.ndarray) -> "Material":
        return Material(self.rows[places], self.labels[places], self.classes, self.weights[places])


@dataclass(frozen=True)
class Fit:
    """One way to learn from material."""

    learner: OnFeatures
    material: Material
    sure: ClassVar[bool] = False
    """Whether the softmax of its scores are probabilities as they are."""

    def prepare(self) -> None:
        """Compute what all settings share."""

    def decision(self, places: np.ndarray, settings: Settings) -> Decision:
        """What is decided by after learning from the material at these places."""
        raise NotImplementedError


class SupportVectorsFit(Fit):
    """One class against the rest, each by libsvm on the nearness of every two pictures, computed once."""

    learner: SupportVectors

    def prepare(self) -> None:
        assert len(self._nearness)

    def decision(self, places: np.ndarray, settings: Settings) -> Decision:
        part = self.material.part(places)
        near = self._nearness if len(places) == len(self.material.rows) else self._nearness[np.ix_(places, places)]
        weight, bias = np.zeros((part.classes, len(places))), np.zeros(part.classes)
        for label in np.unique(part.labels):
            svm = SVC(C=settings["C"], kernel="precomputed").fit(near, part.labels == label, sample_weight=part.weights)
            weight[label, svm.support_], bias[label] = svm.dual_coef_[0], svm.intercept_[0]
        if self.learner.kernel == "linear":
            return deciding.Linear(weight=weight @ part.rows, bias=bias)
        used = np.flatnonzero(weight.any(0))
        return deciding.Kernel(known=part.rows[used], weight=weight[:, used], bias=bias, gamma=np.array(self.gamma))

    @cached_property
    def gamma(self) -> float:
        rows = self.material.rows
        return self.learner.gamma or 1.0 / (rows.shape[1] * max(float(rows.var()), 1e-12))

    @cached_property
    def _nearness(self) -> np.ndarray:
        rows = self.material.rows.astype(np.float64)  # libsvm ends at a tolerance: fewer digits would end elsewhere
        products = rows @ rows.T
        if self.learner.kernel == "linear":
            return products
        lengths = products.diagonal()
        return np.exp(-self.gamma * np.maximum(lengths[:, None] + lengths - 2 * products, 0.0))


class LogisticFit(Fit):
    """All classes at once, whose scores are probabilities already."""

    sure = True

    def decision(self, places: np.ndarray, settings: Settings) -> Decision:
        part = self.material.part(places)
        found = LogisticRegression(C=settings["C"], max_iter=MOST_STEPS).fit(
            part.rows, part.labels, sample_weight=part.weights
        )
        return linear(found.coef_, found.intercept_, found.classes_, part.classes)


class NeighboursFit(Fit):
    """Nothing is fitted: whom to ask is all there is to know."""

    def decision(self, places: np.ndarray, settings: Settings) -> Decision:
        part = self.material.part(places)
        return deciding.Neighbours(
            known=part.rows,
            votes=np.eye(part.classes)[part.labels],
            k=np.array(min(int(settings["k"]), len(places))),
            by_distance=np.array(int(self.learner.vote == "near")),
        )


class MeansFit(Fit):
    """The squared distance to each mean, without what it shares with all others, is a sum of features."""

    def decision(self, places: np.ndarray, settings: Settings) -> Decision:
        part = self.material.part(places)
        means = NearestCentroid().fit(part.rows, part.labels).centroids_
        return linear(2 * means, -(means**2).sum(1), np.unique(part.labels), part.classes, of_two=False)


def fit_of(learner: OnFeatures, material: Material) -> Fit:
    match learner:
        case SupportVectors():
            return SupportVectorsFit(learner, material)
        case Logistic():
            return LogisticFit(learner, material)
        case Neighbours():
            return NeighboursFit(learner, material)
        case ClassMeans():
            return MeansFit(learner, material)
    raise TypeError(f"nobody fits a {type(learner).__name__} to features")


def candidates(learner: OnFeatures, pictures: int) -> list[Settings]:
    """The settings that are worth a try, with so many training pictures."""
    match learner:
        case SupportVectors(kernel="rbf"):
            return [{"C": cost} for cost in asked(learner.C, RBF_COSTS)]
        case SupportVectors() | Logistic():
            return [{"C": cost} for cost in asked(learner.C, LINEAR_COSTS)]
        case Neighbours():
            return [{"k": k} for k in dict.fromkeys(min(int(k), pictures) for k in asked(learner.k, VOTERS))]
    return [{}]


def held(learner: OnFeatures, pictures: int, features: int, classes: int) -> int:
    """How many numbers the decision may come to."""
    match learner:
        case SupportVectors(kernel="rbf"):
            return min(pictures, MOST_COMPARED) * (features + classes)
        case Neighbours():
            return pictures * features
    return classes * (features + 1)


def most_pictures(learner: OnFeatures) -> int | None:
    """How many pictures can be learned from, where there is a limit."""
    return MOST_COMPARED if isinstance(learner, SupportVectors) else None


def asked(value: float, grid: Iterable[float]) -> Iterable[float]:
    """The one value that was asked for, or all that are worth a try."""
    return [value] if value else grid


def linear(
    weight: np.ndarray, bias: np.ndarray, present: np.ndarray, classes: int, of_two: bool = True
) -> deciding.Linear:
    """A row for each class that there is; of two classes scikit-learn tells of the second alone."""
    if of_two and len(present) == 2:
        weight, bias = np.concatenate([-weight, weight]), np.concatenate([-bias, bias])
    whole = np.zeros((classes, weight.shape[1])), np.zeros(classes)
    whole[0][present], whole[1][present] = weight, bias
    return deciding.Linear(weight=whole[0], bias=whole[1])


def counting_alike(labels: np.ndarray) -> np.ndarray:
    """Weights that give every class that is there as much to say."""
    counts = np.bincount(labels)
    return (len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1)))[labels]


def settings_of(candidate: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {value:g}" for name, value in candidate.items())
