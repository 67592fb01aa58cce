"""Counts such as "9 of 10 classes": how firm the count is, and how many of its wins are clear by themselves."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from core.insight.verdicts.comparisons import SEEDS_NEEDED, Comparison, compare_recipes, compare_runs, holm
from core.insight.verdicts.intervals import ALPHA


@dataclass(frozen=True)
class ClassWin:
    """Which side gets more of one class right, and whether that could be chance."""

    label: str
    winner: Literal["a", "b", "tie"]
    difference: float
    """Recall of A less that of B."""
    p_adjusted: float
    """After Holm, over all classes that occur."""


@dataclass(frozen=True, kw_only=True)
class WinCount:
    """Of how many classes A gets more right than B."""

    won: int
    of: int
    interval: tuple[int, int]
    """Of the count, by bootstrap over the pictures."""
    clear: int
    """A's wins that stand by themselves after Holm."""
    classes: tuple[ClassWin, ...]

    @property
    def sentence(self) -> str:
        low, high = self.interval
        return f"{self.won} of {self.of} classes ({low} to {high}), {self.clear} of them beyond chance"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "sentence": self.sentence}


def count_wins(
    rights_a: np.ndarray, rights_b: np.ndarray, labels: np.ndarray, classes: Sequence[str], times: int = 1000
) -> WinCount:
    """Class by class: a row of right answers per seed on each side, over the same pictures.

    Recipes are compared where each side has seeds enough, else the first network of each.
    """
    few = min(len(rights_a), len(rights_b)) < SEEDS_NEEDED
    rights_a, rights_b = (rights_a[:1], rights_b[:1]) if few else (rights_a, rights_b)
    occurring = np.unique(labels)
    pairs = [_compared(rights_a[:, labels == label], rights_b[:, labels == label]) for label in occurring]
    adjusted = holm([1.0 if pair.p_value is None else pair.p_value for pair in pairs])
    wins = tuple(
        ClassWin(classes[int(label)], _winner(pair.difference), pair.difference, p_value)
        for label, pair, p_value in zip(occurring, pairs, adjusted, strict=True)
    )
    won = sum(each.winner == "a" for each in wins)
    return WinCount(
        won=won,
        of=len(wins),
        interval=_middle(won, _resampled_wins(rights_a, rights_b, labels, times)),
        clear=sum(each.winner == "a" and each.p_adjusted < ALPHA for each in wins),
        classes=wins,
    )


def _compared(rights_a: np.ndarray, rights_b: np.ndarray) -> Comparison:
    return compare_runs(rights_a[0], rights_b[0]) if len(rights_a) == 1 else compare_recipes(rights_a, rights_b)


def _winner(difference: float) -> Literal["a", "b", "tie"]:
    return "tie" if difference == 0 else ("a" if difference > 0 else "b")


def _middle(won: int, resampled: list[int]) -> tuple[int, int]:
    """The counts that hold the middle 95% of the resamples, and the count itself."""
    low, high = np.quantile(resampled, [ALPHA / 2, 1 - ALPHA / 2], method="inverted_cdf")
    return min(won, int(low)), max(won, int(high))


def _resampled_wins(
    rights_a: np.ndarray, rights_b: np.ndarray, labels: np.ndarray, times: int, seed: int = 0
) -> list[int]:
    # Whole numbers, not shares, so that a tie is exactly 0.
    lead = rights_a.sum(axis=0) * len(rights_b) - rights_b.sum(axis=0) * len(rights_a)
    draw, n = np.random.default_rng(seed), len(labels)
    drawn = (draw.integers(n, size=n) for _ in range(times))
    return [int((np.bincount(labels[again], weights=lead[again]) > 0).sum()) for again in drawn]
