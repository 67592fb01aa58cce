"""From what each candidate may be to what the whole picture says: all ways to cut it, weighed, and their sums.

A way to cut is a chain of candidates that uses every piece once. It counts by how sure the network is that each link
is one thing; each link's value is a distribution; so the sum is found exactly, by one convolution per candidate.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.learners.candidates import Candidate

LEAST = 1e-9


@dataclass(frozen=True)
class Reading:
    """The distribution over sums 0, 1, 2 ..., and the most probable way to cut: places in the list of candidates."""

    sums: np.ndarray
    chain: tuple[int, ...]
    certainty: float
    """The share of that way among all ways to cut."""


def read(found: Sequence[Candidate], shares: np.ndarray, values: Sequence[int], pieces: int) -> Reading:
    """`shares` has a row for each candidate: a probability per value, and last that of being no single thing."""
    if not pieces:
        return Reading(np.zeros(1), (), 0.0)
    each = np.maximum(shares[:, :-1], LEAST)
    ending = [[place for place, one in enumerate(found) if one.after == after] for after in range(pieces + 1)]
    polynomials = _polynomials(each, values)
    sums, scales, best, came = [np.ones(1)], [0.0], [0.0], [-1]
    for after in range(1, pieces + 1):
        befores = [found[place].first for place in ending[after]]
        scale = max(scales[first] for first in befores)
        total = _together(
            [
                np.exp(scales[first] - scale) * np.convolve(sums[first], polynomials[place])
                for place, first in zip(ending[after], befores, strict=True)
            ]
        )
        weight = float(total.sum())
        sums.append(total / weight)
        scales.append(scale + np.log(weight))
        ways = [best[found[place].first] + np.log(each[place].sum()) for place in ending[after]]
        best.append(max(ways))
        came.append(ending[after][int(np.argmax(ways))])
    return Reading(sums[-1], _chain(found, came), float(np.exp(best[-1] - scales[-1])))


def _polynomials(each: np.ndarray, values: Sequence[int]) -> np.ndarray:
    found = np.zeros((len(each), max(values) + 1))
    for column, value in enumerate(values):
        found[:, value] += each[:, column]
    return found


def _together(parts: Sequence[np.ndarray]) -> np.ndarray:
    total = np.zeros(max(len(part) for part in parts))
    for part in parts:
        total[: len(part)] += part
    return total


def _chain(found: Sequence[Candidate], came: Sequence[int]) -> tuple[int, ...]:
    chain: list[int] = []
    at = len(came) - 1
    while at > 0:
        chain.append(came[at])
        at = found[came[at]].first
    return tuple(reversed(chain))
