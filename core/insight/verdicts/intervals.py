"""How far one figure can be trusted: intervals that hold the truth 95 times in 100."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

LEVEL = 0.95
ALPHA = 1 - LEVEL
Z = NormalDist().inv_cdf(1 - ALPHA / 2)

Interval = tuple[float, float]


def wilson(right: float, n: float) -> Interval:
    """Wilson's interval of a proportion; everything is possible where nothing was seen."""
    if not n:
        return 0.0, 1.0
    share, weight = right / n, Z * Z / n
    middle = (share + weight / 2) / (1 + weight)
    half = Z * math.sqrt((share * (1 - share) + weight / 4) / n) / (1 + weight)
    # Rounding must not push the share itself out of its interval at 0 and at 1.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def newcombe(right_a: float, n_a: float, right_b: float, n_b: float) -> Interval:
    """Newcombe's interval of a - b for two independent proportions (his tenth method, from Wilson's intervals)."""
    a, b = right_a / n_a, right_b / n_b
    (a_low, a_high), (b_low, b_high) = wilson(right_a, n_a), wilson(right_b, n_b)
    return a - b - math.hypot(a - a_low, b_high - b), a - b + math.hypot(a_high - a, b - b_low)


def bootstrap_interval(figure: float, resampled: np.ndarray) -> Interval:
    """The interval of a macro figure, from what it became when the pictures were drawn anew.

    The resamples give only the width. Their own middle 95% sits too low, for a class of few pictures loses by being
    drawn unevenly: simulated with 16 uneven classes and 1,324 pictures it held the truth in 91% of cases, this in 95%.
    """
    return around(figure, bootstrap_error(resampled))


def bootstrap_error(resampled: np.ndarray) -> float:
    """The standard error of a figure, from its resamples."""
    return float(np.std(resampled, ddof=1))


def around(figure: float, error: float) -> Interval:
    """Two standard errors (1.96) to each side of a share of 1."""
    return max(0.0, figure - Z * error), min(1.0, figure + Z * error)


def over_seeds(figures: Sequence[float]) -> dict[str, Any]:
    """Several seeds of one recipe: their mean, and each shown; the spread needs two."""
    spread = float(np.std(figures, ddof=1)) if len(figures) > 1 else None
    return {"mean": float(np.mean(figures)), "each": list(figures), "spread": spread}
