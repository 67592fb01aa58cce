"""Two networks, or two recipes, on the same pictures: which is better, or too close to call."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np

from core.errors import DataError
from core.insight.verdicts.intervals import ALPHA, Interval

SEEDS_NEEDED = 3


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What may be said about two networks (`runs`) or about what made them (`recipes`)."""

    a: str
    b: str
    about: Literal["runs", "recipes"]
    only_a_right: float
    """Pictures that A alone got right; for recipes the mean over every seed of A against every seed of B."""
    only_b_right: float
    difference: float
    """Accuracy of A less that of B."""
    interval: Interval | None = None
    """Of the difference; recipes only."""
    p_value: float | None = None
    p_adjusted: float | None = None
    """The verdict rests on this one: for recipes after Holm over all pairs shown together, for runs as it is."""
    seeds: tuple[int, int] = (1, 1)
    reason: str = ""
    """Why nothing could be judged, if so."""
    things: str = "networks"
    """What the two are called."""

    @property
    def verdict(self) -> Literal["a", "b", "too_close"]:
        if self.p_adjusted is None or self.p_adjusted >= ALPHA:
            return "too_close"
        return "a" if self.difference > 0 else "b"

    @property
    def sentence(self) -> str:
        if self.reason:
            return self.reason
        said = self._runs_in_words() if self.about == "runs" else self._recipes_in_words()
        if self.verdict == "too_close":
            return f"{said}: too close to call between these two {self.things}"
        return f"{said}: {self.a if self.verdict == 'a' else self.b} is the better of these two {self.things}"

    def _runs_in_words(self) -> str:
        counts = f"{self.only_a_right:.0f} only {self.a} right, {self.only_b_right:.0f} only {self.b} right"
        return f"{counts}; exact McNemar {in_words(self.p_value)}"

    def _recipes_in_words(self) -> str:
        low, high = (100 * end for end in self.interval or (self.difference, self.difference))
        apart = f"{self.a} less {self.b} is {100 * self.difference:+.1f} points ({low:+.1f} to {high:+.1f})"
        holm_too = f", {in_words(self.p_adjusted)} after Holm" if self.p_adjusted != self.p_value else ""
        return f"{apart} over {self.seeds[0]} and {self.seeds[1]} seeds; {in_words(self.p_value)}{holm_too}"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "verdict": self.verdict, "sentence": self.sentence}


def compare_runs(
    right_a: np.ndarray, right_b: np.ndarray, a: str = "A", b: str = "B", things: str = "networks"
) -> Comparison:
    """Two trained networks, or other runs: the pictures on which only one is right decide, by McNemar's exact test."""
    _check_same_length(right_a, right_b, a, b)
    only_a, only_b = int((right_a & ~right_b).sum()), int((~right_a & right_b).sum())
    p_value = mcnemar_exact(only_a, only_b)
    return Comparison(
        a=a,
        b=b,
        about="runs",
        only_a_right=only_a,
        only_b_right=only_b,
        difference=(only_a - only_b) / len(right_a),
        p_value=p_value,
        p_adjusted=p_value,
        things=things,
    )


def mcnemar_exact(only_a: int, only_b: int) -> float:
    """How often a fair coin, tossed once per disputed picture, falls at least as unevenly."""
    from scipy.special import bdtr  # SciPy loads when first needed: a page opens without it

    return min(1.0, 2 * float(bdtr(min(only_a, only_b), only_a + only_b, 0.5)))


def compare_recipes(rights_a: np.ndarray, rights_b: np.ndarray, a: str = "A", b: str = "B") -> Comparison:
    """Two recipes, each with a row of right answers per seed: pictures and seeds both count as chance."""
    _check_same_length(rights_a, rights_b, a, b)
    share_a, share_b = rights_a.mean(axis=0), rights_b.mean(axis=0)
    seeds = len(rights_a), len(rights_b)
    comparison = Comparison(
        a=a,
        b=b,
        about="recipes",
        things="recipes",
        only_a_right=float((share_a * (1 - share_b)).sum()),
        only_b_right=float((share_b * (1 - share_a)).sum()),
        difference=float(rights_a.mean() - rights_b.mean()),
        seeds=seeds,
    )
    if min(seeds) < SEEDS_NEEDED:
        have = f"{a} has {_counted(seeds[0])} and {b} has {_counted(seeds[1])}"
        return replace(comparison, reason=f"{have}; a verdict about recipes needs at least three seeds of each")
    p_value, half = _students_t(comparison.difference, _standard_error(rights_a, rights_b), sum(seeds) - 2)
    interval = max(-1.0, comparison.difference - half), min(1.0, comparison.difference + half)
    return replace(comparison, interval=interval, p_value=p_value, p_adjusted=p_value)


def _standard_error(rights_a: np.ndarray, rights_b: np.ndarray) -> float:
    """Of the difference in accuracy: what the choice of pictures adds, and what the draw of seeds adds on each side."""
    per_picture = rights_a.mean(axis=0) - rights_b.mean(axis=0)
    from_pictures = per_picture.var(ddof=1) / len(per_picture) if len(per_picture) > 1 else np.inf
    from_seeds = (rights.mean(axis=1).var(ddof=1) / len(rights) for rights in (rights_a, rights_b))
    return float(np.sqrt(from_pictures + sum(from_seeds)))


def _students_t(difference: float, error: float, freedom: int) -> tuple[float, float]:
    """The two-sided p of Student's t, and the half-width of the interval."""
    from scipy.special import stdtr, stdtrit

    if error == 0:
        return (1.0 if difference == 0 else 0.0), 0.0
    return float(2 * stdtr(freedom, -abs(difference) / error)), float(stdtrit(freedom, 1 - ALPHA / 2)) * error


def compare_all_recipes(rights: Mapping[str, np.ndarray]) -> list[Comparison]:
    """Every pair of recipes that is shown together; Holm keeps one chance difference among them at 1 in 20."""
    pairs = [compare_recipes(rights[a], rights[b], a, b) for a, b in combinations(rights, 2)]
    adjusted = iter(holm([pair.p_value for pair in pairs if pair.p_value is not None]))
    return [pair if pair.p_value is None else replace(pair, p_adjusted=next(adjusted)) for pair in pairs]


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the given order: each may be held against the level as if it stood alone."""
    adjusted, least = [0.0] * len(p_values), 0.0
    for done, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = adjusted[place] = max(least, min(1.0, (len(p_values) - done) * p_values[place]))
    return adjusted


def same_pictures(files_a: Sequence[str], files_b: Sequence[str], a: str = "A", b: str = "B") -> np.ndarray:
    """Where each picture of A stands in B; only what was scored on the same pictures can be compared."""
    where = {file: place for place, file in enumerate(files_b)}
    if len(files_a) != len(files_b) or any(file not in where for file in files_a):
        shared = sum(file in where for file in files_a)
        raise DataError(
            f"{a} was scored on {len(files_a)} pictures and {b} on {len(files_b)}, of which they share {shared}; "
            "only runs on the same pictures can be compared."
        )
    return np.array([where[file] for file in files_a], dtype=int)


def in_words(p_value: float | None) -> str:
    if p_value is None:
        return "no p"
    return "p < 0.0001" if p_value < 0.0001 else f"p = {p_value:.2g}"


def _counted(seeds: int) -> str:
    return "1 seed" if seeds == 1 else f"{seeds} seeds"


def _check_same_length(a: np.ndarray, b: np.ndarray, name_a: str, name_b: str) -> None:
    if a.shape[-1] != b.shape[-1]:
        raise DataError(
            f"{name_a} was scored on {a.shape[-1]} pictures and {name_b} on {b.shape[-1]}; "
            "only runs on the same pictures can be compared."
        )
