"""Labels that are sums: from distributions over single values to a distribution over their sum, exactly."""

from collections.abc import Sequence

import numpy as np
import torch

from core.errors import RecipeError

LARGEST = 100_000
"""Beyond it a distribution over all sums would not be worth its memory."""


def numbers_of(classes: Sequence[str], learner: str, dataset: str) -> list[int]:
    """What each class's name says; sums are whole numbers from 0."""
    if odd := next((name for name in classes if not _is_sum(name)), None):
        raise RecipeError("dataset", dataset, f"{learner} adds up parts, so every label is a number, unlike {odd[:40]}")
    numbers = [int(name) for name in classes]
    if len(set(numbers)) < len(numbers):
        raise RecipeError("dataset", dataset, f"{learner} adds up parts, so no two labels may be the same number")
    return numbers


def _is_sum(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 10 and int(name) <= LARGEST


def of_classes(sums: np.ndarray, numbers: Sequence[int]) -> np.ndarray:
    """From a distribution over the sums 0, 1, 2 ... to one over the classes; equal shares where none is possible."""
    shares = np.array([sums[number] if number < len(sums) else 0.0 for number in numbers])
    total = shares.sum()
    return shares / total if total > 0 else np.full(len(numbers), 1 / len(numbers))


def added(places: torch.Tensor) -> torch.Tensor:
    """For rows of distributions (n, places, values), the distribution of their sum: one convolution after another."""
    total = places[:, 0]
    for place in range(1, places.shape[1]):
        total = _convolved(total, places[:, place])
    return total


def _convolved(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    found = one.new_zeros(len(one), one.shape[1] + other.shape[1] - 1)
    columns = torch.arange(one.shape[1], device=one.device)
    for value in range(other.shape[1]):
        found = found.index_add(1, columns + value, one * other[:, value : value + 1])
    return found
