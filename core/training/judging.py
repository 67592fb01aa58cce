"""What validation said after an epoch, picture by picture: little enough to be kept for every epoch of a run."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from core.events import Save
from core.training.team import Team

MOST_PICTURES = 20_000
MOST_EPOCHS = 200
"""Together they bound what a run keeps to some 24 MB; more of either are thinned evenly."""


@dataclass(frozen=True)
class Judged:
    """Per picture of a split, in its order: the class it was taken for, and how surely."""

    labels: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray

    def saving(self, epoch: int, epochs: int) -> Save | None:
        """Writes the columns, unless this epoch is one of too many."""
        every = math.ceil(epochs / MOST_EPOCHS)
        return None if epoch % every and epoch != epochs - 1 else partial(_save, self)


class Judging:
    """Gathers what is said about a split, batch by batch; each member of a team fills in its share."""

    def __init__(self, indices: np.ndarray, labels: np.ndarray, device: torch.device):
        self._order = np.argsort(indices)
        self._sorted = indices[self._order]
        self._labels = labels
        self._said = torch.zeros(2, len(indices), device=device)
        self.pictures, self.right, self.loss = 0, 0, 0.0
        """Those that were judged, those judged right, and the sum of their cross-entropies."""

    def go_on(self, batches: Iterator[tuple[np.ndarray, torch.Tensor]], seconds: float) -> bool:
        """Take in what is said of one batch after the other; returns whether time was up before the batches were."""
        until = time.monotonic() + seconds
        for numbers, logits in batches:
            self.add(numbers, logits)
            if time.monotonic() >= until:
                return True
        return False

    def add(self, numbers: np.ndarray, logits: torch.Tensor) -> None:
        found = self._order[np.searchsorted(self._sorted, numbers)]
        places, true = (torch.from_numpy(each).to(logits.device) for each in (found, self._labels[found]))
        confidence, predicted = logits.softmax(1).max(1)
        self._said[:, places] = torch.stack([predicted.float(), confidence])
        self.loss += float(functional.cross_entropy(logits, true.long(), reduction="sum"))
        self.right += int((predicted == true).sum())
        self.pictures += len(numbers)

    def judged(self, team: Team) -> Judged:
        """A meeting: what all members have said together."""
        team.total([self._said])
        predicted, confidence = self._said.cpu().numpy()
        return Judged(self._labels, predicted.astype(np.int64), confidence)


def _save(judged: Judged, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    every = math.ceil(len(judged.labels) / MOST_PICTURES)
    number = np.uint16 if max(judged.labels.max(), judged.predicted.max()) < 2**16 else np.uint32
    np.savez(
        folder / "judged.npz",
        labels=judged.labels[::every].astype(number),
        predicted=judged.predicted[::every].astype(number),
        confidence=judged.confidence[::every].astype(np.float16),
        every=np.array(every),
    )
