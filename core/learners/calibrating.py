"""How sure a decision may be: one factor on its scores, found on training pictures that it was not fitted on."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from core.learners.deciding import answers
from core.learners.fitting import Fit, Material, Settings

FOLDS = 3
MOST_ASKED = 2000
"""About so many pictures of a fold say enough about one factor."""
BOUNDS = (-12.0, 12.0)
"""Of the factor's logarithm: scores may be tiny or huge."""


def sharpness_of(fit: Fit, material: Material, settings: Settings) -> float:
    """The factor under which the classes of pictures left out of the fit are most likely; 1 where none can be."""
    if fit.sure:
        return 1.0
    left_out = [(scores, labels) for scores, labels in _left_out(fit, material, settings) if len(labels)]
    if not left_out:
        return 1.0
    found = minimize_scalar(partial(_surprise, left_out), bounds=BOUNDS, method="bounded")
    return float(np.exp(found.x))


def _left_out(fit: Fit, material: Material, settings: Settings) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Scores of what each fold leaves out, among the classes that the rest of it knows, and its place among them."""
    fold = folds(material.labels)
    for number in range(FOLDS):
        kept = np.flatnonzero(fold != number)
        known = np.unique(material.labels[kept])
        asked = np.flatnonzero((fold == number) & np.isin(material.labels, known))
        asked = asked[:: max(1, len(asked) // MOST_ASKED)]
        if len(known) > 1 and len(asked):
            scores = answers(fit.decision(kept, settings), material.rows[asked])
            yield scores[:, known], np.searchsorted(known, material.labels[asked])


def folds(labels: np.ndarray) -> np.ndarray:
    """The fold of each picture: every class is dealt out in turn, so that each fold has its share of it."""
    order = np.argsort(labels, kind="stable")
    fold = np.empty(len(labels), int)
    fold[order] = np.arange(len(labels)) % FOLDS
    return fold


def _surprise(left_out: list[tuple[np.ndarray, np.ndarray]], log_sharpness: float) -> float:
    sharp = np.exp(log_sharpness)
    told = [log_softmax(sharp * scores, axis=1)[np.arange(len(labels)), labels] for scores, labels in left_out]
    return -float(np.concatenate(told).mean())
