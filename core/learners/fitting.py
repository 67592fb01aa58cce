"""What scikit-learn makes of rows of features, as a decision that torch computes.

A fit takes any part of the training rows, with the settings that are given: the whole of them for the run, parts of
them to learn how sure it may be. Whatever does not depend on the settings is computed once.
"""

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from core.catalog.learners import Neighbours, OnFeatures, RbfSvm, SupportVectors
from core.learners import deciding
from core.learners.deciding import Decision

Settings = dict[str, float]

MOST_STEPS = 1000


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
        if not isinstance(self.learner, RbfSvm):
            return deciding.Linear(weight=weight @ part.rows, bias=bias)
        used = np.flatnonzero(weight.any(0))
        gamma = np.array(self._gamma(self.learner))
        return deciding.Kernel(known=part.rows[used], weight=weight[:, used], bias=bias, gamma=gamma)

    def _gamma(self, learner: RbfSvm) -> float:
        rows = self.material.rows
        return learner.gamma or 1.0 / (rows.shape[1] * max(float(rows.var()), 1e-12))

    @cached_property
    def _nearness(self) -> np.ndarray:
        rows = self.material.rows.astype(np.float64)  # libsvm ends at a tolerance: fewer digits would end elsewhere
        products = rows @ rows.T
        if not isinstance(self.learner, RbfSvm):
            return products
        lengths = products.diagonal()
        return np.exp(-self._gamma(self.learner) * np.maximum(lengths[:, None] + lengths - 2 * products, 0.0))


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

    learner: Neighbours

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
        present = np.unique(part.labels)
        means = np.stack([part.rows[part.labels == each].mean(0) for each in present])
        return linear(2 * means, -(means**2).sum(1), present, part.classes, of_two=False)


def fit_of(learner: OnFeatures, material: Material) -> Fit:
    """The fit that the learner names."""
    module, _, name = learner.fit.partition(":")
    return getattr(import_module(module), name)(learner, material)


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
