"""Figures that steps leave on the device: reading them at every step would make a GPU wait."""

import time
from typing import Generic, TypeVar

import torch

SECONDS_BETWEEN_READS = 0.25

Figures = TypeVar("Figures")


class Unread(Generic[Figures]):
    """What steps came to, until it is read: after each step on a CPU, a few times a second elsewhere."""

    def __init__(self, device: torch.device):
        self._waits = device.type != "cpu"
        self._figures: list[Figures] = []
        self._read_at = 0.0

    def add(self, figures: Figures) -> None:
        self._figures.append(figures)

    def due(self, at_once: bool = False) -> list[Figures]:
        """All that was added since the last time; nothing, if that was a moment ago."""
        now = time.monotonic()
        if self._waits and not at_once and now - self._read_at < SECONDS_BETWEEN_READS:
            return []
        due, self._figures, self._read_at = self._figures, [], now
        return due
