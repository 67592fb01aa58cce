"""What all heads of a path say about a split, in one product for each piece of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from core.learners.path_heads import Heads
from core.recipe import EarlyStopping
from core.training.endings import rank_of

AT_ONCE = 2**24
"""Scores of all heads that are worked on together: 64 MB."""
MOST_CLASSES = 100
"""With more of them, confusions are not counted: nobody could read so many."""

Features = Callable[[np.ndarray], torch.Tensor]


@dataclass(frozen=True)
class Standing:
    """Per head: mean cross-entropy, how many pictures were right, and what was taken for what."""

    losses: np.ndarray
    right: np.ndarray
    n: int
    confusions: np.ndarray | None = None

    @property
    def accuracies(self) -> np.ndarray:
        return self.right / self.n

    def best(self, stopping: EarlyStopping | None) -> int:
        """The number of the head that is ranked first, as epochs are; one whose loss is no number never is."""
        losses = np.where(np.isfinite(self.losses), self.losses, np.inf)
        accuracies = np.where(np.isfinite(self.losses), self.accuracies, -np.inf)
        ranks = [rank_of(stopping, *each) for each in zip(losses, accuracies, strict=True)]
        return min(range(len(ranks)), key=ranks.__getitem__)


@torch.inference_mode()
def judged(heads: Heads, features: Features, numbers: np.ndarray, labels: np.ndarray, counting: bool) -> Standing:
    """All heads judged on some pictures; `counting` also what each took them for."""
    _, each, classes, _ = heads.weight.shape
    losses = right = torch.zeros(())
    counts = torch.zeros(()) if counting and classes <= MOST_CLASSES else None
    for chunk in pieces(numbers, heads):
        true = torch.from_numpy(labels[chunk]).to(heads.leader.device, torch.long)
        scores = _said(heads, features(chunk))
        named = scores.argmax(2)
        likely = scores.log_softmax(2).gather(2, true[:, None, None].expand(-1, scores.shape[1], 1))
        losses = losses - likely.sum((0, 2)).cpu().double()
        right = right + (named == true[:, None]).sum(0).cpu()
        if counts is not None:
            counts = counts + _counted(named, true, classes).cpu()
    return Standing(
        losses.numpy() / len(numbers), right.numpy(), len(numbers), None if counts is None else counts.numpy()
    )


def pieces(numbers: np.ndarray, heads: Heads) -> Iterator[np.ndarray]:
    """As many pictures at a time as all heads together can answer for."""
    size = max(1, AT_ONCE // heads.bias.numel())
    yield from np.split(numbers, range(size, len(numbers), size))


def _said(heads: Heads, rows: torch.Tensor) -> torch.Tensor:
    """Pictures x all heads x classes."""
    seeds = heads.weight.shape[0]
    return heads(rows.expand(seeds, -1, -1)).transpose(0, 1).flatten(1, 2)


def _counted(named: torch.Tensor, true: torch.Tensor, classes: int) -> torch.Tensor:
    """Per head a matrix: true classes downward, named ones to the right."""
    heads = named.shape[1]
    cells = (torch.arange(heads, device=named.device) * classes + true[:, None]) * classes + named
    return cells.flatten().bincount(minlength=heads * classes**2).view(heads, classes, classes)
