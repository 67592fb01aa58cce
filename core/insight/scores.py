"""One score in full: what a network got right on one split, per class and on average, each with its interval."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.errors import DataError
from core.insight.confusion import Confusion, Tallies
from core.insight.verdicts import bootstrap_interval, wilson

LARGEST_MATRIX = 500
"""Classes up to which the whole confusion matrix is given; above, the table of top confusions stands in for it."""
TOP_CONFUSIONS = 50
BINS = 15


def score(probabilities: np.ndarray, labels: np.ndarray, classes: Sequence[str]) -> dict[str, Any]:
    """Everything that is said about one split: from probabilities (pictures x classes) and the true labels."""
    if not len(labels):
        raise DataError("There are no pictures to score; choose a split that holds some.")
    guessed = probabilities.argmax(axis=1)
    confusion = Confusion.between(labels, guessed, len(classes))
    tallies, resampled = confusion.tallies(), confusion.resampled_averages()
    averages = {name: float(figure) for name, figure in tallies.averages().items()}
    n, right = len(labels), int((guessed == labels).sum())
    return {
        "n": n,
        "right": right,
        "accuracy": right / n,
        "interval": list(wilson(right, n)),
        **averages,
        **{f"{name}_interval": list(bootstrap_interval(averages[name], resampled[name])) for name in averages},
        "loss": float(cross_entropies(probabilities, labels).mean()),
        "ece": calibration_error(probabilities.max(axis=1), guessed == labels),
        "classes": per_class(tallies, classes),
        "confusion": confusion.matrix().tolist() if len(classes) <= LARGEST_MATRIX else None,
        "top_confusions": [
            {**pair, "true": classes[pair["true"]], "predicted": classes[pair["predicted"]]}
            for pair in confusion.most_confused(TOP_CONFUSIONS)
        ],
    }


def per_class(tallies: Tallies, classes: Sequence[str]) -> list[dict[str, Any]]:
    """One row per class. Precision and recall are proportions and carry Wilson's interval; F1 is not one."""
    columns = (tallies.precision, tallies.recall, tallies.f1, tallies.right, tallies.support, tallies.named)
    return [
        {
            "label": label,
            "precision": precision,
            "recall": recall,
            "f1": f1,
            "support": support,
            "predicted": named,
            "precision_interval": list(wilson(right, named)) if named else None,
            "recall_interval": list(wilson(right, support)) if support else None,
        }
        for label, precision, recall, f1, right, support, named in zip(
            classes, *(column.tolist() for column in columns), strict=True
        )
    ]


def cross_entropies(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The loss of each picture. A probability of 0 counts as the smallest step of its type, as in scikit-learn."""
    given = probabilities[np.arange(len(labels)), labels]
    smallest = np.finfo(np.result_type(given.dtype, np.float32)).eps
    return -np.log(np.clip(given.astype(np.float64), smallest, 1.0))


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """Expected calibration error: how far confidence and accuracy lie apart, averaged over bins of equal width."""
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(place, weights=right - confidence.astype(np.float64), minlength=bins)
    return float(np.abs(gaps).sum() / len(right))
