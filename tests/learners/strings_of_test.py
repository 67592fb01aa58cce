"""Digits side by side as somebody else would compose them: other gaps and heights, 3 to 6 of them, black on white."""

import numpy as np

from core.data.builtin import small_digits


def string_of(digits: list[int], chance: np.random.Generator, *, tall: int = 32, size: int = 20, dark: bool = False):
    """A picture (height x width bytes) of these digits, none touching, at heights of chance."""
    picture = np.zeros((tall, len(digits) * (size + 8) + 8), np.uint8)
    at = int(chance.integers(2, 8))
    for digit in digits:
        shape = enlarged(any_of(digit, chance), size)
        top = int(chance.integers(0, tall - size + 1))
        picture[top : top + size, at : at + shape.shape[1]] = shape
        at += shape.shape[1] + int(chance.integers(1, 7))
    return 255 - picture if dark else picture


def any_of(digit: int, chance: np.random.Generator) -> np.ndarray:
    pictures, labels = small_digits()
    ink = pictures[chance.choice(np.flatnonzero(labels == digit))]
    columns = np.flatnonzero(ink.any(0))
    return ink[:, columns[0] : columns[-1] + 1]


def enlarged(ink: np.ndarray, tall: int) -> np.ndarray:
    """Between the pixels, as `numpy` interpolates: another way than Thaw's own."""
    by = tall / len(ink)
    rows = np.linspace(0, len(ink) - 1, tall)
    columns = np.linspace(0, ink.shape[1] - 1, max(1, round(ink.shape[1] * by)))
    across = np.stack([np.interp(columns, np.arange(ink.shape[1]), row) for row in ink])
    return np.stack([np.interp(rows, np.arange(len(ink)), column) for column in across.T], axis=1).astype(np.uint8)
